//! What must be done by one process at a time. That it is one is a saving: that nothing happens
//! twice rests on ids and on compare-and-swap.

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::journal::{Error, Leases};

/// The kind under which such leases are kept.
const LEASE: &str = "detector";

/// The name of such a work.
#[derive(Debug, Clone, Copy)]
pub(in crate::actors) struct Office(pub(in crate::actors) &'static str);

/// Does a work while this process holds its office, or waits until it may, until it is told to
/// stop.
pub(in crate::actors) async fn hold(
    office: Office,
    standing: watch::Receiver<Option<Leases>>,
    stop: CancellationToken,
    work: impl AsyncFn(Leases) -> Result<(), Error>,
) -> Result<(), Error> {
    let work = &work;
    let holding = |leases: Leases| async move {
        leases.obtain(LEASE, office.0).await?;
        tracing::debug!(office = office.0, "this process holds the office of {}", office.0);
        work(leases).await
    };
    Leases::while_standing(standing, stop, holding).await
}
