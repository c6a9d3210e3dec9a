//! The audit log: who did what, from where, and what was refused.

mod fold;
mod kinds;
mod line;
mod queries;

use futures::future::BoxFuture;
use sqlx::PgConnection;

use super::Error;
use super::projection::Projection;
use crate::journal::Recorded;

pub use fold::shown;
pub use line::{Line, is_open};
pub use queries::{Audit, Entry, Filter, Outcome};

/// The projection behind `view_audit`.
#[derive(Debug, Clone, Copy)]
pub struct Projector;

impl Projector {
    /// Its name.
    pub const NAME: &'static str = "audit";
}

impl Projection for Projector {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn version(&self) -> i32 {
        1
    }

    fn concerns(&self, event: &Recorded) -> bool {
        kinds::kind(&event.aggregate_type, &event.event_type) != kinds::Kind::Nothing
    }

    fn write<'a>(
        &'a self,
        connection: &'a mut PgConnection,
        events: &'a [&'a Recorded],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(fold::write(connection, events))
    }
}
