//! What the ledger itself says of a run, for those questions that no view answers.

use engine::Fact;

use crate::access::Principal;
use crate::http::api::Api;
use crate::http::problem::{Code, Problem};
use crate::journal::reading::State;
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
    let first = first_event(api, run).await?;
    let Some(first) = first.filter(|first| first.organization == who.organization) else {
        return Err(missing(api, who, run).await);
    };
    must_be_shown(api, who, &first)?;
    Ok(first)
}

/// The same; but one that was shredded is there, as far as it is proved.
pub(crate) async fn must_be_proved(api: &Api, who: &Principal, run: RunId) -> Result<(), Problem> {
    match must_belong(api, who, run).await {
        Err(problem) if problem.code() == Code::RunShredded => Ok(()),
        answer => answer.map(drop),
    }
}

/// Why there is no event of a run: it never was, it is somebody else's, or it was deleted by order.
pub(crate) async fn missing(api: &Api, who: &Principal, run: RunId) -> Problem {
    let shredded = match api.journal.subjects() {
        Some(subjects) => subjects.shredded(who.organization, &run.to_string()).await,
        None => Ok(None),
    };
    match shredded {
        Ok(None) => {}
        Ok(Some((subject, at))) => {
            let message = format!("run {run} was shredded on {at} with the subject {subject}");
            return Problem::new(Code::RunShredded).because(message);
        }
        Err(error) => return error.into(),
    }
    let homes = match api.journal.homes(&[run.to_string()]).await {
        Ok(homes) => homes,
        Err(error) => return error.into(),
    };
    let deleted = homes
        .into_values()
        .find(|home| home.state == State::Deleted && home.organization == who.organization);
    deleted.map_or_else(
        || Problem::new(Code::RunNotFound),
        |home| {
            let segment = home.segment;
            Problem::new(Code::RunDeleted)
                .because(format!("run {run} was deleted with the segment {segment}"))
        },
    )
}

/// Refuses a run, by its first event, whose workflow is private to somebody else.
pub(crate) fn must_be_shown(api: &Api, who: &Principal, first: &Recorded) -> Result<(), Problem> {
    if api.hidden_from(who).is_empty() || !api.hides(who, workflow_of(first)?) {
        return Ok(());
    }
    Err(Problem::new(Code::RunNotFound))
}

/// Refuses a run whose workflow is private to somebody else; what does not exist is refused later.
pub(crate) async fn may_order(api: &Api, who: &Principal, run: RunId) -> Result<(), Problem> {
    if api.hidden_from(who).is_empty() {
        return Ok(());
    }
    match first_event(api, run).await? {
        Some(first) if first.organization == who.organization => must_be_shown(api, who, &first),
        Some(_) | None => Ok(()),
    }
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
