//! Performs the effects of runs: within their time-out, and no more at once than the house bears.

use std::sync::Arc;
use std::time::Duration;

use engine::{Effect, Failure, FailureCategory, Json};
use tokio::sync::Semaphore;
use tracing::Instrument as _;

use crate::actions::{Actions, Call, Origin};
use crate::spans::{Scope, Sink};

/// How many effects wait for something outside at the same time, such as a transaction.
const WAITING_AT_ONCE: usize = 1_024;

/// Performs effects; cheap to clone.
#[derive(Clone)]
pub struct Performer {
    actions: Arc<Actions>,
    places: Arc<Semaphore>,
    /// Places of those that wait: they cost little, and would keep the others from working.
    waiting: Arc<Semaphore>,
    spans: Option<Sink>,
}

impl Performer {
    /// A performer that does at most `at_once` effects at the same time.
    pub fn new(actions: Arc<Actions>, at_once: usize) -> Self {
        let waiting = Semaphore::new(WAITING_AT_ONCE);
        let (places, waiting) = (Arc::new(Semaphore::new(at_once)), Arc::new(waiting));
        Self { actions, places, waiting, spans: None }
    }

    /// The same, whose effects are in the traces of their runs.
    #[must_use]
    pub fn traced(self, spans: Option<Sink>) -> Self {
        Self { spans, ..self }
    }

    /// Performs one effect to its end.
    pub fn perform(
        &self,
        origin: Origin,
        effect: Effect,
    ) -> impl Future<Output = Result<Json, Failure>> + 'static + use<> {
        let (actions, places) = (Arc::clone(&self.actions), Arc::clone(&self.places));
        let waiting = Arc::clone(&self.waiting);
        let scope = self.spans.as_ref();
        let scope = scope.and_then(|it| it.scope(origin.run, &origin.node, effect.attempt));
        // What is logged meanwhile, wherever, is of this run.
        let within = tracing::info_span!("effect", run.id = %origin.run, node.id = %effect.node);
        let performing = async move {
            // The semaphores are never closed; were they, the effect would go on without a place.
            let places = if actions.waits(&effect.kind) { waiting } else { places };
            let _place = places.acquire_owned().await.ok();
            let timeout = Duration::from_millis(effect.timeout_ms);
            let run = origin.run;
            let call = Call {
                input: effect.input,
                idempotency_key: effect.idempotency_key.as_ref().to_owned(),
                timeout,
                connector: effect.connector,
                origin,
            };
            tracing::debug!(run.id = %run, node.id = %effect.node, attempt = effect.attempt, "performing {} of run {run}", effect.node);
            match tokio::time::timeout(timeout, actions.perform(&effect.kind, call)).await {
                Ok(outcome) => outcome,
                Err(_) => Err(timed_out(effect.timeout_ms)),
            }
        };
        Scope::around(scope, performing).instrument(within)
    }
}

fn timed_out(timeout_ms: u64) -> Failure {
    let message = format!("the action did not end within {timeout_ms} ms");
    Failure::passing("timeout", FailureCategory::Timeout, message)
}
