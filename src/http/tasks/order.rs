//! Gives an order to a task, once, and answers with the task as it then is.

use super::approval;
use super::record::{self, Record};
use crate::access::Principal;
use crate::aggregates::task::{Command, Order};
use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::extract::IdempotencyKey;
use crate::http::idempotency::{Done, Ticket, Turn};
use crate::http::problem::Problem;
use crate::journal::StreamId;
use crate::primitives::TaskId;

/// What a request asks for.
pub(super) struct Asked {
    /// The task.
    pub(super) task: TaskId,
    /// The person who acts.
    pub(super) by: String,
    /// What is to be done.
    pub(super) order: Order,
}

/// Carries out an order, unless an earlier request with the same key did.
pub(super) async fn order(
    api: &Api,
    who: &Principal,
    key: IdempotencyKey,
    fingerprint: &str,
    asked: Asked,
) -> Result<Answer<Record>, Problem> {
    let task = asked.task;
    let done = match Turn::take(api, who, key, fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => match record::must_belong(api, who, task).await?.approval {
            Some(of) => approval::order(api, who, &ticket, (asked, of)).await?,
            None => execute(api, who, &ticket, asked).await?,
        },
    };
    // What was answered to something else says nothing of how far the task is.
    let until = (done.stream == StreamId::task(task)).then_some(done.sequence);
    let record = record::load(api, who, task, until).await?;
    let written = api.written(&done.stream, done.sequence).await;
    Ok(Answer::ok(record).written(written).replayed(done.replayed))
}

/// Gives the order to the task.
pub(super) async fn execute(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    asked: Asked,
) -> Result<Done, Problem> {
    let Asked { task, by, order } = asked;
    let stream = StreamId::task(task);
    let command = Command { by, at: api.clock.now(), order };
    ticket.execute(api, who, &api.tasks, stream, command).await
}
