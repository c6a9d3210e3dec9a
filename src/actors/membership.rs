//! This process among the others: it says every two seconds that it lives, takes its share of the
//! slots, and gives back what it has too much of.

use std::sync::Arc;
use std::time::Duration;

use futures::future::OptionFuture;
use sqlx::PgPool;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::ownership::Ownership;
use super::rhythm::Rhythm;
use crate::journal::{Bells, Error, Journal, Leases, Runs, SLOTS};
use crate::primitives::WorkerId;

/// What the membership's loop needs.
#[derive(Clone)]
pub struct Membership {
    /// Where leases are kept.
    pub pool: PgPool,
    /// What records beside that of other workers, while they live.
    pub journal: Journal,
    /// How an operator tells this process from others.
    pub label: String,
    /// Whether this process executes runs.
    pub runs: Runs,
    /// Where the slots are noted.
    pub ownership: Arc<Ownership>,
    /// Under which leases the process acts, while it does; for the sequencer.
    pub standing: watch::Sender<Option<Leases>>,
    /// What rings when another worker has given slots back.
    pub bells: Bells,
    /// Slots that were gained, for whoever takes up what their former owner left.
    pub gained: mpsc::UnboundedSender<Vec<i16>>,
}

impl Membership {
    /// Joins, and stays a member until it is told to stop or its lease is lost. After a loss it
    /// joins again as somebody new, with nothing in its hands.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        let worker = WorkerId::generate();
        let leases =
            Leases::join(self.pool.clone(), worker, &self.label, self.runs, Leases::LEASE).await?;
        self.standing.send_replace(Some(leases.clone()));
        let lived = self.live(&leases, &stop).await;
        self.standing.send_replace(None);
        for slot in self.ownership.slots() {
            self.ownership.lose(slot);
        }
        if stop.is_cancelled() {
            leases.leave().await?;
        }
        lived
    }

    async fn live(&self, leases: &Leases, stop: &CancellationToken) -> Result<(), Error> {
        let mut rhythm = Rhythm::new(Leases::HEARTBEAT, stop.clone());
        // When the lease of another worker runs out before the next beat, what it held is taken then.
        let mut vacancy = None;
        loop {
            tokio::select! {
                goes_on = rhythm.beat() => if !goes_on {
                    return Ok(());
                },
                Some(()) = OptionFuture::from(vacancy.take().map(sleep_until)) => {}
                () = self.bells.vacancies.rung() => {}
            }
            let done = tokio::time::timeout(Leases::LEASE / 4, self.beat(leases)).await;
            match done {
                Ok(Ok(next)) => vacancy = next.map(|left| Instant::now() + left),
                Ok(Err(error)) if error.is_transient() && leases.alive() => {
                    let cause = &error as &dyn std::error::Error;
                    tracing::warn!(error = cause, "a heartbeat failed and is repeated");
                }
                Ok(Err(error)) => return Err(error),
                Err(_) if leases.alive() => tracing::warn!("a heartbeat was slow and is repeated"),
                Err(_) => return Err(Error::LeaseLost("the worker")),
            }
        }
    }

    /// Renews the lease and looks at the slots. When the next lease of another worker runs out.
    async fn beat(&self, leases: &Leases) -> Result<Option<Duration>, Error> {
        leases.heartbeat().await?;
        if self.runs == Runs::Unwanted {
            return Ok(None);
        }
        self.take_the_share(leases).await?;
        let owned = self.ownership.slots().len();
        self.journal.share(owned < usize::try_from(SLOTS).unwrap_or_default());
        leases.next_to_run_out().await
    }

    async fn take_the_share(&self, leases: &Leases) -> Result<(), Error> {
        let surplus = leases.surplus().await?;
        if surplus > 0 {
            let give: Vec<i16> = self.ownership.slots().into_iter().rev().take(surplus).collect();
            for slot in &give {
                self.ownership.lose(*slot);
            }
            tracing::info!(slots = give.len(), "giving {} slots to other workers", give.len());
            return leases.release_slots(&give).await;
        }
        let gained = leases.acquire_slots().await?;
        if gained.is_empty() {
            return Ok(());
        }
        for fence in &gained {
            self.ownership.gain(fence.slot, fence.epoch);
        }
        tracing::info!(slots = gained.len(), "took {} slots", gained.len());
        // The receiver lives as long as the process; without it there is nothing to take up.
        let _ = self.gained.send(gained.iter().map(|fence| fence.slot).collect());
        Ok(())
    }
}
