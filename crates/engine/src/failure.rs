//! Why a node failed, in the words that retry policies, people and charts share.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::json::{Excess, Json, within_limits};

/// How many bytes of a failure's message are kept.
pub const MAX_MESSAGE_BYTES: usize = 4 * 1024;

/// Why a node, or a run, failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// A stable word that retry policies name: `invalid_input`, `timeout`, `http_503`.
    pub code: String,
    /// What happened and what mends it, for the workflow's author. Never holds a secret.
    pub message: String,
    /// Which part of the world failed.
    pub category: FailureCategory,
    /// Whether the same attempt may succeed later.
    pub retryable: bool,
    /// Facts about the failure, for machines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Json>,
}

/// Which part of the world a failure comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureCategory {
    /// Not enough of a token, or of gas.
    Funds,
    /// An amount that is out of its bounds.
    Amount,
    /// The workflow is set up wrongly.
    Config,
    /// Credentials are missing, expired or refused.
    Auth,
    /// The other side could not be reached, or broke off.
    Network,
    /// The other side answered that it cannot.
    Service,
    /// The chain refused or reverted.
    Onchain,
    /// The input is not what the node takes.
    Validation,
    /// Chainkeel itself is at fault.
    Internal,
    /// The time allowed was over before an answer came.
    Timeout,
    /// The run, or one of its loops, is larger than it may be.
    Limit,
}

impl FailureCategory {
    /// All of them, by name.
    pub const ALL: [(&str, Self); 11] = [
        ("funds", Self::Funds),
        ("amount", Self::Amount),
        ("config", Self::Config),
        ("auth", Self::Auth),
        ("network", Self::Network),
        ("service", Self::Service),
        ("onchain", Self::Onchain),
        ("validation", Self::Validation),
        ("internal", Self::Internal),
        ("timeout", Self::Timeout),
        ("limit", Self::Limit),
    ];
}

impl Failure {
    /// The code of a pure node whose payload is wrong at run time.
    pub const INVALID_INPUT: &'static str = "invalid_input";
    /// The code of an effect that may or may not have happened.
    pub const OUTCOME_UNKNOWN: &'static str = "outcome_unknown";
    /// The code of a wait that expired and has no `timed_out` branch.
    pub const WAIT_TIMED_OUT: &'static str = "wait_timed_out";
    /// The code of a manual task that was rejected and has no `rejected` branch.
    pub const TASK_REJECTED: &'static str = "task_rejected";
    /// The code of a node whose result is larger than a result may be.
    pub const RESULT_TOO_LARGE: &'static str = "result_too_large";
    /// The code of a run whose definition cannot be executed.
    pub const INVALID_DEFINITION: &'static str = "invalid_definition";

    /// The code of a join that too few of the nodes before it have reached.
    pub const JOIN_NOT_MET: &'static str = "join_not_met";
    /// The code of a call whose run ended without saying why.
    pub const CHILD_FAILED: &'static str = "child_failed";
    /// The code of a loop over more items than a loop may have.
    pub const TOO_MANY_ITERATIONS: &'static str = "too_many_iterations";
    /// The code of a loop that would execute more nodes than a run's loops may.
    pub const TOO_MANY_LOOP_NODES: &'static str = "too_many_loop_nodes";
    /// The code of a delay or a wait for which there is no more room.
    pub const TOO_MANY_WAITS: &'static str = "too_many_waits";
    /// The code of a run with more events than a run may have.
    pub const HISTORY_TOO_LONG: &'static str = "history_too_long";
    /// The code of a run that takes longer than it may.
    pub const RUN_TOO_LONG: &'static str = "run_too_long";

    /// A failure that no repetition mends.
    pub fn lasting(
        code: impl Into<String>,
        category: FailureCategory,
        message: impl Into<String>,
    ) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            category,
            retryable: false,
            details: None,
        }
    }

    /// The failure of a node whose result is larger than a result may be.
    pub(crate) fn result_too_large(excess: Excess) -> Self {
        let message = format!("the node's result {excess}");
        Self::lasting(Self::RESULT_TOO_LARGE, FailureCategory::Validation, message)
    }

    /// A failure that may be gone at the next attempt.
    pub fn passing(
        code: impl Into<String>,
        category: FailureCategory,
        message: impl Into<String>,
    ) -> Self {
        Self { retryable: true, ..Self::lasting(code, category, message) }
    }

    /// What helps against failures of its kind, for the one who looks at a failed run.
    pub fn remediation(&self) -> &'static str {
        if self.code == Self::OUTCOME_UNKNOWN {
            return "look at the other side whether it has happened: retry the run only if it has \
                    not, or re-run it from the node behind";
        }
        match self.category {
            FailureCategory::Funds => "fund the account that pays, then retry the run",
            FailureCategory::Amount => "correct the amount, then retry the run with edited input",
            FailureCategory::Config => "correct the workflow, publish it, and start a new run",
            FailureCategory::Auth => "renew the credentials, then retry the run",
            FailureCategory::Network | FailureCategory::Timeout => {
                "retry the run; a retryPolicy or a longer timeoutMs on the node helps next time"
            }
            FailureCategory::Service => {
                "look at what the service answered; retry the run when it is well again"
            }
            FailureCategory::Onchain => {
                "look at why the chain refused it, mend that, then retry the run"
            }
            FailureCategory::Validation => {
                "correct the input or the workflow: the same input fails again"
            }
            FailureCategory::Internal => "retry the run; tell the operator when it fails again",
            FailureCategory::Limit => {
                "let the workflow do less at a time: page the list, or call child workflows"
            }
        }
    }

    /// Whether the effect may have happened although it failed: no definite answer came.
    pub fn leaves_outcome_unknown(&self) -> bool {
        self.code == Self::OUTCOME_UNKNOWN
            || matches!(self.category, FailureCategory::Timeout | FailureCategory::Network)
    }

    /// The failure within its limits. Limiting twice changes nothing more.
    pub(crate) fn limited(mut self) -> Self {
        cut(&mut self.code, 128);
        cut(&mut self.message, MAX_MESSAGE_BYTES);
        let keeps = |details: &Json| **details != Value::Null && within_limits(details).is_ok();
        self.details = self.details.filter(keeps);
        self
    }

    /// The failure as an expression sees it.
    pub(crate) fn as_value(&self) -> Value {
        serde_json::json!({ "code": self.code, "message": self.message })
    }
}

fn cut(text: &mut String, limit: usize) {
    if text.len() > limit {
        let end = (0..=limit).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
    }
}
