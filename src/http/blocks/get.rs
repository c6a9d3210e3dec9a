use actix_web::web::{Data, Path};

use crate::access::Principal;
use crate::blueprints::Kind;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::blueprints::BlueprintRecord;
use crate::http::extract::{Freshness, Params};
use crate::http::problem::{Document, Problem};
use crate::primitives::BlockId;

/// A block that the organization may use.
#[utoipa::path(
    get,
    operation_id = "get_block",
    path = "/v1/blocks/{id}",
    tag = "blocks",
    params(("id" = String, Path, description = "The block"), Freshness),
    responses(
        (status = 200, description = "The block", body = Envelope<BlueprintRecord>),
        (status = 404, description = "No such block", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    id: Path<BlockId>,
    query: Params<Freshness>,
) -> Result<Answer<BlueprintRecord>, Problem> {
    let position = api.ledger_at(query.0.min_position).await?;
    let record = BlueprintRecord::get(&api, &who, Kind::Block, &id.to_string()).await?;
    Ok(Answer::ok(record).at(position))
}
