use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::web::{Data, Path};
use engine::Json;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::occasion::{self, Occasion, Whose};
use super::survey;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::deliveries::whole;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Code, Document, Problem};
use crate::http::workflows::{Edition, SimulatedRun, World, record, simulated};
use crate::primitives::WorkflowId;
use crate::trials::{MockSpec, Unmocked};

/// What the trigger is tried with, and what is shown.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TestTrigger {
    /// Whose trigger: of the `draft`, of what is `live`, or of the number of a version. The draft when
    /// absent, and without one what is live.
    #[schema(value_type = Option<String>)]
    version: Option<Edition>,
    /// What it is tried with.
    with: Occasion,
    /// Whether the run of the first firing is played in virtual time.
    #[serde(default)]
    simulate: bool,
    /// Of a simulation: what the outside answers.
    #[serde(default)]
    mocks: Vec<MockSpec>,
    /// Of a simulation: what becomes of a call that no mock fits.
    #[serde(default)]
    unmocked: Unmocked,
}

/// What the trigger would do.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TriggerTested {
    /// The version whose trigger was tried; the next one for a draft.
    workflow_version: u32,
    /// The kind of the trigger.
    #[schema(example = "evm-log")]
    trigger: String,
    /// What it would fire, in order.
    firings: Vec<TriggerFiring>,
    /// Why it would fire nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// Under which correlation keys it would cancel runs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cancels: Vec<String>,
    /// Whether there would be more than what is told.
    is_truncated: bool,
    /// Of blocks: the last that was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    read_to: Option<u64>,
    /// Of blocks: where to go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_block: Option<u64>,
    /// What the run of the first firing would do.
    #[serde(skip_serializing_if = "Option::is_none")]
    simulation: Option<SimulatedRun>,
}

/// A run that would begin.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct TriggerFiring {
    /// The id of the firing, where it is derived from what happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) at: Option<String>,
    /// In which block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) block: Option<u64>,
    /// That block's hash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) block_hash: Option<String>,
    /// By what its runs are told apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) correlation_key: Option<String>,
    /// The headers that the run sees.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) headers: BTreeMap<String, String>,
    /// What the run is told: `$trigger.body`.
    #[schema(value_type = Object)]
    pub(super) body: Json,
}

/// What was found out.
#[derive(Debug, Default)]
pub(super) struct Tested {
    firings: Vec<TriggerFiring>,
    reason: Option<&'static str>,
    pub(super) cancels: Vec<String>,
    pub(super) is_truncated: bool,
    pub(super) read_to: Option<u64>,
    pub(super) next_block: Option<u64>,
}

impl Tested {
    pub(super) fn fires(firings: Vec<TriggerFiring>) -> Self {
        Self { firings, ..Self::default() }
    }

    pub(super) fn nothing(reason: &'static str) -> Self {
        Self { reason: Some(reason), ..Self::default() }
    }
}

/// Shows what the trigger of a workflow would fire: for a payload, an event, a delivery that came
/// before, blocks that are there, or a span of time. Nothing is fired and nothing is written; with
/// `simulate`, the run of the first firing is played in virtual time.
#[utoipa::path(
    post,
    operation_id = "test_trigger",
    path = "/v1/workflows/{id}/trigger/test",
    tag = "triggers",
    params(("id" = String, Path, description = "The workflow")),
    request_body = TestTrigger,
    responses(
        (status = 200, description = "What would be fired", body = Envelope<TriggerTested>),
        (status = 404, description = "No such workflow, version or delivery", body = Document),
        (status = 409, description = "Only the beginning of the delivery is kept", body = Document),
        (status = 422, description = "The trigger cannot be tried with that", body = Document),
        (status = 503, description = "The chain cannot be read now", body = Document),
    ),
)]
pub async fn test(
    api: Data<Api>,
    who: Principal,
    id: Path<WorkflowId>,
    _: IdempotencyKey,
    body: Body<TestTrigger>,
) -> Result<Answer<TriggerTested>, Problem> {
    let TestTrigger { version, with, simulate, mocks, unmocked } = body.content;
    let position = api.ledger_at(None).await?;
    let state = record::load(&api, &who, *id, None).await?.state;
    let edition = version.unwrap_or(Edition::newest(&state));
    let definition = edition.definition(&state)?;
    let workflow_version = edition.number(&state)?;
    let root = definition.root().ok_or_else(|| {
        let message = "the definition has no node `root`, so there is no trigger to try";
        Problem::new(Code::InvalidDefinition).because(message)
    })?;
    let tested = match with {
        Occasion::Payload(told) => occasion::payload(told, root)?,
        Occasion::Event(tried) => occasion::event(tried, root)?,
        Occasion::Delivery(delivery) => {
            let delivery = delivery.parse().map_err(|_| {
                let message = "must be the id of a delivery, as `dlv_01h455vb4pex5vsknk084sn02q`";
                Problem::new(Code::InvalidBody).at("/with/delivery", message)
            })?;
            let delivery = whole(&api.deliveries, who.organization, *id, delivery).await?;
            occasion::delivery(delivery, root)?
        }
        Occasion::Times(times) => occasion::times(times, root)?,
        Occasion::Blocks(blocks) => {
            let (organization, workflow) = (who.organization, *id);
            let whose = Whose { organization, workflow, version: workflow_version };
            survey::blocks(&api, whose, blocks, root).await?
        }
    };
    let simulation = match tested.firings.first().filter(|_| simulate) {
        None => None,
        Some(first) => {
            let told = (Arc::clone(&first.body), first.headers.clone());
            Some(simulated(&api, &state, *id, edition, told, World::of(mocks, unmocked)).await?)
        }
    };
    let Tested { firings, reason, cancels, is_truncated, read_to, next_block } = tested;
    let tested = TriggerTested {
        workflow_version,
        trigger: root.kind.to_string(),
        firings,
        reason,
        cancels,
        is_truncated: is_truncated || next_block.is_some(),
        read_to,
        next_block,
        simulation,
    };
    Ok(Answer::ok(tested).at(position))
}
