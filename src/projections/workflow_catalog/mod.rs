//! Workflows and their versions, as people list and open them.

mod fold;
mod queries;
mod write;

use futures::future::BoxFuture;
use sqlx::PgConnection;

use super::projection::Projection;
use super::{Error, facts};
use crate::journal::Recorded;
use crate::projections::concern;

pub use queries::{Filter, Status, Summary, Version, Workflow, WorkflowCatalog};

/// The projection behind `view_workflows` and `view_workflow_versions`.
#[derive(Debug, Clone, Copy)]
pub struct Projector;

impl Projector {
    /// Its name.
    pub const NAME: &'static str = "workflow_catalog";
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
            let mut catalog = fold::Catalog::of(write::load(connection, &touched).await?);
            for (event, payload) in &payloads {
                catalog.take(event, payload)?;
            }
            write::save(connection, &catalog).await
        })
    }
}
