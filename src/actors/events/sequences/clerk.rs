//! Lets sequences fail that are not complete in time.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::advance::SequenceReaction;
use crate::actors::order::Context;
use crate::actors::ownership::Ownership;
use crate::actors::reaction::carried_out;
use crate::actors::rhythm::Rhythm;
use crate::aggregates::sequence_instance::{Command, Instance, Order};
use crate::journal::{self, Journal, Reactions, Store};
use crate::primitives::Clock;
use crate::projections::sequences::{self, Due};
use crate::projections::{self, HouseViews};

/// How often the view is asked for what is due.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How many are taken at a time.
const BATCH: i64 = 200;
/// How long after its time one is looked at: what was recorded in time has its position by then.
const GRACE: time::Duration = time::Duration::milliseconds(500);

/// What the clerk's loop needs.
#[derive(Clone)]
pub struct SequenceClerk {
    /// Where the view is read.
    pub views: HouseViews,
    /// The slots whose instances are ours.
    pub ownership: Arc<Ownership>,
    /// The ledger.
    pub journal: Journal,
    /// The instances.
    pub instances: Store<Instance>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// What keeps the clerk from knowing what is due.
#[derive(Debug, thiserror::Error)]
pub enum Unknowing {
    /// The view.
    #[error("asking which sequences are not complete in time")]
    View(#[from] projections::Error),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] journal::Error),
}

impl SequenceClerk {
    /// Lets fail what is due until it is told to stop.
    ///
    /// An event counts by when it was recorded, and not by when somebody got to it: what is due
    /// waits until all that stood on the ledger at that time was handed on, after a restart, too.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Unknowing> {
        let reactions = Reactions::new(self.journal.pool().clone());
        let mut seen: HashMap<Due, i64> = HashMap::new();
        let mut rhythm = Rhythm::new(LOOK_EVERY, stop);
        while rhythm.beat().await {
            let slots = self.ownership.slots();
            let until = self.clock.now().checked_sub(GRACE).unwrap_or(self.clock.now());
            let due = sequences::due(&self.views, &slots, until, BATCH).await?;
            if due.is_empty() {
                seen.clear();
                continue;
            }
            let head = self.journal.head().await?;
            seen.retain(|known, _| due.contains(known));
            let reached = reactions.reached(SequenceReaction::CHECKPOINT).await?;
            for due in due {
                if *seen.entry(due).or_insert(head) <= reached {
                    self.expire(due).await;
                }
            }
        }
        Ok(())
    }

    /// The instance itself decides whether it is due, and fails once.
    async fn expire(&self, due: Due) {
        let Due { organization, instance, due_at: _ } = due;
        let context = Context::of_the_house(organization, "sequence-clerk");
        let (by, at) = (context.actor.clone(), self.clock.now());
        let command = Command { by, at, order: Order::Expire };
        let context = journal::Context::new(context.into_metadata());
        let expired = self.instances.execute(&instance.to_string(), command, context).await;
        if let Err(trouble) = carried_out(expired, |_| Ok(())) {
            tracing::warn!(
                error = trouble.fault() as &dyn std::error::Error,
                "sequence {instance} is looked at again later: {trouble}"
            );
        }
    }
}
