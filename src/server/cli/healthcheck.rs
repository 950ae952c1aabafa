//! `kaam healthcheck`: asks the server of this configuration whether it can work, for containers and whoever watches over them.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    process::ExitCode,
    time::Duration,
};

use super::{CliError, output, start_runtime};
use crate::server::{config::Config, model::openai::tls};

/// Whoever waits longer has no answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks, prints a line, and gives 0 where the server is ready, else 1.
pub(super) fn run(config: &Config) -> Result<ExitCode, CliError> {
    let addresses = addresses(config);
    start_runtime()?.block_on(async {
        let mut problem = String::new();
        for address in &addresses {
            match ask(*address).await {
                Ok(()) => {
                    output::line(format_args!("ok: the server at {address} is ready"))?;
                    return Ok(ExitCode::SUCCESS);
                }
                // Of two kinds of addresses, the first to be asked is the likelier one.
                Err(cause) if problem.is_empty() => problem = format!("the server at {address} is not ready: {cause}"),
                Err(_) => {}
            }
        }
        output::line(format_args!("problem: {problem}. Look at its log, and at LEPTOS_SITE_ADDR or PORT"))?;
        Ok(ExitCode::FAILURE)
    })
}

/// Where the server can be reached from this machine.
fn addresses(config: &Config) -> Vec<SocketAddr> {
    let at = |ip: IpAddr| SocketAddr::new(ip, config.listen.port());
    let (four, six) = (at(Ipv4Addr::LOCALHOST.into()), at(Ipv6Addr::LOCALHOST.into()));
    match config.listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => vec![four],
        IpAddr::V6(ip) if ip.is_unspecified() => vec![six, four],
        _ => vec![config.listen],
    }
}

async fn ask(address: SocketAddr) -> Result<(), String> {
    // Never by a proxy: it is this machine.
    tls::install();
    let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build();
    let client = client.map_err(|cause| cause.to_string())?;
    let answer = client.get(format!("http://{address}/readyz")).send().await;
    match answer {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => Err(format!("it answers {}", answer.status())),
        Err(cause) if cause.is_timeout() => Err(format!("it does not answer within {} s", PATIENCE.as_secs())),
        Err(cause) if cause.is_connect() => Err("nothing listens there".into()),
        Err(cause) => Err(cause.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_is_asked_where_it_listens() {
        for (set, expected) in [
            (&[][..], &["127.0.0.1:3000"][..]),
            (&[("PORT", "8080")], &["127.0.0.1:8080"]),
            (&[("LEPTOS_SITE_ADDR", "[::]:3001")], &["[::1]:3001", "127.0.0.1:3001"]),
            (&[("LEPTOS_SITE_ADDR", "192.168.1.5:80")], &["192.168.1.5:80"]),
        ] {
            let config = Config::read(|name| set.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned())).unwrap();
            let found: Vec<String> = addresses(&config).iter().map(SocketAddr::to_string).collect();
            assert_eq!(found, expected);
        }
    }
}
