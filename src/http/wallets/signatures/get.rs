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

/// A document with all that happened to it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SignatureRequestWithHistory)]
pub struct Whole {
    /// As it stands.
    #[serde(flatten)]
    record: Record,
    /// Who was asked to approve it, and how that stands; null where nobody was.
    approval: Option<Approval>,
    /// What happened to it, from its acceptance on: the document, the decision of the policies with its
    /// reasons, the signature.
    history: Vec<Deed>,
}

/// A document that a wallet was to sign, with all that happened to it, from the ledger.
#[utoipa::path(
    get,
    operation_id = "get_signature",
    path = "/v1/signatures/{id}",
    tag = "wallets",
    params(("id" = String, Path, description = "The document")),
    responses(
        (status = 200, description = "The document", body = Envelope<Whole>),
        (status = 404, description = "There is no such document", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    id: Path<IntentId>,
) -> Result<Answer<Whole>, Problem> {
    let record = Record::load(&api, &who, *id).await?;
    let history = history(&api, *id).await?;
    let asked = api.requests.load(&id.to_string()).await?.aggregate.asked;
    let approval = asked.map(|asked| Approval::shown(&asked, api.clock.now()));
    Ok(Answer::ok(Whole { record, approval, history }))
}
