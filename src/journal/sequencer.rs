//! The one writer of the global order. It numbers every event whose transaction has ended, densely
//! and for ever; `event-store.md` and the function `journal_sequence` tell how none is missed.

use std::time::Duration;

use sqlx::PgPool;
use tokio::time::sleep;

use super::Error;
use super::error::while_doing;
use super::wakeup::Bells;
use crate::primitives::WorkerId;

/// The sequencer's bounds.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// How long it waits for a bell before it looks for itself.
    pub poll: Duration,
    /// The pause after a tick that found something: under load one commit numbers more events.
    pub rest: Duration,
    /// How often a process that is not the sequencer asks whether it should be.
    pub candidacy: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            poll: Duration::from_millis(200),
            rest: Duration::from_millis(4),
            candidacy: Duration::from_secs(1),
        }
    }
}

/// What one tick did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tick {
    /// The last position that is assigned.
    pub head: i64,
    /// How many this tick assigned.
    pub assigned: i64,
}

/// Extends the global order while this worker holds the office.
#[derive(Debug)]
pub struct Sequencer {
    pool: PgPool,
    worker: WorkerId,
    bells: Bells,
    pace: Pace,
    epoch: Option<i64>,
}

impl Sequencer {
    /// A candidate; the worker's heartbeat keeps the office once it has it.
    pub fn new(pool: PgPool, worker: WorkerId, bells: Bells, pace: Pace) -> Self {
        Self { pool, worker, bells, pace, epoch: None }
    }

    /// Takes the office if it is free. Whether this worker holds it now.
    pub async fn lead(&mut self) -> Result<bool, Error> {
        self.epoch = sqlx::query_scalar!("select journal_lead($1)", self.worker.as_uuid())
            .fetch_one(&self.pool)
            .await
            .map_err(while_doing("taking the sequencer's office"))?;
        self.bells.set_sequencer_is_here(self.epoch.is_some());
        Ok(self.epoch.is_some())
    }

    /// Numbers everything that has been committed since the last tick. Writes nothing when there is
    /// nothing.
    ///
    /// [`Error::LeaseLost`] when another worker holds the office; [`Error::Damaged`] when a stream
    /// has a hole: nothing more is numbered until a person has looked.
    pub async fn tick(&mut self) -> Result<Tick, Error> {
        let Some(epoch) = self.epoch else { return Err(Error::LeaseLost("the sequencer")) };
        let ticked = sqlx::query_as!(
            Tick,
            r#"select new_head as "head!", assigned as "assigned!" from journal_sequence($1, $2)"#,
            self.worker.as_uuid(),
            epoch,
        )
        .fetch_one(&self.pool)
        .await;
        match ticked {
            Ok(tick) => {
                if tick.assigned > 0 {
                    self.bells.sequenced.ring();
                }
                Ok(tick)
            }
            Err(error) => {
                let error = understood(error);
                if matches!(error, Error::LeaseLost(_)) {
                    self.epoch = None;
                    self.bells.set_sequencer_is_here(false);
                }
                Err(error)
            }
        }
    }

    /// Sequences for ever, in office or waiting for it. Returns only what it cannot get over.
    pub async fn run(&mut self) -> Error {
        loop {
            match self.step().await {
                Ok(()) | Err(Error::LeaseLost(_)) => {}
                Err(error) if error.is_transient() => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "the sequencer waits for the database: {error}"
                    );
                    sleep(self.pace.poll).await;
                }
                Err(error) => return error,
            }
        }
    }

    async fn step(&mut self) -> Result<(), Error> {
        if self.epoch.is_none() && !self.lead().await? {
            sleep(self.pace.candidacy).await;
            return Ok(());
        }
        if self.tick().await?.assigned > 0 {
            sleep(self.pace.rest).await;
        } else {
            self.bells.appended.wait(self.pace.poll).await;
        }
        Ok(())
    }
}

impl Drop for Sequencer {
    fn drop(&mut self) {
        self.bells.set_sequencer_is_here(false);
    }
}

/// The states that the function raises by name.
fn understood(error: sqlx::Error) -> Error {
    if let Some(refusal) = error.as_database_error() {
        if refusal.code().as_deref() == Some("CK001") {
            return Error::LeaseLost("the sequencer");
        }
        if refusal.code().as_deref() == Some("CK002") {
            return Error::Damaged(refusal.message().to_owned());
        }
        if refusal.constraint() == Some("event_log_stream_key") {
            return Error::Damaged("an event that has a position was recorded again".to_owned());
        }
    }
    while_doing("extending the global order")(error)
}
