//! Tests of workflows and their executions, as people list them.

mod fold;
mod queries;
mod write;

use futures::future::BoxFuture;
use sqlx::PgConnection;

use super::projection::Projection;
use super::{Error, facts};
use crate::journal::Recorded;
use crate::projections::concern;

pub use queries::{Execution, ExecutionFilter, Test, TestFilter, Trials};

/// The projection behind `view_tests` and `view_test_executions`.
#[derive(Debug, Clone, Copy)]
pub struct Projector;

impl Projector {
    /// Its name.
    pub const NAME: &'static str = "tests";
}

impl Projection for Projector {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn version(&self) -> i32 {
        1
    }

    fn concerns(&self, event: &Recorded) -> bool {
        concern::is_of(event, &[concern::TEST, concern::TEST_EXECUTION])
    }

    fn write<'a>(
        &'a self,
        connection: &'a mut PgConnection,
        events: &'a [&'a Recorded],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            for (event, payload) in facts::of_tests(events)? {
                fold::test(connection, event, &payload).await?;
            }
            for (event, payload) in facts::of_test_executions(events)? {
                fold::execution(connection, event, &payload).await?;
            }
            Ok(())
        })
    }
}
