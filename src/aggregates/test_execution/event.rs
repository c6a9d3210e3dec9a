//! What happened in an execution. Stored for ever: a changed shape is a new version and an
//! upcaster.

use cqrs_es::DomainEvent;
use engine::WorkflowRef;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::aggregates::test::CaseResult;
use crate::primitives::{OrganizationId, TestExecutionId, TestId};

/// How an execution ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Every case passed.
    Passed,
    /// A case did not pass.
    Failed,
}

/// A fact of an execution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// It began.
    Started {
        /// Its id.
        execution_id: TestExecutionId,
        /// Whose it is.
        organization_id: OrganizationId,
        /// The test.
        test_id: TestId,
        /// The version of the test.
        test_version: u64,
        /// What was tested; nothing for a test of one node.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        workflow: Option<WorkflowRef>,
        /// Who wanted it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// These cases were played, in order.
    CasesPlayed {
        /// What became of them.
        results: Vec<CaseResult>,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It is over.
    Finished {
        /// How it ended.
        status: Status,
        /// How many cases passed.
        passed: u32,
        /// How many did not.
        failed: u32,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
}

impl Event {
    /// The version in which every event of this aggregate is written today.
    pub const VERSION: &'static str = "1.0";

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Started { .. } => "started",
            Self::CasesPlayed { .. } => "cases_played",
            Self::Finished { .. } => "finished",
        }
    }
}

impl DomainEvent for Event {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        Self::VERSION.to_owned()
    }
}
