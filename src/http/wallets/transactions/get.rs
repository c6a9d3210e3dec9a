use actix_web::web::{Data, Path};
use serde::Serialize;
use utoipa::ToSchema;

use super::record::{Record, history};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::{Document, Problem};
use crate::http::wallets::approval::Approval;
use crate::http::wallets::deed::Deed;
use crate::primitives::IntentId;

/// A transaction with all that happened to it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TransactionWithHistory)]
pub struct Whole {
    /// As it stands.
    #[serde(flatten)]
    record: Record,
    /// Who was asked to approve it, and how that stands; null where nobody was.
    approval: Option<Approval>,
    /// What happened to it, from its acceptance on: the decision of the policies with its reasons, the
    /// signed bytes, what nodes said, its block.
    history: Vec<Deed>,
}

/// A transaction with all that happened to it, from the ledger.
#[utoipa::path(
    get,
    operation_id = "get_transaction",
    path = "/v1/transactions/{id}",
    tag = "wallets",
    params(("id" = String, Path, description = "The transaction")),
    responses(
        (status = 200, description = "The transaction", body = Envelope<Whole>),
        (status = 404, description = "There is no such transaction", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    id: Path<IntentId>,
) -> Result<Answer<Whole>, Problem> {
    let record = Record::load(&api, &who, *id).await?;
    let events = history(&api, &record.stream(), *id).await?;
    let approval = Approval::of(events.iter().map(|(_, event)| event), api.clock.now());
    let deeds = events.iter().map(|(position, event)| Deed::of(*position, event));
    let history = deeds.collect::<Result<_, _>>()?;
    Ok(Answer::ok(Whole { record, approval, history }))
}
