//! From where a request comes.

use std::net::{IpAddr, Ipv6Addr};

use ipnet::IpNet;

/// How many hops of `X-Forwarded-For` are looked at, from the nearest on: longer chains are made up.
const MAX_HOPS: usize = 16;
/// Whoever has one IPv6 address has this network of them.
const NETWORK_BITS: u32 = 64;

/// Whom a rate is counted for: an IPv4 address, or the /64 of an IPv6 address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Source(IpAddr);

impl From<IpAddr> for Source {
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(address) => IpAddr::V4(address),
            IpAddr::V6(address) => {
                let network = address.to_bits() & (u128::MAX << (128 - NETWORK_BITS));
                IpAddr::V6(Ipv6Addr::from_bits(network))
            }
        })
    }
}

/// The address that a request comes from: the peer of the connection, or, when that is a proxy that
/// is trusted, whom it says that it speaks for. `forwarded` are the `X-Forwarded-For` headers in
/// their order; what stands left of the first address that is not trusted may be made up.
pub fn source<'a>(
    peer: IpAddr,
    forwarded: impl DoubleEndedIterator<Item = &'a str>,
    trusted: &[IpNet],
) -> IpAddr {
    let mut source = peer.to_canonical();
    let mut hops = forwarded.rev().flat_map(|header| header.rsplit(',')).take(MAX_HOPS);
    while trusted.iter().any(|proxy| proxy.contains(&source)) {
        let Some(hop) = hops.next().and_then(address) else { break };
        source = hop.to_canonical();
    }
    source
}

/// An address as proxies write it: bare, or with a port, IPv6 then in brackets.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    if let Ok(address) = text.parse::<std::net::SocketAddr>() {
        return Some(address.ip());
    }
    text.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let trusted: Vec<_> = trusted.iter().map(|text| text.parse().expect("a CIDR")).collect();
        let peer = peer.parse().expect("an address");
        source(peer, forwarded.iter().copied(), &trusted).to_string()
    }

    #[test]
    fn nobody_is_believed_who_is_not_a_configured_proxy() {
        assert_eq!(from("203.0.113.9", &["198.51.100.1"], &[]), "203.0.113.9");
        assert_eq!(from("203.0.113.9", &["198.51.100.1"], &["10.0.0.0/8"]), "203.0.113.9");
    }

    #[test]
    fn a_proxy_speaks_for_the_last_address_that_is_no_proxy() {
        let proxies = ["10.0.0.0/8"];
        assert_eq!(from("10.0.0.1", &["198.51.100.1"], &proxies), "198.51.100.1");
        // What the client itself claims stands further left.
        assert_eq!(from("10.0.0.1", &["1.1.1.1, 198.51.100.1"], &proxies), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &["1.1.1.1", "198.51.100.1"], &proxies), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &["198.51.100.1, 10.0.0.2"], &proxies), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &["198.51.100.1:4711"], &proxies), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &["[2001:db8::1]:80"], &proxies), "2001:db8::1");
        assert_eq!(from("::ffff:10.0.0.1", &["198.51.100.1"], &proxies), "198.51.100.1");
    }

    #[test]
    fn what_a_proxy_sends_that_is_no_address_leaves_the_proxy() {
        for nonsense in ["", "unknown", "1.2.3", "[::1", "a, b", "198.51.100.1, x"] {
            assert_eq!(from("10.0.0.1", &[nonsense], &["10.0.0.0/8"]), "10.0.0.1", "{nonsense}");
        }
        assert_eq!(from("10.0.0.1", &[], &["10.0.0.0/8"]), "10.0.0.1");
    }

    #[test]
    fn all_of_an_ipv6_network_is_one_source() {
        let of = |text: &str| Source::from(text.parse::<IpAddr>().expect("an address"));
        assert_eq!(of("2001:db8:0:1::1"), of("2001:db8:0:1:ffff::2"));
        assert_ne!(of("2001:db8:0:1::1"), of("2001:db8:0:2::1"));
        assert_ne!(of("203.0.113.1"), of("203.0.113.2"));
        assert_eq!(of("::ffff:203.0.113.1"), of("203.0.113.1"));
    }
}
