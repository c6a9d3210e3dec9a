use actix_web::web::{Data, Path};

use crate::access::Principal;
use crate::blueprints::Kind;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::blueprints::BlueprintRecord;
use crate::http::extract::{Freshness, Params};
use crate::http::problem::{Document, Problem};
use crate::primitives::TemplateId;

/// A template that the organization may use.
#[utoipa::path(
    get,
    operation_id = "get_template",
    path = "/v1/templates/{id}",
    tag = "templates",
    params(("id" = String, Path, description = "The template"), Freshness),
    responses(
        (status = 200, description = "The template", body = Envelope<BlueprintRecord>),
        (status = 404, description = "No such template", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    id: Path<TemplateId>,
    query: Params<Freshness>,
) -> Result<Answer<BlueprintRecord>, Problem> {
    let position = api.ledger_at(query.0.min_position).await?;
    let record = BlueprintRecord::get(&api, &who, Kind::Template, &id.to_string()).await?;
    Ok(Answer::ok(record).at(position))
}
