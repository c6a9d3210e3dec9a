//! A task that asks whether something may be signed: its answer is given to what is to be signed, by the
//! command that answering there gives, and the task ends as that says.

use alloy_primitives::B256;
use engine::Json;
use serde::Deserialize;
use serde_json::Value;

use super::order::Asked;
use crate::access::{Permission, Principal};
use crate::aggregates::task::{Approval, Closing, Command, Order, Subject};
use crate::aggregates::{signature_request, wallet_lane};
use crate::http::api::Api;
use crate::http::idempotency::{Done, Ticket};
use crate::http::middleware::authorize::authorize;
use crate::http::problem::{Code, Problem};
use crate::http::routes::Access;
use crate::http::wallets::said::{Decision, Said};
use crate::journal::{Context, Metadata, StreamId};
use crate::primitives::{CommandId, TaskId};

/// The answer, as the form of such a task has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    decision: Decision,
    digest: Option<B256>,
    comment: Option<String>,
}

/// Carries out an order to a task that asks for an approval.
pub(super) async fn order(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    (asked, approval): (Asked, Approval),
) -> Result<Done, Problem> {
    // It counts for whoever holds the key, as it does where it is given to what is to be signed.
    if asked.by != who.to_string() {
        let message = "an approval is given by whoever holds the key: leave this out";
        return Err(Problem::new(Code::InvalidBody).at("/actingAs", message));
    }
    let (now, loaded) = (api.clock.now(), api.tasks.load(&asked.task.to_string()).await?);
    let task = loaded.aggregate;
    let said = match &asked.order {
        Order::Complete { data } => {
            authorize(Access::May(Permission::WalletsApprove), who)?;
            task.may_complete(&asked.by, data, now)?;
            read(data, approval.digest)?
        }
        Order::Reject { reason } => {
            authorize(Access::May(Permission::WalletsApprove), who)?;
            task.may_answer(&asked.by, now)?;
            Said::of(Decision::Reject, approval.digest, (Some(reason.clone()), "/reason"))?
        }
        Order::Create(_)
        | Order::Assign { .. }
        | Order::Claim
        | Order::Release
        | Order::Cancel { .. }
        | Order::Prompt
        | Order::Expire
        | Order::Close(_) => return super::order::execute(api, who, ticket, asked).await,
    };
    let done = give(api, who, ticket, (&approval, &said)).await?;
    close(api, who, (asked.task, &said)).await;
    Ok(done)
}

/// What was said. The task is about one digest: another one in its answer is a mistake.
fn read(data: &Json, digest: B256) -> Result<Said, Problem> {
    let wrong = |place: &str, what: &dyn std::fmt::Display| {
        Problem::new(Code::InvalidAnswer).at(place, format_args!("{what}"))
    };
    let answer: Answer =
        serde_json::from_value(Value::clone(data)).map_err(|error| wrong("/data", &error))?;
    if answer.digest.is_some_and(|it| it != digest) {
        return Err(wrong("/data/digest", &"it is another one than that of the task"));
    }
    Said::of(answer.decision, digest, (answer.comment, "/data/comment"))
}

/// Gives an answer to what is to be approved.
async fn give(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    (approval, said): (&Approval, &Said),
) -> Result<Done, Problem> {
    let (by, at, intent) = (who.to_string(), api.clock.now(), approval.intent_id);
    match approval.subject {
        Subject::Transaction { wallet_id, chain_id } => {
            let stream = StreamId::wallet_lane(wallet_id, chain_id);
            let command = wallet_lane::Command { by, at, order: said.to_lane(intent) };
            ticket.execute(api, who, &api.lanes, stream, command).await
        }
        Subject::Document => {
            let stream = StreamId::signature_request(intent);
            let command = signature_request::Command { by, at, order: said.to_document() };
            ticket.execute(api, who, &api.requests, stream, command).await
        }
    }
}

/// Ends the task at once, so that the answer shows it so. What does not succeed here, or is done first by
/// the reaction that follows the answer on the ledger, is done by that.
async fn close(api: &Api, who: &Principal, (task, said): (TaskId, &Said)) {
    let closing = match said.decision() {
        Decision::Approve => Closing::Approved { comment: said.comment() },
        Decision::Reject => Closing::Rejected { comment: said.comment() },
    };
    let (by, at) = (who.to_string(), api.clock.now());
    let metadata = Metadata::new(who.organization, who.to_string(), CommandId::generate());
    let command = Command { by, at, order: Order::Close(closing) };
    let closed = api.tasks.execute(&task.to_string(), command, Context::new(metadata)).await;
    if let Err(error) = closed {
        tracing::debug!(task.id = %task, "task {task} ends by the reaction: {error}");
    }
}
