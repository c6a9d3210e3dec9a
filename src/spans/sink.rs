//! Where spans wait for whoever exports them: so many, and no more.

use std::fmt;
use std::sync::Arc;

use time::OffsetDateTime;
use tokio::sync::mpsc;

use super::ids::{SpanId, TraceId};
use super::sampler::Sampler;
use super::scope::Scope;
use super::span::Span;
use crate::primitives::{Clock, RunId};

/// Why spans were not exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// More came than were carried away.
    Full,
    /// The collector could not be reached for too long.
    Unreachable,
    /// The collector does not take them.
    Refused,
}

/// Counts spans that were not exported.
pub fn lost(why: Lost, how_many: u64) {
    let reason = match why {
        Lost::Full => "full",
        Lost::Unreachable => "unreachable",
        Lost::Refused => "refused",
    };
    metrics::counter!("chainkeel_trace_spans_dropped_total", "reason" => reason)
        .increment(how_many);
}

/// Takes spans, and never waits. Cheap to clone.
#[derive(Clone)]
pub struct Sink(Arc<Inner>);

struct Inner {
    queue: mpsc::Sender<Span>,
    sampler: Sampler,
    clock: Arc<dyn Clock>,
}

impl Sink {
    /// A sink of which so many spans are not taken yet at most, and the end where they are.
    pub fn new(
        capacity: usize,
        sampler: Sampler,
        clock: Arc<dyn Clock>,
    ) -> (Self, mpsc::Receiver<Span>) {
        let (queue, spans) = mpsc::channel(capacity);
        (Self(Arc::new(Inner { queue, sampler, clock })), spans)
    }

    /// The scope of an attempt to execute a node of a run, by its place there; none where the run's trace is not
    /// kept.
    pub fn scope(&self, run: RunId, place: &str, attempt: u32) -> Option<Scope> {
        let trace = TraceId::of(run);
        let is_kept = self.0.sampler.keeps(trace);
        is_kept.then(|| Scope::new(self.clone(), trace, SpanId::of_attempt(trace, place, attempt)))
    }

    /// Takes a span; where there is no room for it, it is lost and counted.
    pub fn take(&self, span: Span) {
        if self.0.queue.try_send(span).is_err() {
            lost(Lost::Full, 1);
        }
    }

    /// The time.
    pub(super) fn now(&self) -> OffsetDateTime {
        self.0.clock.now()
    }
}

impl fmt::Debug for Sink {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sink").finish_non_exhaustive()
    }
}
