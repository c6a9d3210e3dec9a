//! What an operator sets.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// The rates in force, in requests a second; 0 sets no limit. Twice as many are taken at once after
/// a pause. Each process counts for itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// From one address, whatever is sent.
    pub per_address: u32,
    /// From one address, of what names nobody: public routes, and requests without a key.
    pub per_stranger: u32,
    /// From one address, of what proves who somebody is: logging in, refreshing, resetting.
    pub per_login: u32,
    /// With one key.
    pub per_key: u32,
    /// In the name of one organization.
    pub per_organization: u32,
    /// How many events of an organization may wait to be delivered before more are refused. Those
    /// of all processes count.
    pub events_waiting: u32,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
}

/// Far above what one client needs, and above what this process can answer where the limit is for
/// everybody at an address: a proxy that is not configured as one must not shut its users out at
/// once.
impl Default for Config {
    fn default() -> Self {
        Self {
            per_address: 10_000,
            per_stranger: 500,
            per_login: 10,
            per_key: 2_000,
            per_organization: 5_000,
            events_waiting: 8_000,
            trusted_proxies: Vec::new(),
        }
    }
}
