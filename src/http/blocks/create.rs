use actix_web::web::Data;

use crate::access::Principal;
use crate::blueprints::Kind;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::blueprints::{self, BlueprintRecord, Write};
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Document, Problem};

/// Creates a block. What holds ids of an organization or secrets is refused, each with its place.
#[utoipa::path(
    post,
    operation_id = "create_block",
    path = "/v1/blocks",
    tag = "blocks",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = Write,
    responses(
        (status = 201, description = "Created", body = Envelope<BlueprintRecord>),
        (status = 422, description = "It cannot be offered: `details` lists why", body = Document),
    ),
)]
pub async fn create(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<Write>,
) -> Result<Answer<BlueprintRecord>, Problem> {
    let Body { content, fingerprint } = body;
    blueprints::create(&api, &who, (key, &fingerprint), Kind::Block, content).await
}
