//! What people search: the words of workflows in a view of their own, runs and errors in that of
//! runs.

mod fold;
mod queries;
mod wanted;
mod write;

use futures::future::BoxFuture;
use sqlx::PgConnection;

use super::projection::Projection;
use super::{Error, concern, facts};
use crate::journal::Recorded;

pub use queries::{Found, Search};
pub use wanted::{Kind, Words};

/// The projection behind `view_workflow_words`.
#[derive(Debug, Clone, Copy)]
pub struct Projector;

impl Projector {
    /// Its name.
    pub const NAME: &'static str = "search";
}

impl Projection for Projector {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn version(&self) -> i32 {
        1
    }

    fn concerns(&self, event: &Recorded) -> bool {
        concern::is_of(event, &[concern::WORKFLOW])
    }

    fn write<'a>(
        &'a self,
        connection: &'a mut PgConnection,
        events: &'a [&'a Recorded],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let payloads = facts::of_workflows(events)?;
            if payloads.is_empty() {
                return Ok(());
            }
            let touched: Vec<_> =
                payloads.iter().map(|(event, _)| event.aggregate_id.as_str()).collect();
            let mut found = fold::Shelf::of(write::load(connection, &touched).await?);
            for (event, payload) in &payloads {
                found.take(event, payload)?;
            }
            write::save(connection, &found).await
        })
    }
}
