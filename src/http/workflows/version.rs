use std::sync::Arc;

use actix_web::web::{Data, Path};

use super::record;
use super::versions::VersionRecord;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::{Code, Document, Problem};
use crate::primitives::WorkflowId;

/// One published version with its definition.
#[utoipa::path(
    get,
    operation_id = "get_version",
    path = "/v1/workflows/{id}/versions/{versionNumber}",
    tag = "workflows",
    params(
        ("id" = String, Path, description = "The workflow"),
        ("versionNumber" = u32, Path, description = "The version, counted from 1"),
    ),
    responses(
        (status = 200, description = "The version", body = Envelope<VersionRecord>),
        (status = 404, description = "No such workflow or version", body = Document),
    ),
)]
pub async fn version(
    api: Data<Api>,
    who: Principal,
    path: Path<(WorkflowId, u32)>,
) -> Result<Answer<VersionRecord>, Problem> {
    let (id, number) = path.into_inner();
    let position = api.ledger_at(None).await?;
    let state = record::load(&api, &who, id, None).await?.state;
    let version = state.versions.get(&number).ok_or_else(|| Problem::new(Code::VersionNotFound))?;
    let definition = Some(Arc::clone(&version.definition));
    Ok(Answer::ok(VersionRecord::of(number, version, state.live, definition)).at(position))
}
