use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::web::{Data, Path};
use engine::{Json, WorkflowRef};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::edition::Edition;
use super::record;
use crate::access::Principal;
use crate::aggregates::workflow::Workflow;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::refusals;
use crate::http::problem::{Code, Document, Problem};
use crate::primitives::WorkflowId;
use crate::trials::{MockSpec, Simulated, Simulation, Unmocked, simulate as play};

/// What is simulated.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Simulate {
    /// What the trigger brings: `{{$trigger.body}}` and `{{$inputs}}`. `{}` when absent.
    #[schema(value_type = Option<Object>)]
    payload: Option<Value>,
    /// The trigger's headers, in lower case.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// What the outside answers: the first that fits a call.
    #[serde(default)]
    mocks: Vec<MockSpec>,
    /// What becomes of a call that no mock fits: `fail` when absent, or `echo`.
    #[serde(default)]
    unmocked: Unmocked,
    /// What is played: `draft`, `live` or the number of a version. The draft when absent, and
    /// without one what is live.
    #[schema(value_type = Option<String>)]
    version: Option<Edition>,
}

/// What came of a simulation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SimulatedRun {
    /// The version that was played; the next one for a draft.
    workflow_version: u32,
    /// Where the run stands in the end.
    #[schema(value_type = String, example = "success")]
    status: Value,
    /// Why the run could not be played to its end, and what helps.
    stopped: Option<String>,
    /// How long the run took, in milliseconds of virtual time.
    duration_ms: u64,
    /// The results of its leaf nodes by node id, when it succeeded.
    #[schema(value_type = Option<Object>)]
    output: Value,
    /// Why it failed, when it did.
    #[schema(value_type = Option<Object>)]
    failure: Value,
    /// What each node did, by node id.
    #[schema(value_type = Object)]
    execution_state: Value,
    /// What happened, in order: what the ledger would hold.
    #[schema(value_type = Vec<Object>)]
    facts: Value,
    /// Mocks that nothing called, as JSON pointers in the request.
    unused_mocks: Vec<String>,
}

/// Plays a run of a workflow in virtual time, with mocks for the outside. Nothing leaves the
/// process, and nothing is written.
#[utoipa::path(
    post,
    operation_id = "simulate_workflow",
    path = "/v1/workflows/{id}/simulate",
    tag = "workflows",
    params(("id" = String, Path, description = "The workflow")),
    request_body = Simulate,
    responses(
        (status = 200, description = "What would happen", body = Envelope<SimulatedRun>),
        (status = 404, description = "No such workflow or version", body = Document),
        (status = 422, description = "The definition, the payload or a mock is wrong", body = Document),
        (status = 429, description = "Too much at once", body = Document),
    ),
)]
pub async fn simulate(
    api: Data<Api>,
    who: Principal,
    id: Path<WorkflowId>,
    _: IdempotencyKey,
    body: Body<Simulate>,
) -> Result<Answer<SimulatedRun>, Problem> {
    let Simulate { payload, headers, mocks, unmocked, version } = body.content;
    let position = api.ledger_at(None).await?;
    let state = record::load(&api, &who, *id, None).await?.state;
    let edition = version.unwrap_or(Edition::newest(&state));
    let payload = Arc::new(payload.unwrap_or_else(|| Value::Object(Map::new())));
    let played = simulated(&api, &state, *id, edition, (payload, headers), (mocks, unmocked));
    Ok(Answer::ok(played.await?).at(position))
}

/// What would happen if a trigger with this body and these headers set this content off.
pub(in crate::http) async fn simulated(
    api: &Api,
    state: &Workflow,
    id: WorkflowId,
    edition: Edition,
    (payload, headers): (Json, BTreeMap<String, String>),
    (mocks, unmocked): (Vec<MockSpec>, Unmocked),
) -> Result<SimulatedRun, Problem> {
    let playable = edition.playable(state)?;
    let order = Simulated {
        definition: playable.definition,
        workflow: WorkflowRef { id: id.to_string(), version: playable.version },
        payload,
        headers,
        mocks,
        pins: state.pins.clone(),
        unmocked,
        at: api.clock.now(),
    };
    let simulation = api.playing.play(move || play(order)).await?.map_err(|problems| {
        Problem::new(Code::InvalidBody).with_details(refusals::of_trial("", problems))
    })?;
    Ok(SimulatedRun::of(simulation, playable.version))
}

impl SimulatedRun {
    fn of(simulation: Simulation, workflow_version: u32) -> Self {
        let Simulation { mut document, stopped, duration_ms, unused_mocks } = simulation;
        let mut take = |field: &str| document[field].take();
        Self {
            workflow_version,
            status: take("status"),
            stopped,
            duration_ms,
            output: take("output"),
            failure: take("failure"),
            execution_state: take("nodes"),
            facts: take("events"),
            unused_mocks,
        }
    }
}
