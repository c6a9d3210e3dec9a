use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;

use super::entry::ActivityEntry;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{AsOf, MinPosition, Paging, Params};
use crate::http::problem::{Document, Problem};
use crate::primitives::{RunId, WorkflowId};
use crate::projections::activity::Filter;

/// Which entries are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Only those of this workflow and of its runs.
    #[param(value_type = Option<String>)]
    workflow_id: Option<WorkflowId>,
    /// Only those of this run.
    #[param(value_type = Option<String>)]
    run_id: Option<RunId>,
    /// How many at most: 1 to 100, 20 when absent.
    limit: Option<i64>,
    /// How many to pass over, at most 10,000.
    offset: Option<i64>,
    /// Where to go on, from the last answer; instead of `offset`.
    cursor: Option<String>,
    /// The list as it was at this position of the ledger.
    #[param(value_type = Option<i64>)]
    as_of: Option<AsOf>,
    /// Waits up to 5 seconds until this position is reached.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

/// What happened in the organization, the latest first: runs that began, waited, ended or had a
/// node fail, and what was done to workflows.
#[utoipa::path(
    get,
    operation_id = "list_activity",
    path = "/v1/activity",
    tag = "activity",
    params(Wanted),
    responses(
        (status = 200, description = "What happened", body = Envelope<Page<ActivityEntry>>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    query: Params<Wanted>,
) -> Result<Answer<Page<ActivityEntry>>, Problem> {
    let Params(Wanted { workflow_id, run_id, limit, offset, cursor, as_of, min_position }) = query;
    let paging = Paging::of(limit, offset, cursor)?;
    let as_of = api.view_as_of("activity", (as_of, min_position)).await?;
    let filter = Filter { workflow: workflow_id, run: run_id, hidden: api.hidden_from(&who) };
    let found =
        api.activity().list(who.organization, &filter, &paging.of_view()?.as_of(as_of)).await?;
    paging.answer(found, ActivityEntry::try_from)
}
