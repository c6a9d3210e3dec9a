use actix_web::web::{Data, Path};

use crate::access::Principal;
use crate::blueprints::Kind;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::blueprints::{self, BlueprintRecord};
use crate::http::extract::IdempotencyKey;
use crate::http::problem::{Document, Problem};
use crate::primitives::TemplateId;

/// Offers a template no more. What was made from it stays.
#[utoipa::path(
    delete,
    operation_id = "retire_template",
    path = "/v1/templates/{id}",
    tag = "templates",
    params(
        ("id" = String, Path, description = "The template"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    responses(
        (status = 200, description = "Retired", body = Envelope<BlueprintRecord>),
        (status = 404, description = "No such template of this organization", body = Document),
        (status = 409, description = "It was retired before", body = Document),
    ),
)]
pub async fn retire(
    api: Data<Api>,
    who: Principal,
    id: Path<TemplateId>,
    key: IdempotencyKey,
) -> Result<Answer<BlueprintRecord>, Problem> {
    blueprints::retire(&api, &who, key, (Kind::Template, id.to_string())).await
}
