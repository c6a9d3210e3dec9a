use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::record;
use crate::access::Principal;
use crate::aggregates::workflow::{Status, Workflow};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{MinPosition, Params};
use crate::http::problem::{Code, Document, Problem};
use crate::journal::ScheduleCursor;
use crate::primitives::{OrganizationId, WorkflowId};
use crate::triggers::schedule::{CatchUp, SCHEDULES, Settings};

/// How many due times are shown when it is not said, and at most.
const UPCOMING: (u32, u32) = (5, 100);

/// How much is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// How many of the next due times: 0 to 100, 5 when absent.
    count: Option<u32>,
    /// Waits up to 5 seconds until this position is reached.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

/// Whether a workflow comes round in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ScheduleState)]
pub(super) enum State {
    /// Nothing is live, or what is live is started by something else.
    None,
    /// Its runs are started when they are due.
    Active,
    /// The workflow is paused: nothing is due, and the pause is not made up for.
    Paused,
    /// It never comes round again.
    Over,
}

/// When a workflow comes round.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WorkflowSchedule)]
pub struct Schedule {
    /// The workflow.
    workflow_id: String,
    /// `active`, `paused`, `over`, or `none` where there is no schedule.
    state: State,
    /// The cron pattern or recurrence as it was written.
    pattern: Option<String>,
    /// The time zone in which it is counted.
    #[schema(example = "Europe/Zurich")]
    timezone: Option<&'static str>,
    /// What becomes of missed times: `skip`, `one` or `all`.
    catch_up: Option<CatchUp>,
    /// By how much a run is put off at most, in milliseconds.
    jitter_ms: Option<u64>,
    /// The last time that was due and fired.
    #[serde(with = "time::serde::rfc3339::option")]
    last_run_at: Option<OffsetDateTime>,
    /// When it was fired.
    #[serde(with = "time::serde::rfc3339::option")]
    last_fired_at: Option<OffsetDateTime>,
    /// The run that it began; null where it was passed over, and the ledger says why.
    last_run_id: Option<String>,
    /// The next time that is due.
    #[serde(with = "time::serde::rfc3339::option")]
    next_run_at: Option<OffsetDateTime>,
    /// The next times that are due, in UTC.
    upcoming: Vec<String>,
}

/// When a workflow comes round: its last and its next times, in the time zone of its schedule.
#[utoipa::path(
    get,
    operation_id = "get_workflow_schedule",
    path = "/v1/workflows/{id}/schedule",
    tag = "workflows",
    params(("id" = String, Path, description = "The workflow"), Asked),
    responses(
        (status = 200, description = "The schedule", body = Envelope<Schedule>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 404, description = "No such workflow", body = Document),
    ),
)]
pub async fn schedule(
    api: Data<Api>,
    who: Principal,
    id: Path<WorkflowId>,
    query: Params<Asked>,
) -> Result<Answer<Schedule>, Problem> {
    let Params(Asked { count, min_position }) = query;
    let (usual, most) = UPCOMING;
    let count = count.unwrap_or(usual);
    if count > most {
        let message = format!("count is at most {most}");
        return Err(Problem::new(Code::InvalidQuery).at("count", message));
    }
    let position = api.ledger_at(min_position).await?;
    let state = record::load(&api, &who, *id, None).await?.state;
    let cursor = cursor(&api, who.organization, *id).await?;
    let count = usize::try_from(count).unwrap_or_default();
    let shown = show(*id, &state, cursor.as_ref(), api.clock.now(), count);
    Ok(Answer::ok(shown).at(position))
}

async fn cursor(
    api: &Api,
    organization: OrganizationId,
    id: WorkflowId,
) -> Result<Option<ScheduleCursor>, Problem> {
    let cursor = api.journal.schedule_cursor(id).await?;
    Ok(cursor.filter(|cursor| cursor.organization == organization))
}

/// The settings of the schedule that starts a definition.
pub(super) fn settings(content: &serde_json::Value) -> Option<Settings> {
    let definition = engine::parse(content).ok()?;
    let root = definition.root()?;
    let is_schedule = SCHEDULES.contains(&&*root.kind);
    Settings::read(&root.payload).ok().filter(|_| is_schedule)
}

fn show(
    id: WorkflowId,
    state: &Workflow,
    last: Option<&ScheduleCursor>,
    now: OffsetDateTime,
    count: usize,
) -> Schedule {
    let live = state.live_definition().filter(|_| state.status != Status::Archived);
    let settings = live.and_then(|(_, content)| settings(content));
    let is_active = state.status == Status::Active;
    let times = settings.as_ref().filter(|_| is_active).map(|it| it.upcoming(now, count.max(1)));
    let next_run_at = times.as_ref().and_then(|times| times.first().copied());
    let standing = match (&settings, state.status, next_run_at) {
        (None, _, _) | (Some(_), Status::Draft | Status::Archived, _) => State::None,
        (Some(_), Status::Paused, _) => State::Paused,
        (Some(_), Status::Active, Some(_)) => State::Active,
        (Some(_), Status::Active, None) => State::Over,
    };
    let text = |at: &OffsetDateTime| {
        at.format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
    };
    Schedule {
        workflow_id: id.to_string(),
        state: standing,
        pattern: settings.as_ref().map(|it| it.pattern.clone()),
        timezone: settings.as_ref().map(|it| it.schedule.zone()),
        catch_up: settings.as_ref().map(|it| it.catch_up),
        jitter_ms: settings.as_ref().map(|it| it.jitter_ms),
        last_run_at: last.and_then(|it| it.last_due),
        last_fired_at: last.and_then(|it| it.last_fired_at),
        last_run_id: last.and_then(|it| it.last_run).map(|run| run.to_string()),
        next_run_at,
        upcoming: times.unwrap_or_default().iter().take(count).map(text).collect(),
    }
}
