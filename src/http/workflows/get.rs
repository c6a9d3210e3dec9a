use actix_web::web::{Data, Path};

use super::record::{self, Record};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Freshness, Params};
use crate::http::problem::{Document, Problem};
use crate::primitives::WorkflowId;

/// A workflow, read from the ledger: what was just written is seen.
#[utoipa::path(
    get,
    operation_id = "get_workflow",
    path = "/v1/workflows/{id}",
    tag = "workflows",
    params(("id" = String, Path, description = "The workflow"), Freshness),
    responses(
        (status = 200, description = "The workflow", body = Envelope<Record>),
        (status = 404, description = "No such workflow", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    id: Path<WorkflowId>,
    query: Params<Freshness>,
) -> Result<Answer<Record>, Problem> {
    let position = api.ledger_at(query.0.min_position).await?;
    let record = record::load(&api, &who, *id, None).await?.record(&api, *id).await?;
    Ok(Answer::ok(record).at(position))
}
