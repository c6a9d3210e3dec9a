use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::web::{Data, Path};
use engine::rehearsal::{Answer as Answered, Mock, Said, Subject};
use engine::{Json, WorkflowRef};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::edition::Edition;
use super::record;
use crate::access::Principal;
use crate::actors::wallets::{ChainRehearsal, ForeseenTransaction, Whose};
use crate::aggregates::workflow::Workflow;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::refusals;
use crate::http::problem::{Code, Document, Problem};
use crate::policies::Decision;
use crate::primitives::{WalletId, WorkflowId};
use crate::trials::{MockSpec, Simulated, Simulation, Unmocked, simulate as play};

/// How often chains are asked for one run, and for how long.
const MAX_FOUND: usize = 500;
const MAX_TIME: Duration = Duration::from_mins(1);

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
    /// What the nodes say that read chains and send transactions, where no mock fits: nothing (`mocked`, when
    /// absent), or what would happen on their chains as they stand now (`foreseen`).
    #[serde(default)]
    chains: OnChains,
    /// What is played: `draft`, `live` or the number of a version. The draft when absent, and
    /// without one what is live.
    #[schema(value_type = Option<String>)]
    version: Option<Edition>,
}

/// What chains say to a run that is only played.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum OnChains {
    /// Nothing: mocks answer.
    #[default]
    Mocked,
    /// What would happen on them.
    Foreseen,
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
    /// The transactions that it would want, in their order; only of a run that rehearses on its chains.
    transactions: Vec<WouldSend>,
    /// Mocks that nothing called, as JSON pointers in the request.
    unused_mocks: Vec<String>,
}

/// A transaction that a run would want. Nothing of it was reserved, signed or sent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct WouldSend {
    /// The node.
    node: String,
    /// The wallet.
    #[schema(value_type = String)]
    wallet_id: WalletId,
    /// The chain.
    chain_id: u64,
    /// The wallet's address.
    from: String,
    /// Whom it calls; nobody where it makes a contract.
    to: Option<String>,
    /// What goes along, in wei.
    value: String,
    /// What it says.
    data: String,
    /// What the policies say: `allow`, `needsApproval`, `deny` or `malformed`. One that people have to
    /// approve goes on as though they had.
    policy: &'static str,
    /// The whole decision: reasons, limits, policies.
    #[schema(value_type = Object)]
    decision: Decision,
    /// Its nonce, where it would be sent.
    nonce: Option<u64>,
    /// How much gas it would use.
    gas_used: Option<u64>,
    /// What that costs now, in wei.
    fee: Option<String>,
    /// Why it would come to nothing.
    refusal: Option<String>,
}

impl WouldSend {
    fn of(foreseen: ForeseenTransaction) -> Self {
        let ForeseenTransaction { node, wallet, chain, from, call, decision, made, refusal } =
            foreseen;
        Self {
            node,
            wallet_id: wallet,
            chain_id: chain,
            from: from.to_checksum(None),
            to: call.to.map(|it| it.to_checksum(None)),
            value: call.value.to_string(),
            data: call.data.to_string(),
            policy: decision.outcome.name(),
            decision,
            nonce: made.map(|(nonce, ..)| nonce),
            gas_used: made.map(|(_, gas, _)| gas),
            fee: made.map(|(.., fee)| fee.to_string()),
            refusal,
        }
    }
}

/// Plays a run of a workflow in virtual time, with mocks for the outside, and, where it is wanted, upon its chains
/// as they stand: their nodes are asked what calls would do. Nothing is written, reserved, signed or sent.
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
    let Simulate { payload, headers, mocks, unmocked, chains, version } = body.content;
    let position = api.ledger_at(None).await?;
    let state = record::load(&api, &who, *id, None).await?.state;
    let edition = version.unwrap_or(Edition::newest(&state));
    let payload = Arc::new(payload.unwrap_or_else(|| Value::Object(Map::new())));
    let chains = match chains {
        OnChains::Mocked => None,
        OnChains::Foreseen => Some(rehearsal(&api, &who, &state, (*id, edition))?),
    };
    let world = World { mocks, unmocked, chains };
    let played = simulated(&api, &state, *id, edition, (payload, headers), world);
    Ok(Answer::ok(played.await?).at(position))
}

/// A rehearsal on the chains of whoever asks, as though he started the run.
fn rehearsal(
    api: &Api,
    who: &Principal,
    state: &Workflow,
    (workflow, edition): (WorkflowId, Edition),
) -> Result<ChainRehearsal, Problem> {
    let root = edition.playable(state)?.definition.root().map(|it| it.kind.to_string());
    let whose = Whose {
        organization: who.organization,
        workflow,
        trigger: root.unwrap_or_else(|| "manual".to_owned()),
        started_by: who.to_string(),
    };
    let begun = api.rehearsals.begin(whose);
    begun.ok_or_else(|| Problem::new(Code::Busy).retry_after(Duration::from_secs(1)))
}

/// What answers a run that is only played.
pub(in crate::http) struct World {
    mocks: Vec<MockSpec>,
    unmocked: Unmocked,
    chains: Option<ChainRehearsal>,
}

impl World {
    /// One of mocks alone.
    pub(in crate::http) const fn of(mocks: Vec<MockSpec>, unmocked: Unmocked) -> Self {
        Self { mocks, unmocked, chains: None }
    }
}

/// What would happen if a trigger with this body and these headers set this content off.
pub(in crate::http) async fn simulated(
    api: &Api,
    state: &Workflow,
    id: WorkflowId,
    edition: Edition,
    (payload, headers): (Json, BTreeMap<String, String>),
    World { mocks, unmocked, chains }: World,
) -> Result<SimulatedRun, Problem> {
    let playable = edition.playable(state)?;
    let order = Simulated {
        definition: playable.definition,
        workflow: WorkflowRef { id: id.to_string(), version: playable.version },
        payload,
        headers,
        mocks,
        pins: state.pins.clone(),
        found: Vec::new(),
        // What neither a mock nor a chain answers is echoed when both were asked.
        unmocked: if chains.is_some() { Unmocked::Fail } else { unmocked },
        at: api.clock.now(),
    };
    let Some(chains) = chains else {
        let simulation = play_once(api, order).await?;
        return Ok(SimulatedRun::of(simulation, Vec::new(), playable.version));
    };
    let (simulation, transactions) = rehearsed(api, order, unmocked, chains).await?;
    Ok(SimulatedRun::of(simulation, transactions, playable.version))
}

async fn play_once(api: &Api, order: Simulated) -> Result<Simulation, Problem> {
    api.playing.play(move || play(order)).await?.map_err(|problems| {
        Problem::new(Code::InvalidBody).with_details(refusals::of_trial("", problems))
    })
}

/// Plays it as far as it goes, finds out what stopped it, and plays it again: the same answers give the same
/// run, so that each time it gets one call further.
async fn rehearsed(
    api: &Api,
    mut order: Simulated,
    unmocked: Unmocked,
    mut chains: ChainRehearsal,
) -> Result<(Simulation, Vec<ForeseenTransaction>), Problem> {
    let began = Instant::now();
    let simulation = loop {
        let mut simulation = play_once(api, order.clone()).await?;
        let Some(call) = simulation.unanswered.take() else { break simulation };
        if order.found.len() >= MAX_FOUND || began.elapsed() >= MAX_TIME {
            simulation.stopped = Some(format!(
                "chains were asked {} times in {} s, and no more than {MAX_FOUND} times in {} s are they: mock \
                 some of the nodes",
                order.found.len(),
                began.elapsed().as_secs(),
                MAX_TIME.as_secs(),
            ));
            break simulation;
        }
        let said = match chains.answer(&call).await {
            Ok(Some(said)) => said,
            Ok(None) if unmocked == Unmocked::Echo => Said::Response(Arc::clone(&call.input)),
            Ok(None) => break simulation,
            Err(not) => {
                simulation.stopped = Some(not.to_string());
                break simulation;
            }
        };
        let answers = vec![Answered::at_once(said)];
        let (subject, occurrence) = (Subject::Node(call.address), Some(call.occurrence));
        order.found.push(Mock { subject, occurrence, answers });
    };
    Ok((simulation, chains.into_transactions()))
}

impl SimulatedRun {
    fn of(
        simulation: Simulation,
        transactions: Vec<ForeseenTransaction>,
        workflow_version: u32,
    ) -> Self {
        let Simulation { mut document, stopped, unanswered: _, duration_ms, unused_mocks } =
            simulation;
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
            transactions: transactions.into_iter().map(WouldSend::of).collect(),
            unused_mocks,
        }
    }
}
