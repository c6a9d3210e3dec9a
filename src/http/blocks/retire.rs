use actix_web::web::{Data, Path};

use crate::access::Principal;
use crate::blueprints::Kind;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::blueprints::{self, BlueprintRecord};
use crate::http::extract::IdempotencyKey;
use crate::http::problem::{Document, Problem};
use crate::primitives::BlockId;

/// Offers a block no more. What was made from it stays.
#[utoipa::path(
    delete,
    operation_id = "retire_block",
    path = "/v1/blocks/{id}",
    tag = "blocks",
    params(
        ("id" = String, Path, description = "The block"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    responses(
        (status = 200, description = "Retired", body = Envelope<BlueprintRecord>),
        (status = 404, description = "No such block of this organization", body = Document),
        (status = 409, description = "It was retired before", body = Document),
    ),
)]
pub async fn retire(
    api: Data<Api>,
    who: Principal,
    id: Path<BlockId>,
    key: IdempotencyKey,
) -> Result<Answer<BlueprintRecord>, Problem> {
    blueprints::retire(&api, &who, key, (Kind::Block, id.to_string())).await
}
