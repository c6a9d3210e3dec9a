use actix_web::web::{Data, Path};

use super::record::Record;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Freshness, Params};
use crate::http::problem::{Document, Problem};

/// A policy: how it stands, and the change of it that waits.
#[utoipa::path(
    get,
    operation_id = "get_policy",
    path = "/v1/policies/{name}",
    tag = "policies",
    params(("name" = String, Path, description = "The policy's name"), Freshness),
    responses(
        (status = 200, description = "The policy", body = Envelope<Record>),
        (status = 404, description = "There is none of this name", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    name: Path<String>,
    query: Params<Freshness>,
) -> Result<Answer<Record>, Problem> {
    let position = api.ledger_at(query.0.min_position).await?;
    Ok(Answer::ok(Record::load(&api, &who, &name).await?).at(position))
}
