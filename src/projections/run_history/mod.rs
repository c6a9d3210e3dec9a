//! Runs and the attempts of their nodes, as people list, search and open them.

mod fold;
mod open;
mod queries;
mod rows;
mod write;

use futures::future::BoxFuture;
use sqlx::PgConnection;

use super::projection::Projection;
use super::{Error, facts};
use crate::journal::Recorded;
use crate::projections::concern;

pub use open::{OpenRun, running};
pub use queries::{Execution, Filter, MAX_LINEAGE, Relative, Run, RunHistory};

/// The projection behind `view_runs` and `view_executions`.
#[derive(Debug, Clone, Copy)]
pub struct Projector;

impl Projector {
    /// Its name.
    pub const NAME: &'static str = "run_history";
}

impl Projection for Projector {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn version(&self) -> i32 {
        1
    }

    fn concerns(&self, event: &Recorded) -> bool {
        concern::is_of(event, &[concern::RUN])
    }

    fn write<'a>(
        &'a self,
        connection: &'a mut PgConnection,
        events: &'a [&'a Recorded],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let payloads = facts::of_runs(events)?;
            let mut changes = fold::Changes::default();
            for (event, payload) in &payloads {
                changes.take(event, payload)?;
            }
            write::changes(connection, &changes).await
        })
    }
}
