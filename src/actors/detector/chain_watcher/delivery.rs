//! Matches that are as sure as was asked start their runs. The gate starts none twice, so that what
//! was fired and not noted is fired again.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use engine::{Json, Trigger};
use futures::StreamExt;
use serde_json::Value;

use super::roll::Roll;
use crate::actors::detector::{Fired, Firing, Gate};
use crate::journal::{ChainWatch, Due, Error, Settled};
use crate::primitives::OrganizationId;
use crate::triggers::Subscriber;

/// How many matches are delivered in one round.
const ROUND: i64 = 256;
/// How many of them at a time.
const AT_A_TIME: usize = 32;
/// How long is waited before a match is tried again, at first and at most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_mins(1));

/// What delivers.
pub(super) struct Deliveries {
    pub(super) chain: u64,
    pub(super) watch: ChainWatch,
    pub(super) gate: Gate,
}

impl Deliveries {
    /// Delivers what is due, in the order of the chain as far as that is possible.
    pub(super) async fn round(&self, roll: &Roll) -> Result<(), Error> {
        let due = in_turns(self.watch.due(ROUND).await?);
        let mut delivered = futures::stream::iter(due)
            .map(async |turn| {
                for due in turn {
                    self.deliver(due, roll).await?;
                }
                Ok::<_, Error>(())
            })
            .buffered(AT_A_TIME);
        while let Some(done) = delivered.next().await {
            done?;
        }
        Ok(())
    }

    async fn deliver(&self, due: Due, roll: &Roll) -> Result<(), Error> {
        let organization: Result<OrganizationId, _> = due.organization.parse();
        let body: Result<Value, _> = serde_json::from_str(&due.body);
        let (Ok(organization), Some(subscriber), Ok(body)) =
            (organization, Subscriber::named(&due.subscriber), body)
        else {
            return Err(Error::Damaged(format!("match {} cannot be read", due.id)));
        };
        let chain = self.chain;
        let firing = Firing {
            organization,
            subscriber,
            id: due.id.clone(),
            trigger: Trigger {
                kind: due.kind,
                source: format!("evm:{chain}"),
                body: Json::from(Arc::new(body)),
                headers: BTreeMap::new(),
            },
            lane: roll.lane(&due.subscriber),
            causation: None,
            correlation: None,
            // The same whenever it is delivered, so that the run has one id.
            at: due.matched_at,
        };
        let settled = match self.gate.fire(firing).await {
            Ok(Fired::Started(placed) | Fired::Resumed(placed)) => {
                Settled::Delivered { run: placed.run.to_string() }
            }
            Ok(Fired::Repeated { run: Some(run) }) => Settled::Delivered { run: run.to_string() },
            Ok(Fired::Repeated { run: None }) => {
                Settled::Skipped { reason: "it was passed over before".to_owned() }
            }
            Ok(Fired::Skipped { message, .. }) => Settled::Skipped { reason: message },
            Ok(Fired::TooLate) => {
                Settled::Skipped { reason: "the wait had gone on already".to_owned() }
            }
            Err(refused) => {
                let (id, error) = (&due.id, &refused as &dyn std::error::Error);
                tracing::debug!(
                    chain,
                    error,
                    "match {id} cannot be delivered now and is tried again"
                );
                let doublings = u32::try_from(due.tries).unwrap_or_default().min(10);
                let pause = (PAUSES.0 * 2_u32.pow(doublings)).min(PAUSES.1);
                return self.watch.put_off(&due.id, pause).await;
            }
        };
        self.watch.settle(&due.id, &settled).await
    }
}

/// What may be delivered side by side, and what one after the other: a wait goes on with the first of
/// its matches, while each match of a workflow has a run of its own.
fn in_turns(due: Vec<Due>) -> Vec<Vec<Due>> {
    let mut turns: Vec<Vec<Due>> = Vec::with_capacity(due.len());
    let mut waits: HashMap<String, usize> = HashMap::new();
    for due in due {
        let is_wait = matches!(Subscriber::named(&due.subscriber), Some(Subscriber::Wait { .. }));
        if let Some(turn) = waits.get(&due.subscriber) {
            turns[*turn].push(due);
            continue;
        }
        if is_wait {
            waits.insert(due.subscriber.clone(), turns.len());
        }
        turns.push(vec![due]);
    }
    turns
}
