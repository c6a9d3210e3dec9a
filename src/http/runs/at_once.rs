//! Runs of definitions that belong to no workflow, awaited to their end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use engine::{Compensate, Definition, Failure, Json, Run, RunStatus, Trigger};
use serde::Serialize;
use time::OffsetDateTime;
use tokio::time::{Instant, timeout};
use utoipa::ToSchema;

use super::get::{NodeRecord, execution_state};
use super::order;
use crate::access::Principal;
use crate::http::api::Api;
use crate::http::idempotency::Turn;
use crate::http::problem::Problem;
use crate::journal::StreamId;
use crate::primitives::RunId;

/// How long such a run may take: the contract's minute.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);
/// Events of one read of a stream.
const PAGE: i64 = 1_000;
/// How long passes at most before the ledger is looked at again.
const LOOK: Duration = Duration::from_millis(50);

/// What became of a run that was awaited.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Ended {
    /// The run; its ledger stays.
    #[schema(value_type = String, example = "run_01h455vb4pex5vsknk084sn02q")]
    run_id: RunId,
    /// `success`, `failure` or `cancelled`; `running` or `waiting` when its minute was over, and it
    /// is being cancelled.
    #[schema(value_type = String, example = "success")]
    status: RunStatus,
    /// The results of its leaf nodes by node id, when it succeeded.
    #[schema(value_type = Option<Object>)]
    output: Option<Json>,
    /// Why it failed, when it did.
    #[schema(value_type = Option<Object>)]
    failure: Option<Failure>,
    /// What each node did, by node id.
    execution_state: BTreeMap<String, NodeRecord>,
    /// How long it took, in milliseconds.
    duration_ms: u64,
}

/// Runs a definition and waits for its end.
pub(super) async fn run(
    api: &Api,
    who: &Principal,
    turn: Turn,
    definition: Arc<Definition>,
    payload: Json,
) -> Result<(Run, Ended), Problem> {
    let trigger = Trigger {
        kind: "manual".to_owned(),
        source: "manual".to_owned(),
        body: payload,
        headers: BTreeMap::new(),
    };
    let id = api.desk.new_run();
    let begin = async |context| api.desk.start_alone(id, definition, trigger, context).await;
    let done = order::place(api, who, turn, id, begin).await?;
    let id: RunId = done.stream.aggregate_id.parse().map_err(Problem::internal)?;
    let run = until_over(api, id, PATIENCE).await?;
    if !run.status().is_terminal() {
        let reason = Some("it took longer than a minute".to_owned());
        let context = crate::actors::Context::of_the_house(who.organization, "sync");
        // Whether it ends by this or by itself, its ledger says.
        let _ = api.desk.cancel(id, reason, Compensate::Yes, context).await;
    }
    let ended = Ended {
        run_id: id,
        status: run.status(),
        output: run.output().cloned(),
        failure: run.failure().cloned(),
        execution_state: execution_state(&run, None),
        duration_ms: duration(run.started_at(), run.finished_at().unwrap_or(api.clock.now())),
    };
    Ok((run, ended))
}

/// The run as it stands when it is over, or when the patience is.
pub(in crate::http) async fn until_over(
    api: &Api,
    id: RunId,
    patience: Duration,
) -> Result<Run, Problem> {
    let (stream, mut run, mut after) = (StreamId::run(id), Run::default(), 0);
    let give_up = Instant::now() + patience;
    let mut head = api.tail.watch_head();
    loop {
        let page = api.journal.read_stream(&stream, after, PAGE).await?;
        for event in &page {
            run.apply(&event.fact()?.0);
            after = event.sequence;
        }
        if run.status().is_terminal() || Instant::now() >= give_up {
            return Ok(run);
        }
        // Looked at again when the ledger grows, and a little later in any case.
        let look = LOOK.min(give_up.saturating_duration_since(Instant::now()));
        let _ = timeout(look, head.changed()).await;
    }
}

fn duration(began: Option<OffsetDateTime>, ended: OffsetDateTime) -> u64 {
    let took = began.map_or(0, |began| (ended - began).whole_milliseconds());
    u64::try_from(took).unwrap_or_default()
}
