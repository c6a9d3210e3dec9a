use std::sync::Arc;

use actix_web::web::{Data, Path};
use engine::Json;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::record;
use crate::access::Principal;
use crate::aggregates::workflow::Version;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{Cursor, MinPosition, Paging, Params};
use crate::http::problem::{Document, Problem};
use crate::primitives::WorkflowId;

/// A published version. It never changes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VersionRecord {
    /// Its number, counted from 1.
    pub version_number: u32,
    /// `live` or `superseded`.
    #[schema(example = "live")]
    pub status: &'static str,
    /// Who published it.
    pub created_by: String,
    /// When its content was put on the ledger as this version.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it went live.
    #[serde(with = "time::serde::rfc3339")]
    pub published_at: OffsetDateTime,
    /// Its content; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub definition: Option<Arc<Value>>,
}

impl VersionRecord {
    /// As the API shows it.
    pub fn of(number: u32, version: &Version, live: Option<u32>, definition: Option<Json>) -> Self {
        Self {
            version_number: number,
            status: if live == Some(number) { "live" } else { "superseded" },
            created_by: version.by.clone(),
            created_at: version.at,
            published_at: version.at,
            definition,
        }
    }
}

/// Which versions are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// How many at most: 1 to 100, 20 when absent.
    limit: Option<i64>,
    /// How many to pass over.
    offset: Option<i64>,
    /// Where to go on.
    cursor: Option<String>,
    /// Waits up to 5 seconds until this position is reached.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

/// The published versions of a workflow, newest first.
#[utoipa::path(
    get,
    operation_id = "list_versions",
    path = "/v1/workflows/{id}/versions",
    tag = "workflows",
    params(("id" = String, Path, description = "The workflow"), Wanted),
    responses(
        (status = 200, description = "The versions", body = Envelope<Page<VersionRecord>>),
        (status = 404, description = "No such workflow", body = Document),
    ),
)]
pub async fn versions(
    api: Data<Api>,
    who: Principal,
    id: Path<WorkflowId>,
    query: Params<Wanted>,
) -> Result<Answer<Page<VersionRecord>>, Problem> {
    let Params(Wanted { limit, offset, cursor, min_position }) = query;
    let paging = Paging::of(limit, offset, cursor)?;
    let below: u32 = paging.cursor.as_ref().map_or(Ok(u32::MAX), Cursor::read)?;
    let position = api.ledger_at(min_position).await?;
    let state = record::load(&api, &who, *id, None).await?.state;
    let items = state
        .versions
        .range(..below)
        .rev()
        .skip(usize::try_from(paging.offset).unwrap_or_default())
        .map(|(number, version)| VersionRecord::of(*number, version, state.live, None))
        .take(usize::try_from(paging.look_ahead()).unwrap_or_default())
        .collect();
    Ok(Answer::ok(paging.page(items, |last: &VersionRecord| last.version_number)).at(position))
}
