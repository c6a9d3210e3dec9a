//! Gives an order to a connector, once, and answers with the connector as it then is.

use super::record::{self, Record};
use crate::access::Principal;
use crate::aggregates::connector::{Command, Connector, Order};
use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::idempotency::{Done, Ticket};
use crate::http::problem::{Code, Problem};
use crate::journal::StreamId;
use crate::primitives::ConnectorId;

/// The connector, if this principal may see it.
pub(super) async fn load(
    api: &Api,
    who: &Principal,
    id: ConnectorId,
) -> Result<Connector, Problem> {
    let connector = api.connectors.load(who.organization, id).await?;
    if record::is_seen_by(&connector, who) {
        Ok(connector)
    } else {
        Err(Problem::new(Code::ConnectorNotFound))
    }
}

/// Carries out an order, unless an earlier request with the same key did.
pub(super) async fn execute(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    id: ConnectorId,
    order: Order,
) -> Result<Done, Problem> {
    let command = Command { by: who.to_string(), at: api.clock.now(), order };
    let store = api.connectors.store();
    ticket.execute(api, who, store, StreamId::connector(id), command).await
}

/// The connector right after an order, and where its event is.
pub(super) async fn answer(api: &Api, done: Done) -> Result<Answer<Record>, Problem> {
    let connector = api.connectors.store().load(&done.stream.aggregate_id).await?.aggregate;
    let written = api.written(&done.stream, done.sequence).await;
    Ok(Answer::ok(record::of(&connector)?).written(written).replayed(done.replayed))
}
