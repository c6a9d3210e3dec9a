//! The paid endpoints as their events made them, and what they answer to orders.

use std::collections::BTreeMap;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::command::{Command, Order};
use super::error::Error;
use super::event::{Endpoint, Event, Trial};
use crate::primitives::PaidEndpointId;

/// How many an organization has at most: all are read for each order.
pub const MAX_ENDPOINTS: usize = 500;
/// For how many hours a trial counts.
pub const TRIAL_HOURS: i64 = 24;
/// How many trials are remembered.
const MAX_TRIALS: usize = 100;

/// The paid endpoints of an organization, folded from their events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaidEndpoints {
    /// All of them.
    pub all: BTreeMap<PaidEndpointId, Known>,
    trials: Vec<Tried>,
}

/// An endpoint, and who took it up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// What is known of it.
    pub endpoint: Endpoint,
    /// Who took it up.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Tried {
    trial: Trial,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

impl PaidEndpoints {
    /// Decides what an order leads to, or why it is refused.
    pub fn decide(&self, Command { by, at, order }: Command) -> Result<Event, Error> {
        match order {
            Order::Try(trial) => Ok(Event::Tried { trial, by, at }),
            Order::Add(id, _) if self.all.contains_key(&id) => Err(Error::Exists),
            Order::Add(..) if self.all.len() >= MAX_ENDPOINTS => Err(Error::Full),
            Order::Add(endpoint_id, endpoint) => {
                let same = self.all.iter().find(|(_, it)| it.endpoint.name == endpoint.name);
                if let Some((other, _)) = same {
                    return Err(Error::NameTaken(*other));
                }
                if endpoint.max_allowed_price < endpoint.asked.price {
                    return Err(Error::Bound);
                }
                let since = at - Duration::hours(TRIAL_HOURS);
                let counts = |it: &Tried| it.at >= since && it.trial == endpoint.asked;
                if !self.trials.iter().any(counts) {
                    return Err(Error::Untried);
                }
                Ok(Event::Added { endpoint_id, endpoint, by, at })
            }
            Order::Remove(endpoint_id) => {
                self.all.get(&endpoint_id).ok_or(Error::Unknown)?;
                Ok(Event::Removed { endpoint_id, by, at })
            }
        }
    }
}

impl Aggregate for PaidEndpoints {
    const TYPE: &'static str = "paid_endpoints";
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
            Event::Tried { trial, at, .. } => {
                self.trials.retain(|it| it.trial != trial);
                if self.trials.len() >= MAX_TRIALS {
                    self.trials.remove(0);
                }
                self.trials.push(Tried { trial, at });
            }
            Event::Added { endpoint_id, endpoint, by, at } => {
                self.all.insert(endpoint_id, Known { endpoint: *endpoint, by, at });
            }
            Event::Removed { endpoint_id, .. } => {
                self.all.remove(&endpoint_id);
            }
        }
    }
}
