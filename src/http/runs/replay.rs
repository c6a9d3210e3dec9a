use actix_web::web::{Data, Path};
use engine::{Divergence, Fact};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::ledger;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::{Document, Problem};
use crate::journal::StreamId;
use crate::primitives::RunId;

/// Events of one read.
const PAGE: i64 = 1_000;

/// What came of deciding a run again.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunReplay {
    /// The run.
    #[schema(value_type = String)]
    run_id: RunId,
    /// Whether every decision is the one on the ledger.
    is_same: bool,
    /// How many events the run has.
    events: usize,
    /// Whether the run is over; of one that is not, what there is was decided again.
    is_over: bool,
    /// The first event that the engine decides otherwise.
    divergence: Option<RunDivergence>,
}

/// Where the ledger and the engine part.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RunDivergence {
    /// The place in the run's stream, from 1.
    sequence: u64,
    /// What the engine decides there; nothing where nothing leads to the recorded event.
    #[schema(value_type = Option<Object>)]
    expected: Option<Value>,
    /// What the ledger holds there; nothing where it ends too early.
    #[schema(value_type = Option<Object>)]
    recorded: Option<Value>,
}

impl RunDivergence {
    fn of(divergence: &Divergence) -> Self {
        let value = |fact: &Option<Fact>| {
            fact.as_ref().map(|fact| serde_json::to_value(fact).unwrap_or_default())
        };
        Self {
            sequence: divergence.sequence,
            expected: value(&divergence.expected),
            recorded: value(&divergence.recorded),
        }
    }
}

/// Folds the events of a run, makes every decision in them again, and names the first that differs. What came from
/// outside, as the result of an effect, is taken as recorded. Nothing is written or sent.
#[utoipa::path(
    get,
    operation_id = "replay_run",
    path = "/v1/runs/{id}/replay",
    tag = "runs",
    params(("id" = String, Path, description = "The run")),
    responses(
        (status = 200, description = "What came of it", body = Envelope<RunReplay>),
        (status = 404, description = "No such run", body = Document),
        (status = 503, description = "Too many are computing; come again", body = Document),
    ),
)]
pub async fn replay(
    api: Data<Api>,
    who: Principal,
    id: Path<RunId>,
) -> Result<Answer<RunReplay>, Problem> {
    ledger::must_belong(&api, &who, *id).await?;
    let (stream, mut facts, mut after, mut is_over) = (StreamId::run(*id), Vec::new(), 0, false);
    loop {
        let events = api.journal.read_stream(&stream, after, PAGE).await?;
        let Some(last) = events.last() else { break };
        after = last.sequence;
        is_over = ledger::ends(last);
        for event in &events {
            facts.push(event.fact()?.0);
        }
    }
    let events = facts.len();
    let divergence = api
        .playing
        .play(move || engine::verify(&facts).divergence.as_ref().map(RunDivergence::of))
        .await?;
    let is_same = divergence.is_none();
    Ok(Answer::ok(RunReplay { run_id: *id, is_same, events, is_over, divergence }))
}
