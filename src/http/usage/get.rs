use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::record::{self, DayRecord};
use crate::access::Principal;
use crate::aggregates::account::Month;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{MinPosition, Params};
use crate::http::problem::{Document, Problem};
use crate::projections::usage::{Filter, OfWorkflow, Projector, Span};

/// How many workflows are named: the hungriest.
const WORKFLOWS: i64 = 50;

/// Which month is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// The month, as `2026-11`; the present one when absent.
    #[param(value_type = Option<String>, example = "2026-11")]
    year_month: Option<Month>,
    /// Waits up to 5 seconds until this position is reached.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

/// What was used in a month.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsageOfMonth)]
pub struct MonthRecord {
    /// The month in sum.
    summary: Summary,
    /// The days on which anything was used.
    daily: Vec<DayRecord>,
    /// The workflows whose runs used most, 50 of them.
    workflows: Vec<WorkflowRecord>,
}

/// A month in sum.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UsageSummary)]
pub(super) struct Summary {
    /// The month.
    #[schema(value_type = String, example = "2026-11")]
    year_month: Month,
    /// What was paid for in it.
    deposited: i64,
    /// What was granted in it.
    granted: i64,
    /// What was used in it, whether or not it counted against a balance.
    used: i64,
}

/// What the runs of a workflow used.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UsageOfWorkflow)]
pub(super) struct WorkflowRecord {
    /// The workflow; `wf_00000000000000000000000000` for single actions that belong to none.
    workflow_id: String,
    /// How many executions there were.
    count: i64,
    /// What they cost.
    cu: i64,
}

/// What the organization used in a month, day by day and by workflow.
#[utoipa::path(
    get,
    operation_id = "get_usage",
    path = "/v1/usage",
    tag = "usage",
    params(Wanted),
    responses(
        (status = 200, description = "The usage", body = Envelope<MonthRecord>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    query: Params<Wanted>,
) -> Result<Answer<MonthRecord>, Problem> {
    let Params(Wanted { year_month, min_position }) = query;
    let year_month = year_month.unwrap_or_else(|| Month::of(api.clock.now()));
    api.view_at(Projector::NAME, min_position).await?;
    let (usage, whose, span) = (api.usage(), who.organization, Span::of(year_month));
    let found = usage.days(whose, Filter { span, workflow: None, node_type: None }).await?;
    let credits = usage.credits(whose, year_month).await?;
    let workflows = usage.workflows(whose, span, WORKFLOWS).await?;
    let summary = Summary {
        year_month,
        deposited: credits.deposited,
        granted: credits.granted,
        used: found.value.iter().map(|day| day.units).sum(),
    };
    let of_workflow = |it: OfWorkflow| WorkflowRecord {
        workflow_id: it.workflow_id,
        count: it.executions,
        cu: it.units,
    };
    let workflows = workflows.into_iter().map(of_workflow).collect();
    let month = MonthRecord { summary, daily: record::by_day(found.value), workflows };
    Ok(Answer::ok(month).at(found.position))
}
