use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::access::Principal;
use crate::aggregates::workflow::Status;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{MinPosition, Paging, Params};
use crate::http::problem::{Document, Problem};
use crate::projections::workflow_catalog;

/// Which workflows are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Those that stand here: `draft`, `active`, `paused` or `archived`; all but the archived when
    /// absent.
    #[param(value_type = Option<String>)]
    status: Option<Status>,
    /// Those whose id or name contains this.
    search: Option<String>,
    /// Those with this tag.
    tag: Option<String>,
    /// How many at most: 1 to 100, 20 when absent.
    limit: Option<i64>,
    /// How many to pass over, at most 10,000.
    offset: Option<i64>,
    /// Where to go on, from the last answer; instead of `offset`.
    cursor: Option<String>,
    /// Waits up to 5 seconds until this position is reached.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

/// A workflow in a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowSummary {
    /// Its id.
    id: String,
    /// How often the record changed.
    version: i64,
    /// Its name.
    name: String,
    /// What it is for.
    description: Option<String>,
    /// `draft`, `active`, `paused` or `archived`.
    status: String,
    /// Why it is paused, when it is.
    pause_reason: Option<String>,
    /// Whether there are unpublished edits.
    has_draft: bool,
    /// Whether a version is live.
    has_live_version: bool,
    /// The number of the live version.
    live_version: Option<i32>,
    /// Who created it.
    created_by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When it changed last.
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
}

impl From<workflow_catalog::Summary> for WorkflowSummary {
    fn from(workflow: workflow_catalog::Summary) -> Self {
        Self {
            id: workflow.workflow_id,
            version: workflow.record_version,
            name: workflow.name,
            description: workflow.description,
            status: workflow.status,
            pause_reason: workflow.pause_reason,
            has_draft: workflow.has_draft,
            has_live_version: workflow.live_version.is_some(),
            live_version: workflow.live_version,
            created_by: workflow.created_by,
            created_at: workflow.created_at,
            updated_at: workflow.updated_at,
        }
    }
}

/// The workflows of the organization, the latest first.
#[utoipa::path(
    get,
    operation_id = "list_workflows",
    path = "/v1/workflows",
    tag = "workflows",
    params(Wanted),
    responses(
        (status = 200, description = "The workflows", body = Envelope<Page<WorkflowSummary>>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    query: Params<Wanted>,
) -> Result<Answer<Page<WorkflowSummary>>, Problem> {
    let Params(Wanted { status, search, tag, limit, offset, cursor, min_position }) = query;
    let paging = Paging::of(limit, offset, cursor)?;
    let text = search.filter(|text| !text.is_empty());
    api.view_at("workflow_catalog", min_position).await?;
    if tag.is_some() {
        api.view_at("search", min_position).await?;
    }
    let filter = workflow_catalog::Filter { status, text, tag, hidden: api.hidden_from(&who) };
    let found = api.workflow_catalog().list(who.organization, &filter, &paging.of_view()?).await?;
    paging.answer(found, |workflow| Ok(workflow.into()))
}
