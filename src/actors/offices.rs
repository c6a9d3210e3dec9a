//! The loops of the journal and of the projections, as parts that the supervisor hosts.

use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use tokio::sync::watch;

use super::supervisor::Watch;
use crate::journal::{self, Bells, Lane, Leases, Pace, Sequencer, Tail, TailReader};
use crate::projections::runner::Progress;
use crate::projections::{self, Positions, Projection, Runner};

/// A lane of the group committer. It ends when the journal is closed and its queue empty.
pub fn lane(name: &'static str, lane: Lane) -> Watch {
    Watch::new(name, move |_| {
        let lane = lane.clone();
        async move {
            lane.run().await;
            Ok::<(), journal::Error>(())
        }
    })
}

/// The sequencer, in office or waiting for it; anew whenever the worker has joined anew.
pub fn sequencer(pool: PgPool, standing: watch::Receiver<Option<Leases>>, bells: Bells) -> Watch {
    Watch::new("sequencer", move |stop| {
        let (pool, mut standing, bells) = (pool.clone(), standing.clone(), bells.clone());
        async move {
            loop {
                let leases = standing.borrow_and_update().clone();
                let changed = async |standing: &mut watch::Receiver<Option<Leases>>| {
                    // Without a member there will be no more changes, and the stop ends this.
                    if standing.changed().await.is_err() {
                        std::future::pending::<()>().await;
                    }
                };
                let Some(leases) = leases else {
                    tokio::select! {
                        () = stop.cancelled() => return Ok(()),
                        () = changed(&mut standing) => continue,
                    }
                };
                let mut sequencer =
                    Sequencer::new(pool.clone(), leases.worker(), bells.clone(), Pace::default());
                tokio::select! {
                    () = stop.cancelled() => return Ok(()),
                    () = changed(&mut standing) => {}
                    error = sequencer.run() => return Err(error),
                }
            }
        }
    })
}

/// The reader of the ledger's end.
pub fn tail(reader: TailReader) -> Watch {
    Watch::new("tail", move |stop| {
        let reader = reader.clone();
        async move {
            tokio::select! {
                () = stop.cancelled() => Ok(()),
                error = reader.run() => Err(error),
            }
        }
    })
}

/// The listener for what other processes did.
pub fn listener(pool: PgPool, bells: Bells) -> Watch {
    Watch::new("listener", move |stop| {
        let (pool, bells) = (pool.clone(), bells.clone());
        async move {
            tokio::select! {
                () = stop.cancelled() => Ok(()),
                ended = bells.listen(&pool) => ended,
            }
        }
    })
}

/// The projector of one view.
pub fn projector(
    projection: &'static dyn Projection,
    database: PgConnectOptions,
    tail: Tail,
    positions: Positions,
) -> Watch {
    Watch::new(projection.name(), move |stop| {
        let mut runner = Runner::new(projection, database.clone(), tail.clone(), positions.clone());
        async move {
            let mut told = None;
            loop {
                let progress = tokio::select! {
                    () = stop.cancelled() => return Ok::<(), projections::Error>(()),
                    progress = runner.step() => progress?,
                };
                tell(projection.name(), &progress, &mut told);
            }
        }
    })
}

/// Says once what an operator must know of a projector that does not go on.
fn tell(name: &'static str, progress: &Progress, told: &mut Option<Progress>) {
    if matches!(progress, Progress::Advanced { .. }) {
        *told = None;
        return;
    }
    if told.as_ref() == Some(progress) {
        return;
    }
    *told = Some(progress.clone());
    match progress {
        Progress::Parked { position, reason } => {
            tracing::error!(
                projection = name,
                position,
                "{name} is parked at position {position}: {reason}; `chainkeel projections rebuild {name}` builds it anew"
            );
        }
        Progress::Outdated { live, ours } => {
            tracing::warn!(
                projection = name,
                live,
                ours,
                "{name} was built by version {live}, this program has {ours}: `chainkeel projections rebuild {name}` brings it up"
            );
        }
        Progress::Standby => tracing::info!(projection = name, "another process keeps {name} up"),
        Progress::Replaced => tracing::info!(projection = name, "a new build of {name} is live"),
        Progress::Advanced { .. } => {}
    }
}
