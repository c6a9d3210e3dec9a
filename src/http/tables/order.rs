//! Gives an order to a table, once, and has it carried out.

use super::record::Record;
use crate::access::Principal;
use crate::aggregates::table::{Command, Order, Table};
use crate::data::Once;
use crate::http::api::Api;
use crate::http::extract::IdempotencyKey;
use crate::http::idempotency::{Done, Turn};
use crate::http::problem::{Code, Problem};
use crate::journal::StreamId;
use crate::primitives::TableId;

/// An order that was carried out: the table after it.
pub(super) struct Ordered {
    pub(super) table: Table,
    pub(super) done: Done,
}

/// Carries out an order of so many events, unless an earlier request with the same key did.
pub(super) async fn execute(
    api: &Api,
    who: &Principal,
    turn: Turn,
    id: TableId,
    (order, events): (Order, u64),
) -> Result<Ordered, Problem> {
    let done = match turn {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let command = Command { by: who.to_string(), at: api.clock.now(), order };
            let stream = StreamId::table(id);
            ticket.execute(api, who, api.data.store(), stream, command).await?
        }
    };
    // It stands on the ledger: should this fail, it is carried out by whoever follows the ledger.
    let table = api.data.reconcile(who.organization, id).await?.aggregate;
    let last = u64::try_from(done.sequence).unwrap_or_default();
    let own = table.refused.range(last.saturating_sub(events) + 1..=last).next();
    match own {
        Some((_, reason)) => Err(Problem::new(Code::TableRefuses).because(reason)),
        None => Ok(Ordered { table, done }),
    }
}

impl Ordered {
    /// The table as it is shown.
    pub(super) fn record(&self) -> Result<Record, Problem> {
        Record::of(&self.table)
    }
}

/// What a write of rows is known by, if its request has a key.
pub(super) fn once(who: &Principal, key: IdempotencyKey, fingerprint: &str) -> Option<Once> {
    let IdempotencyKey { key, route, request_id: _, address: _ } = key;
    let key = key.map(|key| format!("http {who} {route} {key}"));
    key.map(|key| Once { key, fingerprint: fingerprint.to_owned() })
}
