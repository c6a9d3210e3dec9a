//! The views, and how current they are.

use actix_web::web::Data;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::answer::{Answer, Envelope, Page};
use super::api::Api;
use super::problem::Problem;
use crate::access::Principal;
use crate::projections;

/// A view, and how current it is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProjectionRecord {
    /// Its name.
    #[schema(example = "run_history")]
    name: String,
    /// The version of its tables and its fold.
    version: i32,
    /// `building`, `live`, `parked` or `retired`.
    #[schema(example = "live")]
    state: &'static str,
    /// The schema that holds this build.
    schema: String,
    /// The position that it reflects.
    position: i64,
    /// How many events of the ledger it is behind.
    lag: i64,
    /// The event that it cannot take, when it is parked.
    parked_position: Option<i64>,
    /// Why it cannot.
    parked_reason: Option<String>,
    /// When this build was begun.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When it became what readers see.
    #[serde(with = "time::serde::rfc3339::option")]
    went_live_at: Option<OffsetDateTime>,
}

/// The views, each build of them, and how far behind the ledger they are.
#[utoipa::path(
    get,
    operation_id = "list_projections",
    path = "/v1/projections",
    tag = "projections",
    responses((status = 200, description = "The views", body = Envelope<Page<ProjectionRecord>>)),
)]
pub async fn list(api: Data<Api>, _: Principal) -> Result<Answer<Page<ProjectionRecord>>, Problem> {
    let builds = projections::builds::list(api.journal.pool()).await?;
    let head = api.journal.head().await?;
    let items: Vec<_> = builds
        .into_iter()
        .map(|build| ProjectionRecord {
            name: build.projection,
            version: build.version,
            state: build.state.as_str(),
            schema: build.schema_name,
            position: build.position,
            lag: (head - build.position).max(0),
            parked_position: build.parked_position,
            parked_reason: build.parked_reason,
            created_at: build.created_at,
            went_live_at: build.went_live_at,
        })
        .collect();
    let limit = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let page = Page { items, limit, offset: 0, has_more: false, cursor: None };
    Ok(Answer::ok(page).at(head))
}
