//! For whom something is done, and the spans of what is done for them.

use std::borrow::Cow;
use std::time::Instant;

use time::OffsetDateTime;

use super::ids::{SpanId, TraceId, TraceParent};
use super::sink::Sink;
use super::span::{Ending, Kind, Span, Value};

tokio::task_local! {
    static HERE: Scope;
}

/// Within which span something is done. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Scope {
    sink: Sink,
    trace: TraceId,
    parent: SpanId,
    /// Nothing within it is a span of its own.
    is_closed: bool,
}

impl Scope {
    pub(super) const fn new(sink: Sink, trace: TraceId, parent: SpanId) -> Self {
        Self { sink, trace, parent, is_closed: false }
    }

    /// The scope that somebody else is in, whose header this is; it is kept where they keep it.
    pub fn of_another(sink: &Sink, header: &str) -> Option<Self> {
        let parent = TraceParent::read(header).filter(|it| it.is_sampled)?;
        Some(Self::new(sink.clone(), parent.trace, parent.span))
    }

    /// What is asked of the outside within this work is a span within the scope.
    pub async fn around<F: Future>(scope: Option<Self>, work: F) -> F::Output {
        match scope {
            Some(scope) => HERE.scope(scope, work).await,
            None => work.await,
        }
    }

    /// Notes what lasted from then until now: its beginning was seen by somebody else, or earlier.
    pub fn note(
        &self,
        name: &'static str,
        start: OffsetDateTime,
        attributes: Vec<(Cow<'static, str>, Value)>,
    ) {
        self.sink.take(Span {
            trace: self.trace,
            id: SpanId::fresh(),
            parent: Some(self.parent),
            name: name.into(),
            kind: Kind::Internal,
            start,
            end: self.sink.now().max(start),
            attributes,
            links: Vec::new(),
            ending: Ending::Well,
        });
    }
}

/// The header by which whoever is asked within this scope goes on with its trace; none outside of one.
pub fn header() -> Option<String> {
    let Scope { trace, parent, .. } = HERE.try_with(Clone::clone).ok()?;
    Some(TraceParent { trace, span: parent, is_sampled: true }.to_string())
}

/// A span that has not ended. Dropped before its end was told, it was cut short.
#[derive(Debug)]
pub struct Live(Option<Box<Open>>);

#[derive(Debug)]
struct Open {
    sink: Sink,
    span: Span,
    begun: Instant,
    is_settled: bool,
}

/// Begins a span of what is asked of the outside now. Where nobody is in a scope, it is none.
pub fn begin(kind: Kind, name: &str) -> Live {
    let here = HERE.try_with(Clone::clone).ok().filter(|here| !here.is_closed);
    Live(here.map(|Scope { sink, trace, parent, is_closed: _ }| {
        let start = sink.now();
        let span = Span {
            trace,
            id: SpanId::fresh(),
            parent: Some(parent),
            name: name.to_owned().into(),
            kind,
            start,
            end: start,
            attributes: Vec::new(),
            links: Vec::new(),
            ending: Ending::Well,
        };
        Box::new(Open { sink, span, begun: Instant::now(), is_settled: false })
    }))
}

impl Live {
    /// Whether anybody wants to know.
    pub const fn is_noted(&self) -> bool {
        self.0.is_some()
    }

    /// Says something of it.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<Value>) -> Self {
        self.say(key, value);
        self
    }

    /// Says something of it.
    pub fn say(&mut self, key: &'static str, value: impl Into<Value>) {
        if let Some(open) = &mut self.0 {
            open.span.attributes.push((key.into(), value.into()));
        }
    }

    /// The header by which whoever is asked may go on with the trace.
    pub fn header(&self) -> Option<String> {
        let open = self.0.as_ref()?;
        let (trace, span) = (open.span.trace, open.span.id);
        Some(TraceParent { trace, span, is_sampled: true }.to_string())
    }

    /// Does this within the span.
    pub async fn around<F: Future>(&self, work: F) -> F::Output {
        Scope::around(self.scope(false), work).await
    }

    /// Does this within the span, and nothing of it is a span of its own.
    pub async fn as_one<F: Future>(&self, work: F) -> F::Output {
        Scope::around(self.scope(true), work).await
    }

    /// Ends it: well, or by a failure with this word for what it was.
    pub fn end(mut self, failure: Option<&str>) {
        self.settle(failure);
    }

    fn settle(&mut self, failure: Option<&str>) {
        if let Some(open) = &mut self.0 {
            open.is_settled = true;
            if let Some(failure) = failure {
                open.span.ending = Ending::Failed;
                open.span.attributes.push(("error.type".into(), failure.into()));
            }
        }
    }

    fn scope(&self, is_closed: bool) -> Option<Scope> {
        let open = self.0.as_ref()?;
        let (trace, parent) = (open.span.trace, open.span.id);
        Some(Scope { sink: open.sink.clone(), trace, parent, is_closed })
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        if self.0.as_ref().is_some_and(|open| !open.is_settled) {
            self.settle(Some("cut_short"));
        }
        if let Some(open) = self.0.take() {
            let Open { sink, mut span, begun, is_settled: _ } = *open;
            // The clock may have been set meanwhile; a duration is measured.
            span.end = span.start + begun.elapsed();
            sink.take(span);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::primitives::{RunId, SystemClock};
    use crate::spans::Sampler;

    #[actix_web::test]
    async fn what_is_asked_within_a_scope_is_a_span_of_it() {
        let (sink, mut spans) = Sink::new(8, Sampler::ALL, Arc::new(SystemClock));
        let run = RunId::generate();
        begin(Kind::Client, "outside").end(None);
        Scope::around(sink.scope(run, "pay", 1), async {
            let outer = begin(Kind::Client, "outer").with("a", "b");
            outer.around(async { begin(Kind::Client, "inner").end(Some("timeout")) }).await;
            outer.as_one(async { begin(Kind::Client, "hidden").end(None) }).await;
            outer.end(None);
            drop(begin(Kind::Internal, "dropped"));
        })
        .await;
        let (inner, outer, dropped) = (
            spans.try_recv().expect("inner"),
            spans.try_recv().expect("outer"),
            spans.try_recv().expect("dropped"),
        );
        assert!(spans.try_recv().is_err(), "nothing else was noted");
        let node = SpanId::of_attempt(TraceId::of(run), "pay", 1);
        assert_eq!((inner.parent, outer.parent), (Some(outer.id), Some(node)));
        assert_eq!((inner.ending, outer.ending), (Ending::Failed, Ending::Well));
        assert_eq!(outer.attributes, [("a".into(), Value::from("b"))]);
        assert_eq!(dropped.attributes, [("error.type".into(), Value::from("cut_short"))]);
        // The beginning is of the clock and the duration is measured: between the two the machine may do something else.
        assert!(outer.start <= inner.start && inner.end <= outer.end + time::Duration::SECOND);
    }

    #[actix_web::test]
    async fn a_full_sink_and_a_trace_that_is_not_kept_hold_nobody_up() {
        let clock = Arc::new(SystemClock);
        let (sink, mut spans) = Sink::new(1, Sampler::ALL, clock.clone());
        let scope = sink.scope(RunId::generate(), "a", 1);
        Scope::around(scope, async {
            begin(Kind::Client, "first").end(None);
            begin(Kind::Client, "second").end(None);
        })
        .await;
        assert_eq!(spans.try_recv().expect("the first").name, "first");
        assert!(spans.try_recv().is_err());
        let (sink, _spans) = Sink::new(1, Sampler::of(0.0).expect("a share"), clock);
        assert!(sink.scope(RunId::generate(), "a", 1).is_none());
    }
}
