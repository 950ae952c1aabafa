//! Who is at the other end of a connection. A proxy tells for whom it asks, by `X-Forwarded-For` or `Forwarded` (RFC 7239); anybody else could
//! write the same headers, so only those are believed that the operator names (`KAAM_TRUSTED_PROXIES`).

use std::{
    net::{IpAddr, SocketAddr},
    sync::atomic::{AtomicBool, Ordering},
};

use axum::extract::ConnectInfo;
use http::{HeaderMap, request::Parts};
use ipnet::IpNet;

/// The proxies whose word is taken.
#[derive(Debug)]
pub struct TrustedProxies {
    networks: Vec<IpNet>,
    /// Whether it was said that somebody else's word was not taken.
    is_said: AtomicBool,
}

/// A part of the list that is neither an address nor a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is neither an address nor a network such as 172.16.0.0/12")]
pub struct NotANetwork(pub String);

impl Default for TrustedProxies {
    /// Those on the same machine.
    fn default() -> Self {
        Self::of(vec![
            IpNet::new_assert(IpAddr::from([127, 0, 0, 0]), 8),
            IpNet::new_assert(std::net::Ipv6Addr::LOCALHOST.into(), 128),
        ])
    }
}

impl TrustedProxies {
    fn of(networks: Vec<IpNet>) -> Self {
        Self {
            networks,
            is_said: AtomicBool::new(false),
        }
    }

    /// Reads a list of addresses and networks (CIDR) with commas between them. `none` trusts nobody.
    ///
    /// # Errors
    /// [`NotANetwork`], with the part that is none.
    pub fn parse(list: &str) -> Result<Self, NotANetwork> {
        let parts = list.split(',').map(str::trim).filter(|part| !part.is_empty() && *part != "none");
        let network = |part: &str| {
            let address = part.parse::<IpAddr>().map(|ip| IpNet::from(ip.to_canonical()));
            address.or_else(|_| part.parse()).map_err(|_| NotANetwork(part.to_owned()))
        };
        Ok(Self::of(parts.map(network).collect::<Result<_, _>>()?))
    }

    /// Whether this address is that of a trusted proxy.
    pub fn trusts(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.networks.iter().any(|network| network.contains(&ip))
    }

    /// Who asks: the right-most address of those that were passed on that is not a trusted proxy's own. `None` where the request came by no
    /// connection, as in tests.
    pub fn peer(&self, parts: &Parts) -> Option<IpAddr> {
        let ConnectInfo(address) = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
        let nearest = address.ip().to_canonical();
        let forwarded = forwarded(&parts.headers);
        if !self.trusts(nearest) {
            if !forwarded.is_empty() && !self.is_said.swap(true, Ordering::Relaxed) {
                tracing::warn!(
                    from = %nearest,
                    "somebody who is no trusted proxy says for whom they ask, and is taken for the one who asks. If it is your proxy, \
                     set KAAM_TRUSTED_PROXIES={nearest}; else all who come by it share one address, and its limits"
                );
            }
            return Some(nearest);
        }
        let mut peer = nearest;
        for hop in forwarded.iter().rev() {
            // What cannot be read ("unknown", a name) is not gone behind.
            let Some(ip) = hop else { break };
            peer = *ip;
            if !self.trusts(peer) {
                break;
            }
        }
        Some(peer)
    }
}

/// One subscriber has a whole /64 of IPv6: the address that stands for all of theirs.
pub fn subscriber(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => IpAddr::V6((u128::from(ip) & !u128::from(u64::MAX)).into()),
        ip => ip,
    }
}

/// The addresses that the headers pass on, the farthest first.
fn forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let texts = |name| headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let old = texts("x-forwarded-for")
        .flat_map(|value| value.split(','))
        .map(address)
        .collect::<Vec<_>>();
    if !old.is_empty() {
        return old;
    }
    let hops = texts("forwarded").flat_map(|value| value.split(','));
    hops.map(|hop| {
        let pairs = hop.split(';').filter_map(|pair| pair.trim().split_once('='));
        let mut of = pairs.filter(|(name, _)| name.eq_ignore_ascii_case("for"));
        of.next().and_then(|(_, value)| address(value.trim_matches('"')))
    })
    .collect()
}

/// An address, also with a port, also in brackets.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = || text.strip_prefix('[')?.split_once(']')?.0.parse().ok();
    let ip = text.parse::<IpAddr>().ok();
    ip.or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))
        .or_else(bare)
        .map(|ip| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_subscriber_of_ipv6_is_one_peer() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(subscriber(ip("2001:db8:1:2:3::4")), subscriber(ip("2001:db8:1:2:ffff::")));
        assert_ne!(subscriber(ip("2001:db8:1:2::")), subscriber(ip("2001:db8:1:3::")));
        assert_eq!(subscriber(ip("::ffff:192.0.2.1")), ip("192.0.2.1"));
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let default = TrustedProxies::default();
        let docker = TrustedProxies::parse("127.0.0.0/8, ::1, 172.16.0.0/12").unwrap();
        let nobody = TrustedProxies::parse("none").unwrap();
        for (proxies, from, name, values, expected) in [
            (&default, "203.0.113.7", "x-forwarded-for", &["198.51.100.1"][..], "203.0.113.7"),
            (&default, "172.17.0.1", "x-forwarded-for", &["198.51.100.1"], "172.17.0.1"),
            (&default, "127.0.0.1", "x-forwarded-for", &[], "127.0.0.1"),
            (&default, "127.0.0.1", "x-forwarded-for", &["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
            (&default, "::ffff:127.0.0.1", "x-forwarded-for", &["198.51.100.1"], "198.51.100.1"),
            (&default, "::1", "x-forwarded-for", &["198.51.100.1, unknown"], "::1"),
            // What somebody wrote themselves stands left of what the proxies wrote.
            (
                &docker,
                "172.17.0.1",
                "x-forwarded-for",
                &["1.1.1.1", "198.51.100.1, 172.18.0.9"],
                "198.51.100.1",
            ),
            (&docker, "172.17.0.1", "x-forwarded-for", &["172.18.0.9, 127.0.0.1"], "172.18.0.9"),
            (
                &docker,
                "172.17.0.1",
                "forwarded",
                &["for=1.1.1.1, for=\"[2001:db8::7]:4711\";proto=https;by=x"],
                "2001:db8::7",
            ),
            (
                &docker,
                "172.17.0.1",
                "forwarded",
                &["For=198.51.100.1:80", "proto=http;for=_hidden"],
                "172.17.0.1",
            ),
            (&nobody, "127.0.0.1", "x-forwarded-for", &["198.51.100.1"], "127.0.0.1"),
        ] {
            let mut request = http::Request::builder();
            for value in values {
                request = request.header(name, *value);
            }
            let (mut parts, ()) = request.body(()).unwrap().into_parts();
            assert_eq!(proxies.peer(&parts), None);
            parts.extensions.insert(ConnectInfo(SocketAddr::new(from.parse().unwrap(), 1)));
            assert_eq!(proxies.peer(&parts), Some(expected.parse().unwrap()), "{from} {values:?}");
        }
        assert_eq!(TrustedProxies::parse("10.0.0.0/8, proxy").unwrap_err(), NotANetwork("proxy".into()));
    }
}
