//! What must be done by one process at a time. That it is one is a saving: that nothing happens
//! twice rests on ids and on compare-and-swap.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::journal::{Error, Leases};

/// The kind under which such leases are kept.
const LEASE: &str = "detector";
/// How often a process that does not hold an office asks whether it should.
const CANDIDACY: Duration = Duration::from_secs(1);

/// The name of such a work.
#[derive(Debug, Clone, Copy)]
pub(in crate::actors) struct Office(pub(in crate::actors) &'static str);

/// Does a work while this process holds its office, or waits until it may, until it is told to
/// stop.
pub(in crate::actors) async fn hold(
    office: Office,
    mut standing: watch::Receiver<Option<Leases>>,
    stop: CancellationToken,
    work: impl AsyncFn(Leases) -> Result<(), Error>,
) -> Result<(), Error> {
    loop {
        let leases = standing.borrow_and_update().clone();
        let holding = async {
            let Some(leases) = leases else { return std::future::pending().await };
            while leases.acquire(LEASE, office.0).await?.is_none() {
                sleep(CANDIDACY).await;
            }
            tracing::debug!(office = office.0, "this process holds the office of {}", office.0);
            work(leases).await
        };
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            changed = standing.changed() => if changed.is_err() {
                // Without a member there is nobody to work for, and the stop ends this.
                stop.cancelled().await;
            },
            ended = holding => return ended,
        }
    }
}
