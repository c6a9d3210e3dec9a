use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::http::api::Api;
use crate::http::problem::{Code, Problem};
use crate::http::wallets::deed::Deed;
use crate::journal::StreamId;
use crate::primitives::IntentId;
use crate::projections::Paging;
use crate::projections::signature_requests::{Filter, Summary};

/// Events of one reading: a document has fewer.
const PAGE: i64 = 1_000;

/// A document that a wallet is to sign.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SignatureRequest)]
pub struct Record {
    /// Its id.
    #[schema(example = "int_01h455vb4pex5vsknk084sn02q")]
    id: String,
    /// The wallet that signs it.
    wallet_id: String,
    /// The chain on which it counts; null where its domain names none.
    chain_id: Option<i64>,
    /// The run that wants it.
    run_id: String,
    /// Its node.
    node_id: String,
    /// Its workflow.
    workflow_id: String,
    /// Who in the house uses the signature; null where that is the node.
    user: Option<String>,
    /// The type of its message.
    #[schema(example = "Permit")]
    primary_type: String,
    /// The contract that looks at the signature; null where its domain names none.
    verifying_contract: Option<String>,
    /// What is signed.
    digest: String,
    /// Where it stands: `accepted`, `awaiting_approval`, `rejected`, `not_approved`, `allowed`, `denied`, `signing`, `signed`, `refused`, `cancelled`; of what
    /// has a user, `settled` and `lapsed`, too.
    status: String,
    /// Why it was not signed.
    reason: Option<String>,
    /// When it was accepted.
    #[serde(with = "time::serde::rfc3339")]
    accepted_at: OffsetDateTime,
    /// When something happened to it the last time.
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
    /// When it was signed, or given up.
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
            user: it.holder,
            primary_type: it.primary_type,
            verifying_contract: it.verifying_contract,
            digest: it.digest,
            status: it.status,
            reason: it.reason,
            accepted_at: it.accepted_at,
            updated_at: it.updated_at,
            ended_at: it.ended_at,
        }
    }
}

impl Record {
    /// A document of the principal's organization.
    pub(super) async fn load(api: &Api, who: &Principal, id: IntentId) -> Result<Self, Problem> {
        let filter = Filter { intent: Some(id), ..Filter::default() };
        let view = api.signature_requests();
        let found = view.list(who.organization, &filter, &Paging::first(1)).await?;
        let found = found.items.into_iter().next();
        found.map(Self::from).ok_or_else(|| Problem::new(Code::SignatureNotFound))
    }
}

/// The events of a document, in their order.
pub(super) async fn history(api: &Api, id: IntentId) -> Result<Vec<Deed>, Problem> {
    let stream = StreamId::signature_request(id);
    let events = api.journal.read_stream(&stream, 0, PAGE).await?;
    let deed = |recorded: &crate::journal::Recorded| {
        Deed::of(recorded.position, &recorded.signature_request()?)
    };
    events.iter().map(deed).collect()
}
