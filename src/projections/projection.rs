//! What a view made from events is.

use futures::future::BoxFuture;
use sqlx::PgConnection;

use super::Error;
use crate::journal::Recorded;

/// A view that is made from the ledger and from nothing else: the same events in the same order
/// make the same rows, however they are cut into batches.
///
/// Each stream's rows depend on that stream alone, so that streams may be folded side by side.
pub trait Projection: std::fmt::Debug + Send + Sync + 'static {
    /// Its name: also that of its schemas.
    fn name(&self) -> &'static str;

    /// The version of its tables and of its fold. A change of either is a new version, with a
    /// template in a migration of its own; a rebuild brings it into service.
    fn version(&self) -> i32;

    /// Whether an event may change a row. What is folded of the others is nothing, so that they are not even
    /// handed over.
    fn concerns(&self, event: &Recorded) -> bool;

    /// The tables whose rows are sums over many streams: a sample of streams says nothing of them.
    fn summed(&self) -> &'static [&'static str] {
        &[]
    }

    /// Folds events, which follow what was written before, and writes their rows.
    ///
    /// The connection resolves the tables' bare names to the build that is written, and is inside
    /// the transaction that moves the checkpoint. An event that is not understood is
    /// [`Error::Poison`]; nothing may then be taken as written.
    fn write<'a>(
        &'a self,
        connection: &'a mut PgConnection,
        events: &'a [&'a Recorded],
    ) -> BoxFuture<'a, Result<(), Error>>;
}
