//! The endpoints as their events made them, and what they answer to orders.

use std::collections::BTreeMap;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::command::{Command, Order};
use super::error::Error;
use super::event::Event;

/// Of how many chains an organization may name endpoints: each is watched by itself.
pub const MAX_CHAINS: usize = 64;

/// The endpoints of one chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Their hosts.
    pub hosts: Vec<String>,
    /// Under which name their URLs are sealed.
    pub sealed: String,
    /// Who named them.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// The endpoints of an organization, by chain, folded from their events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainEndpoints {
    /// By the chain's id.
    pub chains: BTreeMap<u64, Named>,
}

impl ChainEndpoints {
    /// Decides what an order leads to, or why it is refused.
    pub fn decide(&self, Command { by, at, chain, order }: Command) -> Result<Event, Error> {
        let is_known = self.chains.contains_key(&chain);
        match order {
            Order::Name { hosts, .. } if hosts.is_empty() => Err(Error::Empty),
            Order::Name { .. } if !is_known && self.chains.len() >= MAX_CHAINS => Err(Error::Full),
            Order::Name { organization, hosts, sealed } => {
                let (organization_id, chain_id) = (organization, chain);
                Ok(Event::Named { organization_id, chain_id, hosts, sealed, by, at })
            }
            Order::Remove if !is_known => Err(Error::Unknown),
            Order::Remove => Ok(Event::Removed { chain_id: chain, by, at }),
        }
    }
}

impl Aggregate for ChainEndpoints {
    const TYPE: &'static str = "chain_endpoints";
    type Command = Command;
    type Event = Event;
    type Error = Error;
    type Services = ();

    async fn handle(
        &mut self,
        command: Command,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Error> {
        let event = self.decide(command)?;
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Named { organization_id: _, chain_id, hosts, sealed, by, at } => {
                self.chains.insert(chain_id, Named { hosts, sealed, by, at });
            }
            Event::Removed { chain_id, .. } => {
                self.chains.remove(&chain_id);
            }
        }
    }
}
