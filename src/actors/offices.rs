//! The loops of the journal and of the projections, as parts that the supervisor hosts.

use std::sync::Arc;
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusHandle;
use sqlx::PgPool;
use tokio::sync::watch;

use super::ownership::Ownership;
use super::supervisor::Watch;
use crate::journal::{self, Bells, Journal, Lane, Leases, Pace, Sequencer, Tail, TailReader};
use crate::projections::runner::Progress;
use crate::projections::{self, Lookout, Positions, Projection, Runner};

/// How often the metrics are looked after.
const UPKEEP: Duration = Duration::from_secs(5);

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
    lookout: Lookout,
    tail: Tail,
    positions: Positions,
) -> Watch {
    Watch::new(projection.name(), move |stop| {
        let mut runner = Runner::new(projection, lookout.clone(), tail.clone(), positions.clone());
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
        Progress::Paused => {
            tracing::warn!(projection = name, "an operator lets {name} rest: it falls behind");
        }
        Progress::Standby => tracing::info!(projection = name, "another process keeps {name} up"),
        Progress::Replaced => tracing::info!(projection = name, "a new build of {name} is live"),
        Progress::Advanced { .. } => {}
    }
}

/// What the metrics say of the house as a whole, looked at every few seconds; the handle is told to
/// digest what was measured meanwhile, or histograms would grow without end.
#[expect(clippy::cast_precision_loss, reason = "floats are exact far beyond these counts")]
pub fn metrics(
    handle: PrometheusHandle,
    journal: Journal,
    tail: Tail,
    ownership: Arc<Ownership>,
) -> Watch {
    Watch::new("metrics", move |stop| {
        let (handle, journal) = (handle.clone(), journal.clone());
        let (tail, ownership) = (tail.clone(), Arc::clone(&ownership));
        async move {
            let mut look = tokio::time::interval(UPKEEP);
            loop {
                tokio::select! {
                    () = stop.cancelled() => return Ok::<(), journal::Error>(()),
                    _ = look.tick() => {}
                }
                metrics::gauge!("chainkeel_ledger_head").set(tail.head() as f64);
                metrics::gauge!("chainkeel_journal_queued").set(journal.queued() as f64);
                metrics::gauge!("chainkeel_slots_owned").set(ownership.slots().len() as f64);
                handle.run_upkeep();
            }
        }
    })
}
