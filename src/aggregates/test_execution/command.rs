//! What an execution can be told, and why it refuses.

use engine::WorkflowRef;
use time::OffsetDateTime;

use crate::aggregates::test::CaseResult;
use crate::primitives::{OrganizationId, TestExecutionId, TestId};

/// Record an execution that has been made.
#[derive(Debug, Clone)]
pub struct Command {
    /// The id it will have.
    pub id: TestExecutionId,
    /// Whose it is.
    pub organization: OrganizationId,
    /// The test.
    pub test: TestId,
    /// The version of the test whose cases were played.
    pub test_version: u64,
    /// What was tested; nothing for a test of one node.
    pub workflow: Option<WorkflowRef>,
    /// What became of the cases, in order.
    pub results: Vec<CaseResult>,
    /// Who wanted it.
    pub by: String,
    /// When it began.
    pub started_at: OffsetDateTime,
    /// When it was over.
    pub at: OffsetDateTime,
}

/// Why an execution is not recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The id is taken.
    #[error("this execution was recorded already")]
    Exists,
}
