//! What organizations used of their compute units, and what they have left.
//!
//! An execution is every attempt of a node that came to its end, well or not; a run's trigger is one
//! too. It is priced by the table that was in force when it ended, which its event says. The rows of
//! a day are sums over many runs: sums do not depend on the order in which they are made.

mod account;
mod balance;
mod fold;
mod queries;
mod write;

use futures::future::BoxFuture;
use sqlx::PgConnection;

use super::projection::Projection;
use super::{Error, concern};
use crate::journal::Recorded;

pub use balance::{Balance, Due, due};
pub use queries::{Credits, Day, Filter, OfWorkflow, Span, Usage};

/// The projection behind `view_run_units`, `view_usage_days`, `view_accounts` and their like.
#[derive(Debug, Clone, Copy)]
pub struct Projector;

impl Projector {
    /// Its name.
    pub const NAME: &'static str = "usage";
}

impl Projection for Projector {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn version(&self) -> i32 {
        1
    }

    fn concerns(&self, event: &Recorded) -> bool {
        concern::is_of(event, &[concern::RUN, concern::ACCOUNT])
    }

    fn summed(&self) -> &'static [&'static str] {
        &["usage_days", "used_days"]
    }

    fn write<'a>(
        &'a self,
        connection: &'a mut PgConnection,
        events: &'a [&'a Recorded],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(write::all(connection, events))
    }
}
