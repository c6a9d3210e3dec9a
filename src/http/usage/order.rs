//! Gives an order to the organization's account, once, and answers with the account as it then is.

use super::record::AccountRecord;
use crate::access::Principal;
use crate::aggregates::account::{Command, Order};
use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::extract::IdempotencyKey;
use crate::http::idempotency::{Done, Ticket, Turn};
use crate::http::problem::Problem;
use crate::journal::StreamId;

/// Carries out an order, unless an earlier request with the same key did.
pub(super) async fn order(
    api: &Api,
    who: &Principal,
    key: IdempotencyKey,
    fingerprint: &str,
    order: Order,
) -> Result<Answer<AccountRecord>, Problem> {
    let done = match Turn::take(api, who, key, fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => execute(api, who, &ticket, order).await?,
    };
    let account = api.accounts.load(&done.stream.aggregate_id).await?;
    let written = api.written(&done.stream, done.sequence).await;
    let record = AccountRecord::from(&account.aggregate);
    Ok(Answer::ok(record).written(written).replayed(done.replayed))
}

async fn execute(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    order: Order,
) -> Result<Done, Problem> {
    let stream = StreamId::account(who.organization);
    let command = Command { by: who.to_string(), at: api.clock.now(), order };
    ticket.execute(api, who, &api.accounts, stream, command).await
}
