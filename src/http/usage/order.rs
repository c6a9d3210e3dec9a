//! Gives an order to the organization's account, once, and answers with the account as it then is.

use super::record::AccountRecord;
use crate::access::Principal;
use crate::aggregates::account::{Command, Order};
use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::extract::IdempotencyKey;
use crate::http::idempotency::{Done, Ticket, Turn};
use crate::http::problem::Problem;
use crate::journal::{Context, Metadata, NotExecuted, StreamId};

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
    let context = Context {
        metadata: Metadata {
            correlation: Some(ticket.request_id.clone()),
            ..Metadata::new(who.organization, who.to_string(), ticket.command)
        },
        fence: None,
        side: ticket.receipts(&stream),
    };
    match api.accounts.execute(&stream.aggregate_id, command, context).await {
        Ok(executed) => Ok(Done { stream, sequence: executed.last, replayed: false }),
        Err(NotExecuted::ReceiptTaken) => ticket.taken(api).await,
        Err(error) => ticket.earlier(api).await?.ok_or_else(|| error.into()),
    }
}
