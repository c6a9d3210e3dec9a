//! Gives an order to a workflow, once, and answers with the workflow as it then is.

use std::time::Duration;

use crate::access::Principal;
use crate::aggregates::workflow::{Command, Order};
use crate::http::answer::{Answer, Written};
use crate::http::api::Api;
use crate::http::idempotency::{Done, Ticket, Turn};
use crate::http::problem::Problem;
use crate::http::workflows::record::{self, Record};
use crate::journal::StreamId;
use crate::primitives::WorkflowId;

/// How long an answer waits for the trigger index, which is no more than 100 ms behind the ledger.
const INDEX_WAIT: Duration = Duration::from_millis(250);

/// Carries out an order, unless an earlier request with the same key did.
pub(in crate::http) async fn order(
    api: &Api,
    who: &Principal,
    turn: Turn,
    id: WorkflowId,
    order: Order,
) -> Result<Done, Problem> {
    match turn {
        Turn::Replay(done) => Ok(done),
        Turn::Fresh(ticket) => {
            record::must_belong(api, who, id).await?;
            execute(api, who, &ticket, id, order).await
        }
    }
}

/// Carries out an order with this ticket; a new workflow is made this way.
pub(in crate::http) async fn execute(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    id: WorkflowId,
    order: Order,
) -> Result<Done, Problem> {
    let stream = StreamId::workflow(id);
    let command = Command { by: who.to_string(), at: api.clock.now(), order };
    ticket.execute(api, who, &api.workflows, stream, command).await
}

/// The workflow right after the order, and where its event is.
pub(in crate::http) async fn answer(
    api: &Api,
    who: &Principal,
    done: Done,
) -> Result<Answer<Record>, Problem> {
    let id = workflow_of(&done)?;
    let loaded = record::load(api, who, id, Some(done.sequence)).await?;
    let record = loaded.record(api, id).await?;
    let written = seen(api, &done).await;
    Ok(Answer::ok(record).written(written).replayed(done.replayed))
}

/// Where the order's event is. By then those who start runs know of it, too: what was published is
/// run by the very next request.
pub(in crate::http) async fn seen(api: &Api, done: &Done) -> Written {
    let written = api.written(&done.stream, done.sequence).await;
    if let Some(position) = written.position {
        api.index.wait_for(position, INDEX_WAIT).await;
    }
    written
}

/// The workflow that an order went to.
pub(in crate::http) fn workflow_of(done: &Done) -> Result<WorkflowId, Problem> {
    done.stream.aggregate_id.parse().map_err(Problem::internal)
}
