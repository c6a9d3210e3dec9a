//! Work for people, as they look for it, and what the clerk has to do about it.

mod fold;
mod queries;
mod write;

use futures::future::BoxFuture;
use sqlx::PgConnection;

use super::projection::Projection;
use super::{Error, facts};
use crate::journal::Recorded;
use crate::projections::concern;

pub use queries::{Filter, Prompt, Summary, Tasks, prompts};

/// The projection behind `view_tasks`.
#[derive(Debug, Clone, Copy)]
pub struct Projector;

impl Projector {
    /// Its name.
    pub const NAME: &'static str = "tasks";
}

impl Projection for Projector {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn version(&self) -> i32 {
        1
    }

    fn concerns(&self, event: &Recorded) -> bool {
        concern::is_of(event, &[concern::TASK])
    }

    fn write<'a>(
        &'a self,
        connection: &'a mut PgConnection,
        events: &'a [&'a Recorded],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let events = facts::of_tasks(events)?;
            if events.is_empty() {
                return Ok(());
            }
            let touched: Vec<_> =
                events.iter().map(|(event, _)| event.aggregate_id.as_str()).collect();
            let mut tasks = fold::Tasks::of(write::load(connection, &touched).await?);
            for (event, happened) in events {
                tasks.take(event, happened)?;
            }
            write::save(connection, &tasks).await
        })
    }
}
