//! The socket on which the server listens.

use std::{
    io,
    net::{Ipv6Addr, SocketAddr},
};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;

use crate::server::config::Config;

/// Connections that may wait to be taken.
const WAITING: i32 = 1024;

/// Listens where the configuration says. Where it says a port only: on all addresses of both kinds by one socket, and on those of IPv4 where
/// the machine has no others.
pub(super) fn listen(config: &Config) -> io::Result<TcpListener> {
    if config.listen_on_both {
        match open((Ipv6Addr::UNSPECIFIED, config.listen.port()).into()) {
            Err(error) if lacks_ipv6(&error) => {}
            opened => return opened,
        }
    }
    open(config.listen)
}

fn open(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.ip() == Ipv6Addr::UNSPECIFIED {
        socket.set_only_v6(false)?;
    }
    // A server that has just ended does not keep the next one waiting.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(WAITING)?;
    TcpListener::from_std(socket.into())
}

/// Whether the kernel has no IPv6, no address of it, or no socket for both kinds.
fn lacks_ipv6(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AddrNotAvailable
        || matches!(
            error.raw_os_error(),
            Some(libc::EAFNOSUPPORT | libc::EPROTONOSUPPORT | libc::ENOPROTOOPT | libc::EINVAL)
        )
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpStream};

    use super::*;

    fn config(set: &[(&str, &str)]) -> Config {
        Config::read(|name| set.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned())).unwrap()
    }

    #[tokio::test]
    async fn a_port_alone_means_addresses_of_both_kinds() {
        let listener = listen(&config(&[("PORT", "0")])).unwrap();
        let port = listener.local_addr().unwrap().port();
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        // A machine without IPv6 has nothing to connect to.
        if std::net::TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok() {
            TcpStream::connect((Ipv6Addr::LOCALHOST, port)).unwrap();
        }
    }

    #[tokio::test]
    async fn an_address_means_that_one() {
        let listener = listen(&config(&[("PORT", "1"), ("LEPTOS_SITE_ADDR", "127.0.0.1:0")])).unwrap();
        let address = listener.local_addr().unwrap();
        assert_eq!(address.ip(), Ipv4Addr::LOCALHOST);
        assert!(TcpStream::connect((Ipv6Addr::LOCALHOST, address.port())).is_err());
    }

    #[tokio::test]
    async fn a_port_that_is_taken_is_said() {
        let taken = listen(&config(&[("PORT", "0")])).unwrap().local_addr().unwrap().port();
        let one = listen(&config(&[("PORT", &taken.to_string())])).unwrap();
        let error = listen(&config(&[("PORT", &taken.to_string())])).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
        drop(one);
    }
}
