use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::web::{Data, Path};
use engine::{Definition, Fact, WorkflowRef};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use super::edition::Edition;
use super::{record, validate};
use crate::access::Principal;
use crate::aggregates::workflow::{Error, Workflow};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey, MinPosition, Params};
use crate::http::problem::refusals;
use crate::http::problem::{Code, Document, Problem};
use crate::journal::StreamId;
use crate::primitives::{RunId, WorkflowId};
use crate::projections::run_history;
use crate::trials::{MockSpec, Unmocked, Verdict, WhatIf, WouldBe, what_if as play};

/// How many runs are looked at when nothing is said, and at most.
const DEFAULT_RUNS: u8 = 20;
const MAX_RUNS: u8 = 200;
/// How many bytes of events are looked at; runs for which there is no room are not.
const MAX_BYTES: usize = 64 * 1024 * 1024;
/// How many events are read at a time.
const PAGE: i64 = 1_000;

/// What is tried.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TryRuns {
    /// How many of the last finished runs of the live version: 1 to 200, 20 when absent.
    runs: Option<u8>,
    /// The definition that is tried; the draft when absent.
    #[schema(value_type = Option<Object>)]
    definition: Option<Map<String, Value>>,
    /// What answers calls that the runs did not make.
    #[serde(default)]
    mocks: Vec<MockSpec>,
    /// What becomes of those that no mock answers: `fail` when absent, or `echo`.
    #[serde(default)]
    unmocked: Unmocked,
}

/// How current the list of finished runs must be.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Current {
    /// Waits up to 5 seconds until the view of runs has reached this position.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

/// What would have become of runs.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WhatIf)]
pub struct Tried {
    /// The live version, whose runs were looked at.
    live_version: u32,
    /// How many runs there are of each verdict.
    summary: BTreeMap<String, u32>,
    /// How many would call a node with another input than they did.
    other_input_runs: u32,
    /// The runs, the latest first.
    runs: Vec<WouldBe>,
}

/// Plays the last runs of the live version again under the draft: what the outside answered then
/// answers now. Nothing leaves the process, and nothing is written.
#[utoipa::path(
    post,
    operation_id = "what_if",
    path = "/v1/workflows/{id}/what-if",
    tag = "workflows",
    params(("id" = String, Path, description = "The workflow"), Current),
    request_body = Option<TryRuns>,
    responses(
        (status = 200, description = "What would have become of them", body = Envelope<Tried>),
        (status = 404, description = "No such workflow", body = Document),
        (status = 409, description = "Nothing is live, or there is no draft", body = Document),
        (status = 422, description = "The definition or a mock is wrong", body = Document),
        (status = 429, description = "Too much at once", body = Document),
    ),
)]
pub async fn what_if(
    api: Data<Api>,
    who: Principal,
    id: Path<WorkflowId>,
    query: Params<Current>,
    _: IdempotencyKey,
    body: Body<TryRuns>,
) -> Result<Answer<Tried>, Problem> {
    let TryRuns { runs, definition, mocks, unmocked } = body.content;
    let count = runs.unwrap_or(DEFAULT_RUNS);
    if !(1..=MAX_RUNS).contains(&count) {
        let message = format!("must be between 1 and {MAX_RUNS}");
        return Err(Problem::new(Code::InvalidBody).at("/runs", message));
    }
    api.view_at(run_history::Projector::NAME, query.0.min_position).await?;
    let state = record::load(&api, &who, *id, None).await?.state;
    let (live_version, _) = state.live_definition().ok_or(Error::NotLive)?;
    let (definition, version) = tried(&state, definition)?;
    let found =
        api.run_history().finished(who.organization, *id, live_version, i64::from(count)).await?;
    let (runs, left_out) = load(&api, &found.value).await?;
    let workflow = WorkflowRef { id: id.to_string(), version };
    let asked = WhatIf { definition, workflow, mocks, unmocked, runs };
    let played = api.playing.play(move || play(&asked)).await?;
    let mut runs = played.map_err(|problems| {
        Problem::new(Code::InvalidBody).with_details(refusals::of_trial("", problems))
    })?;
    runs.extend(left_out.into_iter().map(WouldBe::too_large));
    let mut summary: BTreeMap<String, u32> =
        Verdict::ALL.iter().map(|verdict| (verdict.name().to_owned(), 0)).collect();
    for run in &runs {
        *summary.entry(run.verdict.name().to_owned()).or_default() += 1;
    }
    let other_input_runs = runs.iter().filter(|run| !run.other_inputs.is_empty()).count();
    let other_input_runs = u32::try_from(other_input_runs).unwrap_or(u32::MAX);
    Ok(Answer::ok(Tried { live_version, summary, other_input_runs, runs }).at(found.position))
}

/// What is tried, and the version that it would be.
fn tried(
    state: &Workflow,
    definition: Option<Map<String, Value>>,
) -> Result<(Arc<Definition>, u32), Problem> {
    let Some(definition) = definition else {
        let playable = Edition::Draft.playable(state)?;
        return Ok((playable.definition, playable.version));
    };
    let definition = validate::check(&Value::Object(definition)).map_err(|found| {
        Problem::new(Code::InvalidDefinition).with_details(refusals::details("/definition", &found))
    })?;
    let last = state.versions.keys().next_back().copied().unwrap_or_default();
    Ok((Arc::new(definition), last.saturating_add(1)))
}

/// The facts of these runs, and those for which there was no room.
async fn load(api: &Api, runs: &[RunId]) -> Result<(Vec<Vec<Fact>>, Vec<RunId>), Problem> {
    let (mut loaded, mut left_out, mut left) = (Vec::new(), Vec::new(), MAX_BYTES);
    'runs: for run in runs {
        let stream = StreamId::run(*run);
        let (mut facts, mut after) = (Vec::new(), 0);
        loop {
            let page = api.journal.read_stream(&stream, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.sequence;
            for event in &page {
                let Some(rest) = left.checked_sub(event.payload.len()) else {
                    left_out.push(*run);
                    continue 'runs;
                };
                left = rest;
                facts.push(event.fact()?.0);
            }
        }
        loaded.push(facts);
    }
    Ok((loaded, left_out))
}
