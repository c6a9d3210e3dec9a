use actix_web::web::{Data, Path};

use crate::access::Principal;
use crate::blueprints::Kind;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::blueprints::{self, BlueprintRecord, Write};
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Document, Problem};
use crate::primitives::TemplateId;

/// Replaces a template. What was made from it before stays as it is.
#[utoipa::path(
    put,
    operation_id = "update_template",
    path = "/v1/templates/{id}",
    tag = "templates",
    params(
        ("id" = String, Path, description = "The template"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = Write,
    responses(
        (status = 200, description = "Replaced", body = Envelope<BlueprintRecord>),
        (status = 404, description = "No such template of this organization", body = Document),
        (status = 409, description = "Somebody else changed it, or it was retired", body = Document),
        (status = 422, description = "It cannot be offered: `details` lists why", body = Document),
    ),
)]
pub async fn update(
    api: Data<Api>,
    who: Principal,
    id: Path<TemplateId>,
    key: IdempotencyKey,
    body: Body<Write>,
) -> Result<Answer<BlueprintRecord>, Problem> {
    let Body { content, fingerprint } = body;
    let what = (Kind::Template, id.to_string());
    blueprints::revise(&api, &who, (key, &fingerprint), what, content).await
}
