//! Where a request may go: the check against server-side request forgery.
//!
//! An address is looked at twice. A literal in the URL is judged after parsing, when every
//! disguise (`2130706433`, `0x7f.1`, fullwidth digits) has become an address; a name is judged
//! when it is resolved for a connection, and the connection goes to the judged addresses only,
//! so that a second answer of the name server changes nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use ipnet::{Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::Opening;

/// Why a request may not go where it wants to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Neither http nor https.
    #[error("the scheme `{0}` is not served: use http or https")]
    Scheme(String),
    /// `user:password@` in the URL.
    #[error("a user name or password does not belong into a URL: use a header")]
    Userinfo,
    /// A URL without a host.
    #[error("the URL names no host")]
    NoHost,
    /// A literal address that is not public and not opened.
    #[error("{0} is not a public address; an operator can open it with the setting `egress.allow`")]
    Address(IpAddr),
    /// A name none of whose addresses is public or opened.
    #[error(
        "{0} leads to no public address; an operator can open its network with the setting \
         `egress.allow`"
    )]
    Name(String),
}

/// Blocks of IPv4 that are not the public internet, by the IANA special-purpose registry.
const CLOSED_V4: [Ipv4Net; 17] = [
    v4([0, 0, 0, 0], 8),        // this network
    v4([10, 0, 0, 0], 8),       // private
    v4([100, 64, 0, 0], 10),    // carrier-grade NAT; holds Alibaba's metadata, 100.100.100.200
    v4([127, 0, 0, 0], 8),      // loopback
    v4([168, 63, 129, 16], 32), // Azure's host agent, which hands out credentials
    v4([169, 254, 0, 0], 16),   // link-local; holds the metadata services, 169.254.169.254
    v4([172, 16, 0, 0], 12),    // private
    v4([192, 0, 0, 0], 24),     // protocol assignments; holds Oracle's metadata, 192.0.0.192
    v4([192, 0, 2, 0], 24),     // documentation
    v4([192, 88, 99, 0], 24),   // 6to4 relays
    v4([192, 168, 0, 0], 16),   // private
    v4([198, 18, 0, 0], 15),    // benchmarks
    v4([198, 51, 100, 0], 24),  // documentation
    v4([203, 0, 113, 0], 24),   // documentation
    v4([224, 0, 0, 0], 4),      // multicast
    v4([240, 0, 0, 0], 4),      // reserved
    v4([255, 255, 255, 255], 32),
];

/// The only block of IPv6 that is routed as unicast. All else, loopback, unique local,
/// link-local, multicast, IPv4-mapped and NAT64 addresses among it, lies outside.
const UNICAST_V6: Ipv6Net = v6([0x2000, 0, 0, 0], 3);

/// Blocks inside [`UNICAST_V6`] that are closed.
const CLOSED_V6: [Ipv6Net; 4] = [
    v6([0x2001, 0, 0, 0], 23), // protocol assignments: Teredo, benchmarks, ORCHID
    v6([0x2001, 0xdb8, 0, 0], 32), // documentation
    v6([0x2002, 0, 0, 0], 16), // 6to4, which embeds an IPv4 address
    v6([0x3fff, 0, 0, 0], 20), // documentation
];

const fn v4(octets: [u8; 4], prefix: u8) -> Ipv4Net {
    let [a, b, c, d] = octets;
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(segments: [u16; 4], prefix: u8) -> Ipv6Net {
    let [first, second, third, fourth] = segments;
    Ipv6Net::new_assert(Ipv6Addr::new(first, second, third, fourth, 0, 0, 0, 0), prefix)
}

/// Judges addresses: public ones pass, others only through an opening.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    openings: Arc<[Opening]>,
}

impl Guard {
    pub(super) fn new(openings: &[Opening]) -> Self {
        Self { openings: openings.into() }
    }

    /// Judges a URL by all that can be known before its name is resolved, and gives its port.
    pub(super) fn check(&self, url: &Url) -> Result<u16, Refusal> {
        let port = match (url.scheme(), url.port_or_known_default()) {
            ("http" | "https", Some(port)) => port,
            (scheme, _) => return Err(Refusal::Scheme(scheme.to_owned())),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::Userinfo);
        }
        let address = match url.host() {
            None => return Err(Refusal::NoHost),
            Some(Host::Domain(_)) => return Ok(port),
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
        };
        if self.admits(address, port) { Ok(port) } else { Err(Refusal::Address(address)) }
    }

    /// Whether a connection to this address and port may be made.
    pub(super) fn admits(&self, address: IpAddr, port: u16) -> bool {
        is_public(address) || self.opens(address, port)
    }

    /// Whether an opening leads to this address and port.
    fn opens(&self, address: IpAddr, port: u16) -> bool {
        self.openings.iter().any(|opening| opening.admits(address, port))
    }

    /// Looks ahead to where a URL leads that passed [`Guard::check`] with this port: whether openings lead to
    /// all of it. A name that is not found in time is judged when a connection is made.
    pub(super) async fn foresee(
        &self,
        url: &Url,
        port: u16,
        patience: Duration,
    ) -> Result<bool, Refusal> {
        let name = match url.host() {
            None => return Err(Refusal::NoHost),
            Some(Host::Ipv4(address)) => return Ok(self.opens(address.into(), port)),
            Some(Host::Ipv6(address)) => return Ok(self.opens(address.into(), port)),
            Some(Host::Domain(name)) => name,
        };
        let looked = tokio::time::timeout(patience, tokio::net::lookup_host((name, port))).await;
        let Ok(Ok(found)) = looked else { return Ok(false) };
        let found: Vec<IpAddr> = found.map(|found| found.ip()).collect();
        if !found.iter().any(|address| self.admits(*address, port)) {
            return Err(Refusal::Name(name.to_owned()));
        }
        Ok(found.iter().all(|address| self.opens(*address, port)))
    }

    /// The guard as a resolver for connections to one port.
    pub(super) fn resolver(&self, port: Port) -> GuardedResolver {
        GuardedResolver { guard: self.clone(), port }
    }
}

/// The port that a client connects to, since a resolver is asked for a name only.
#[derive(Debug, Clone, Copy)]
pub(super) enum Port {
    /// Every connection of this client goes to this port.
    Only(u16),
    /// The client connects to ports that no opening names.
    Unnamed,
}

impl Port {
    /// A number to ask openings with. No opening names port 0, so that it stands for every
    /// port that no opening names.
    fn number(self) -> u16 {
        match self {
            Self::Only(port) => port,
            Self::Unnamed => 0,
        }
    }
}

/// Resolves names to those of their addresses that a [`Guard`] admits.
pub(super) struct GuardedResolver {
    guard: Guard,
    port: Port,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (guard, port) = (self.guard.clone(), self.port.number());
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let admitted: Vec<SocketAddr> =
                found.filter(|found| guard.admits(found.ip(), port)).collect();
            if admitted.is_empty() {
                return Err(Refusal::Name(name.as_str().to_owned()).into());
            }
            let addresses: Addrs = Box::new(admitted.into_iter());
            Ok(addresses)
        })
    }
}

/// Whether an address is on the public internet, and says so without a disguise.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !CLOSED_V4.iter().any(|closed| closed.contains(&address)),
        IpAddr::V6(address) => {
            UNICAST_V6.contains(&address)
                && !CLOSED_V6.iter().any(|closed| closed.contains(&address))
        }
    }
}
