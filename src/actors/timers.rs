//! Brings back the runs whose delay, retry or wait is due, from the durable view of timers.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use engine::Place;
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use super::order::{Context, Order, Refused};
use super::ownership::Ownership;
use super::rhythm::Rhythm;
use super::run_desk::RunDesk;
use crate::primitives::{Clock, RunId};
use crate::projections::timers::{self, DueTimer};
use crate::projections::{self, HouseViews};

/// How often the view is asked for what is due.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How many timers are taken at a time.
const BATCH: i64 = 500;
/// How long a timer that was delivered is left alone: the view needs a moment to forget it.
const LEAVE_ALONE: time::Duration = time::Duration::seconds(5);

/// What the timers' loop needs.
#[derive(Clone)]
pub struct Timers {
    /// Where the view is read.
    pub views: HouseViews,
    /// The slots whose timers are ours.
    pub ownership: Arc<Ownership>,
    /// The way to the runs.
    pub desk: RunDesk,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Timers {
    /// Delivers due timers until it is told to stop.
    pub async fn run(self, stop: CancellationToken) -> Result<(), projections::Error> {
        let mut delivered: HashMap<(RunId, Place), OffsetDateTime> = HashMap::new();
        let mut rhythm = Rhythm::new(LOOK_EVERY, stop);
        while rhythm.beat().await {
            let now = self.clock.now();
            delivered.retain(|_, at| now - *at < LEAVE_ALONE);
            let slots = self.ownership.slots();
            let due = timers::due(&self.views, &slots, now, BATCH).await?;
            let fresh = due
                .into_iter()
                .filter(|timer| delivered.insert((timer.run, timer.node.clone()), now).is_none());
            futures::future::join_all(fresh.map(|timer| self.deliver(timer))).await;
        }
        Ok(())
    }

    async fn deliver(&self, timer: DueTimer) {
        let DueTimer { run, node, organization, due_at: _ } = timer;
        let context = Context::of_the_house(organization, "timer");
        match self.desk.tell(run, Order::TimerDue { node: node.clone() }, context).await {
            // Refused by the run: it has gone on, and the view is about to learn of it.
            Ok(_) | Err(Refused::Run(_) | Refused::Moved) => {}
            Err(error) => {
                let cause = &error as &dyn std::error::Error;
                tracing::warn!(run.id = %run, node.id = %node, error = cause, "the timer of {node} in run {run} is delivered again later");
            }
        }
    }
}
