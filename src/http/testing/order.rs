//! Gives an order to a test, once, and answers with the test as it then is.

use engine::Json;

use super::record::{self, Record};
use crate::access::Principal;
use crate::aggregates::test::{Command, Order};
use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::idempotency::{Done, Ticket};
use crate::http::problem::refusals;
use crate::http::problem::{Code, Problem};
use crate::journal::{Store, StreamId};
use crate::primitives::TestId;
use crate::trials::TestDefinition;

/// Carries out an order with this ticket.
pub(super) async fn execute(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    id: TestId,
    order: Order,
) -> Result<Done, Problem> {
    let stream = StreamId::test(id);
    let command = Command { by: who.to_string(), at: api.clock.now(), order };
    let store = Store::tests(api.journal.clone());
    ticket.execute(api, who, &store, stream, command).await
}

/// The test as it is now, after the order.
pub(super) async fn answer(
    api: &Api,
    who: &Principal,
    done: Done,
) -> Result<Answer<Record>, Problem> {
    let id: TestId = done.stream.aggregate_id.parse().map_err(Problem::internal)?;
    let (content, version) = record::load(api, who, id).await?;
    let written = api.written(&done.stream, done.sequence).await;
    Ok(Answer::ok(Record::of(content, version)).written(written).replayed(done.replayed))
}

/// A definition that may be kept: its form is right. What it is about may not be there yet.
pub(super) fn kept(test: &TestDefinition) -> Result<Json, Problem> {
    let problems = test.problems();
    if !problems.is_empty() {
        return Err(invalid(problems));
    }
    Ok(serde_json::to_value(test).map_err(Problem::internal)?.into())
}

/// A test that cannot be kept or played.
pub(super) fn invalid(problems: Vec<crate::trials::Problem>) -> Problem {
    Problem::new(Code::InvalidTest).with_details(refusals::of_trial("", problems))
}
