use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::aggregates::wallet_lane::Event;
use crate::http::api::Api;
use crate::http::problem::{Code, Problem};
use crate::journal::StreamId;
use crate::primitives::IntentId;
use crate::projections::Paging;
use crate::projections::transactions::{Filter, Summary};

/// Events of one reading.
const PAGE: i64 = 1_000;

/// A transaction that a run wants of a wallet.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Transaction)]
pub struct Record {
    /// Its id.
    #[schema(example = "int_01h455vb4pex5vsknk084sn02q")]
    id: String,
    /// The wallet that signs it.
    pub(super) wallet_id: String,
    /// The chain.
    pub(super) chain_id: i64,
    /// The run that wants it.
    run_id: String,
    /// Its node.
    node_id: String,
    /// Its workflow.
    workflow_id: String,
    /// Where it stands: `accepted`, `awaiting_approval`, `rejected`, `not_approved`, `allowed`, `denied`, `awaiting_funds`, `simulated`, `simulation_failed`, `signing`,
    /// `signed`, `broadcast`, `included`, `succeeded`, `reverted`, `cancelled`.
    status: String,
    /// Whom it calls; null where it makes a contract.
    to: Option<String>,
    /// What goes along, in wei.
    value: String,
    /// Its nonce, once it has one.
    nonce: Option<i64>,
    /// Its hash, once it is signed.
    hash: Option<String>,
    /// The block that it stands in.
    block_number: Option<i64>,
    /// Why it came to nothing, or is being called off.
    reason: Option<String>,
    /// When it was accepted.
    #[serde(with = "time::serde::rfc3339")]
    accepted_at: OffsetDateTime,
    /// When something happened to it the last time.
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
    /// When it was over.
    #[serde(with = "time::serde::rfc3339::option")]
    ended_at: Option<OffsetDateTime>,
}

impl From<Summary> for Record {
    fn from(it: Summary) -> Self {
        Self {
            id: it.intent_id,
            wallet_id: it.wallet_id,
            chain_id: it.chain_id,
            run_id: it.run_id,
            node_id: it.node_id,
            workflow_id: it.workflow_id,
            status: it.status,
            to: it.receiver,
            value: it.value,
            nonce: it.nonce,
            hash: it.hash,
            block_number: it.block_number,
            reason: it.reason,
            accepted_at: it.accepted_at,
            updated_at: it.updated_at,
            ended_at: it.ended_at,
        }
    }
}

impl Record {
    /// A transaction of the principal's organization.
    pub(super) async fn load(api: &Api, who: &Principal, id: IntentId) -> Result<Self, Problem> {
        let filter = Filter { intent: Some(id), ..Filter::default() };
        let found = api.transactions().list(who.organization, &filter, &Paging::first(1)).await?;
        let found = found.items.into_iter().next();
        found.map(Self::from).ok_or_else(|| Problem::new(Code::TransactionNotFound))
    }

    /// The stream of its lane.
    pub(super) fn stream(&self) -> StreamId {
        StreamId::new("wallet_lane", format!("{}/{}", self.wallet_id, self.chain_id))
    }
}

/// The events of a transaction with their positions, in their order.
pub(super) async fn history(
    api: &Api,
    stream: &StreamId,
    id: IntentId,
) -> Result<Vec<(i64, Event)>, Problem> {
    let (mut after, mut events) = (0, Vec::new());
    loop {
        let page = api.journal.read_stream(stream, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(events) };
        after = last.sequence;
        for recorded in &page {
            let event = recorded.wallet_lane()?;
            if event.intent() == id {
                events.push((recorded.position, event));
            }
        }
    }
}
