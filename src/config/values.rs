//! The configuration as the house reads it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::http::rates;
use crate::primitives::Secret;
use crate::triggers::price;
use crate::{
    assistant, chains, connectors, egress, gateway, notary, projections, relay, retention, secrets,
    signing, telemetry, traces,
};

/// Everything that an operator sets. What each value does stands in [`super::SETTINGS`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "the table of settings says it, and a test holds the two together")]
pub struct Config {
    pub listen: SocketAddr,
    pub public_url: Option<Url>,
    pub data_dir: PathBuf,
    pub roles: Vec<Role>,
    #[serde(skip_serializing)]
    pub admin_key: Option<Secret>,
    #[serde(skip_serializing)]
    pub database_url: Option<Secret>,
    pub database_connections: u32,
    pub url: Url,
    #[serde(skip_serializing)]
    pub api_key: Option<Secret>,
    pub log: telemetry::Config,
    pub egress: egress::Config,
    pub rate_limits: rates::Config,
    pub secrets: secrets::Config,
    pub connectors: connectors::Config,
    pub assistant: assistant::Config,
    pub prices: price::Config,
    pub chains: chains::Config,
    pub signing: signing::Config,
    pub proof: notary::Config,
    pub traces: traces::Config,
    pub projections: projections::Config,
    pub relay: relay::Config,
    pub gateway: gateway::Config,
    pub retention: retention::Config,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 7717)),
            public_url: None,
            data_dir: ".data".into(),
            roles: Role::ALL.to_vec(),
            admin_key: None,
            database_url: None,
            database_connections: 20,
            url: Url::parse("http://127.0.0.1:7717").expect("the literal is a URL"),
            api_key: None,
            log: telemetry::Config::default(),
            egress: egress::Config::default(),
            rate_limits: rates::Config::default(),
            secrets: secrets::Config::default(),
            connectors: connectors::Config::default(),
            assistant: assistant::Config::default(),
            prices: price::Config::default(),
            chains: chains::Config::default(),
            signing: signing::Config::default(),
            proof: notary::Config::default(),
            traces: traces::Config::default(),
            projections: projections::Config::default(),
            relay: relay::Config::default(),
            gateway: gateway::Config::default(),
            retention: retention::Config::default(),
        }
    }
}

impl Config {
    /// Whether this process does that part of the work.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

/// A part of the work that a process may do; any mix runs on any number of machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Answers HTTP.
    Api,
    /// Executes runs.
    Worker,
    /// Watches what starts runs.
    Detector,
    /// Builds the views.
    Projector,
    /// Publishes the ledger to NATS, where that is set up.
    Relay,
}

impl Role {
    /// All of them: what a process does unless it is told otherwise.
    pub const ALL: [Self; 5] =
        [Self::Api, Self::Worker, Self::Detector, Self::Projector, Self::Relay];
}
