//! Which events there were, and how they are defined.

mod definitions;
mod fold;
mod history;
mod keyed;

use futures::future::BoxFuture;
use sqlx::PgConnection;

use super::Error;
use super::projection::Projection;
use crate::journal::Recorded;

pub use definitions::{DefinitionFilter, DefinitionSummary, Definitions};
pub use history::{Filter, Happened, Happenings};
pub use keyed::{KeyedRun, last_of_key, running_of_key};

/// The projection behind `view_happenings`, `view_event_definitions` and `view_keyed_runs`.
#[derive(Debug, Clone, Copy)]
pub struct Projector;

impl Projector {
    /// Its name.
    pub const NAME: &'static str = "happenings";
}

impl Projection for Projector {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn version(&self) -> i32 {
        1
    }

    fn concerns(&self, event: &Recorded) -> bool {
        fold::concerns(event)
    }

    fn write<'a>(
        &'a self,
        connection: &'a mut PgConnection,
        events: &'a [&'a Recorded],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(fold::write(connection, events))
    }
}
