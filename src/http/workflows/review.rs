//! What to look at before a workflow is resumed that paused by itself.

use serde::Serialize;
use utoipa::ToSchema;

use crate::aggregates::workflow::PauseReason;
use crate::primitives::WorkflowId;

/// What to look at before the workflow is resumed; resume it with this reason as `acknowledge`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Review {
    /// Why it paused by itself.
    reason: PauseReason,
    /// What to look at, the likeliest cause first.
    checklist: Vec<Check>,
}

/// One thing to look at.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Check {
    /// A stable word for it.
    #[serde(rename = "check")]
    word: &'static str,
    /// What to ask oneself.
    question: &'static str,
    /// Where to look, where the API knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    look_at: Option<String>,
}

impl Review {
    /// The review that a pause calls for; none where a person asked for it.
    pub(super) fn of(workflow: WorkflowId, reason: PauseReason) -> Option<Self> {
        let own = match reason {
            PauseReason::Requested => return None,
            PauseReason::CuExhausted => Check {
                word: "compute_units",
                question: "What used the units, and are there enough for what will be started?",
                look_at: Some(format!("/v1/usage/daily?workflowId={workflow}")),
            },
            PauseReason::MaxRunsReached => Check {
                word: "allowance",
                question: "Were that many runs meant? Refill the workflow before it is resumed.",
                look_at: Some(format!("/v1/runs?workflowId={workflow}")),
            },
            PauseReason::DisabledAction => Check {
                word: "disabled_action",
                question: "Which node needs an action that is not performed any more?",
                look_at: Some(format!("/v1/workflows/{workflow}/validate")),
            },
            PauseReason::ConsecutiveFailures => Check {
                word: "cause_of_failure",
                question: "Do the last failures have one cause, and is it mended?",
                look_at: Some(format!("/v1/runs?workflowId={workflow}&status=failure")),
            },
        };
        let checklist = vec![
            own,
            Check {
                word: "latest_failed_runs",
                question: "Why did the latest runs fail, and must any be retried?",
                look_at: Some(format!("/v1/runs?workflowId={workflow}&status=failure")),
            },
            Check {
                word: "connector_health",
                question: "Do the connectors that it uses still work?",
                look_at: None,
            },
            Check {
                word: "wallet_funding",
                question: "Have the wallets that it uses the funds for what it will send?",
                look_at: None,
            },
            Check {
                word: "action_schemas",
                question: "Does the definition still fit the schemas of its actions?",
                look_at: Some(format!("/v1/workflows/{workflow}/validate")),
            },
        ];
        Some(Self { reason, checklist })
    }
}
