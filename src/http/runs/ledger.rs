//! What the ledger itself says of a run, for those questions that no view answers.

use engine::Fact;

use crate::access::Principal;
use crate::http::api::Api;
use crate::http::problem::{Code, Problem};
use crate::journal::{Recorded, StreamId};
use crate::primitives::{RunId, WorkflowId};

/// A run's first event, when there is such a run.
pub(crate) async fn first_event(api: &Api, run: RunId) -> Result<Option<Recorded>, Problem> {
    Ok(api.journal.read_stream(&StreamId::run(run), 0, 1).await?.into_iter().next())
}

/// Refuses a run that does not exist or is somebody else's.
pub(crate) async fn must_belong(
    api: &Api,
    who: &Principal,
    run: RunId,
) -> Result<Recorded, Problem> {
    first_event(api, run)
        .await?
        .filter(|first| first.organization == who.organization)
        .ok_or_else(|| Problem::new(Code::RunNotFound))
}

/// The workflow that a run was started from, by its first event.
pub(crate) fn workflow_of(first: &Recorded) -> Result<WorkflowId, Problem> {
    let Fact::Started { workflow, .. } = first.fact()?.0 else {
        return Err(Problem::internal(format!("a run began with {}", first.event_type)));
    };
    workflow.id.parse().map_err(Problem::internal)
}

/// Whether an event is the last of its run.
pub(crate) fn ends(event: &Recorded) -> bool {
    matches!(event.event_type.as_str(), "succeeded" | "failed" | "cancelled")
}
