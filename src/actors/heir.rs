//! Takes up what the former owner of a slot left undone: runs whose effects were being performed.

use std::collections::HashSet;
use std::time::Duration;

use futures::StreamExt;
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;

use super::order::{Context, Order, Refused};
use super::run_desk::RunDesk;
use crate::journal::{Tail, slot_of};
use crate::projections::run_history::OpenRun;
use crate::projections::{self, HouseViews, Positions, run_history};

/// The view that knows which runs are open.
const VIEW: &str = "run_history";
/// How many runs are brought back side by side.
const SIDE_BY_SIDE: usize = 32;
/// The pauses before each look into the view.
const LOOKS: [Duration; 3] = [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(5)];
/// How long the view may take to reach the ledger before it is asked all the same.
const VIEW_PATIENCE: Duration = Duration::from_mins(1);

/// What the heir's loop needs.
pub struct Heir {
    /// Slots that this process has gained; locked by the loop, which may be built anew.
    pub gained: Mutex<mpsc::UnboundedReceiver<Vec<i16>>>,
    /// Where the view of runs is read.
    pub views: HouseViews,
    /// How far it has come.
    pub positions: Positions,
    /// The ledger's end.
    pub tail: Tail,
    /// The way to the runs.
    pub desk: RunDesk,
}

impl Heir {
    /// Takes up runs until it is told to stop.
    pub async fn run(&self, stop: CancellationToken) -> Result<(), projections::Error> {
        let mut gained = self.gained.lock().await;
        loop {
            let slots = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                slots = gained.recv() => slots,
            };
            let Some(slots) = slots else { return Ok(()) };
            let slots = slots.into_iter().collect();
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                taken_up = self.take_up(&slots) => taken_up?,
            }
        }
    }

    /// Looks more than once: an append of the former owner may have been on its way to its position
    /// when the slots were gained. Nothing of the former owner can follow, for it is fenced off.
    async fn take_up(&self, slots: &HashSet<i16>) -> Result<(), projections::Error> {
        let mut woken = HashSet::new();
        for pause in LOOKS {
            tokio::time::sleep(pause).await;
            let head = self.tail.head();
            if self.positions.wait_for(VIEW, head, VIEW_PATIENCE).await?.is_none() {
                tracing::warn!(
                    position = head,
                    "the view of runs is behind the ledger while runs are taken up"
                );
            }
            let mut left = run_history::running(&self.views).await?;
            left.retain(|run| {
                slots.contains(&slot_of(&run.id.to_string())) && woken.insert(run.id)
            });
            if !left.is_empty() {
                tracing::info!(runs = left.len(), "taking up {} runs", left.len());
            }
            futures::stream::iter(left)
                .for_each_concurrent(SIDE_BY_SIDE, |run| self.wake(run))
                .await;
        }
        Ok(())
    }

    async fn wake(&self, run: OpenRun) {
        let context = Context::of_the_house(run.organization, "heir");
        match self.desk.tell(run.id, Order::Wake, context).await {
            Ok(_) | Err(Refused::Run(_) | Refused::Moved) => {}
            Err(error) => {
                let cause = &error as &dyn std::error::Error;
                tracing::error!(run.id = %run.id, error = cause, "run {} could not be taken up", run.id);
            }
        }
    }
}
