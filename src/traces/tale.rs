//! What the ledger says of a run, as spans: the trigger, the run within it, within that the executions of nodes.
//!
//! Times and ids follow from the events alone. Whoever reads the run a second time makes the same spans.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use engine::{Definition, Fact, Failure, NodeId, Parent, Place, Trigger, WorkflowRef};
use time::OffsetDateTime;

use crate::journal::{Error, Recorded};
use crate::primitives::RunId;
use crate::spans::{Ending, Kind, Span, SpanId, TraceId, TraceParent, Value};

/// The most executions of one run that become spans: a loop of thousands is read in the run's history.
const MAX_EXECUTIONS: usize = 2_000;
/// The attempt of what has no attempts of its own.
const ONLY_ATTEMPT: u32 = 1;

type Attributes = Vec<(Cow<'static, str>, Value)>;

/// A run as far as it was read.
pub struct Tale {
    trace: TraceId,
    born: OffsetDateTime,
    /// What is known of the run.
    run: Attributes,
    trigger: String,
    request: Option<String>,
    links: Vec<(TraceParent, &'static str)>,
    began: Option<OffsetDateTime>,
    ended: Option<(OffsetDateTime, Ending)>,
    /// The loop in whose body a node stands.
    loops: BTreeMap<NodeId, NodeId>,
    under_way: HashMap<Place, Execution>,
    spans: Vec<Span>,
    ids: HashSet<SpanId>,
    omitted: u64,
}

/// An execution that has not ended.
struct Execution {
    kind: String,
    attempt: u32,
    repeats: u32,
    start: OffsetDateTime,
}

impl Tale {
    /// A run of which nothing was read yet.
    pub fn of(run: RunId) -> Self {
        Self {
            trace: TraceId::of(run),
            born: born(run),
            run: vec![("chainkeel.run.id".into(), run.to_string().into())],
            trigger: String::new(),
            request: None,
            links: Vec::new(),
            began: None,
            ended: None,
            loops: BTreeMap::new(),
            under_way: HashMap::new(),
            spans: Vec::new(),
            ids: HashSet::new(),
            omitted: 0,
        }
    }

    /// Reads the next event of the run.
    pub fn read(&mut self, event: &Recorded) -> Result<(), Error> {
        if event.sequence == 1 {
            let organization = event.organization.to_string();
            self.run.push(("chainkeel.organization.id".into(), organization.into()));
            self.request = event.metadata_map()?.remove("correlation_id");
        }
        self.take(event.fact()?.0);
        Ok(())
    }

    fn take(&mut self, fact: Fact) {
        match fact {
            Fact::Started { workflow, definition, trigger, source_run, parent, at, .. } => {
                self.begin(&workflow, &definition, at);
                self.link(&trigger, source_run.as_deref(), parent.as_ref());
            }
            Fact::NodeStarted { node, kind, attempt, at, .. } => {
                self.open(node, &kind, attempt, at);
            }
            Fact::LoopStarted { node, kind, at, .. }
            | Fact::DelayStarted { node, kind, at, .. }
            | Fact::WaitOpened { node, kind, at, .. } => self.open(node, &kind, ONLY_ATTEMPT, at),
            Fact::EffectRepeated { node, repeat, .. } => {
                if let Some(execution) = self.under_way.get_mut(&node) {
                    execution.repeats = repeat;
                }
            }
            Fact::NodeSucceeded { node, kind, attempt, at, .. } => {
                self.close((node, Some(&kind), attempt), at, ("success", None));
            }
            Fact::NodeFailed { node, kind, attempt, failure, at, .. } => {
                let Failure { code, .. } = failure;
                self.close((node, Some(&kind), attempt), at, ("failure", Some(&code)));
            }
            Fact::NodeCancelled { node, kind, at } => {
                if self.under_way.contains_key(&node) {
                    self.close((node, kind.as_deref(), ONLY_ATTEMPT), at, ("cancelled", None));
                }
            }
            Fact::Succeeded { at, .. } => self.finish(at, "success", None),
            Fact::Failed { failure, at, .. } => self.finish(at, "failure", Some(failure.code)),
            Fact::Cancelled { at, .. } => self.finish(at, "cancelled", None),
            Fact::RetryScheduled { .. }
            | Fact::FailureHandled { .. }
            | Fact::IterationStarted { .. }
            | Fact::NodeSkipped { .. }
            | Fact::WaitMarked { .. }
            | Fact::WaitResumed { .. }
            | Fact::WaitTimedOut { .. }
            | Fact::Paused { .. }
            | Fact::Unpaused { .. }
            | Fact::HistoryGrewLong { .. }
            | Fact::LimitReached { .. }
            | Fact::CompensationStarted { .. }
            | Fact::CompensationEnded { .. }
            | Fact::EventEmitted { .. }
            | Fact::CancelRequested { .. } => {}
        }
    }

    fn begin(&mut self, workflow: &WorkflowRef, definition: &Definition, at: OffsetDateTime) {
        self.began = Some(at);
        self.run.push(("chainkeel.workflow.id".into(), workflow.id.as_str().into()));
        self.run.push(("chainkeel.workflow.version".into(), workflow.version.into()));
        self.loops = loops(definition);
    }

    /// What the run has to do with: who sent the trigger, the run that it continues, the run that called it.
    fn link(&mut self, trigger: &Trigger, source: Option<&str>, parent: Option<&Parent>) {
        self.trigger.clone_from(&trigger.kind);
        let caller = trigger.headers.get("traceparent").and_then(|text| TraceParent::read(text));
        self.links.extend(caller.map(|caller| (caller, "caller")));
        let trace = |run: &str| run.parse::<RunId>().ok().map(TraceId::of);
        let linked = |trace: TraceId, span| TraceParent { trace, span, is_sampled: true };
        if let Some(trace) = source.and_then(trace) {
            self.links.push((linked(trace, SpanId::of_run(trace)), "source run"));
        }
        if let Some((parent, trace)) = parent.and_then(|it| Some((it, trace(&it.run)?))) {
            let span = SpanId::of_attempt(trace, &parent.node.to_string(), ONLY_ATTEMPT);
            self.links.push((linked(trace, span), "parent run"));
        }
    }

    fn open(&mut self, node: Place, kind: &str, attempt: u32, at: OffsetDateTime) {
        let execution = Execution { kind: kind.to_owned(), attempt, repeats: 0, start: at };
        self.under_way.insert(node, execution);
    }

    /// An execution ended. One that never was under way began in the same instant.
    fn close(
        &mut self,
        (place, kind, attempt): (Place, Option<&str>, u32),
        at: OffsetDateTime,
        (status, failure): (&'static str, Option<&str>),
    ) {
        let was = self.under_way.remove(&place);
        if self.spans.len() >= MAX_EXECUTIONS {
            self.omitted += 1;
            return;
        }
        let at_once = || Execution {
            kind: kind.unwrap_or("node").to_owned(),
            attempt,
            repeats: 0,
            start: at,
        };
        let Execution { kind, attempt, repeats, start } = was.unwrap_or_else(at_once);
        let mut attributes: Attributes = vec![
            ("chainkeel.node.id".into(), place.to_string().into()),
            ("chainkeel.node.type".into(), kind.as_str().into()),
            ("chainkeel.node.attempt".into(), attempt.into()),
            ("chainkeel.node.status".into(), status.into()),
        ];
        if repeats > 0 {
            attributes.push(("chainkeel.node.repeats".into(), repeats.into()));
        }
        attributes.extend(failure.map(|code| ("error.type".into(), code.into())));
        let (id, parent) = (self.id(&place, attempt), Some(self.around(&place)));
        let ending = if failure.is_some() { Ending::Failed } else { Ending::Well };
        self.spans.push(Span {
            trace: self.trace,
            id,
            parent,
            name: kind.into(),
            kind: Kind::Internal,
            start,
            end: at.max(start),
            attributes,
            links: Vec::new(),
            ending,
        });
    }

    /// The id of an attempt. A wait that is opened again after a failure has no number of its own.
    fn id(&mut self, place: &Place, attempt: u32) -> SpanId {
        let place = place.to_string();
        let mut id = SpanId::of_attempt(self.trace, &place, attempt);
        let mut again = 1;
        while !self.ids.insert(id) {
            again += 1;
            id = SpanId::derived(self.trace, &format!("node {attempt} {place} again {again}"));
        }
        id
    }

    /// The span within which a place is executed: the loop's around it, or the run's.
    fn around(&self, place: &Place) -> SpanId {
        let indices = place.iteration.indices();
        let outer = self.loops.get(&place.node).zip(indices.split_last());
        let Some((owner, (_, indices))) = outer else { return SpanId::of_run(self.trace) };
        let indices = indices.iter().map(|index| format!(".{index}"));
        let place = format!("{owner}{}", indices.collect::<String>());
        SpanId::of_attempt(self.trace, &place, ONLY_ATTEMPT)
    }

    fn finish(&mut self, at: OffsetDateTime, status: &'static str, failure: Option<String>) {
        self.run.push(("chainkeel.run.status".into(), status.into()));
        let ending = if failure.is_some() { Ending::Failed } else { Ending::Well };
        self.run.extend(failure.map(|code| ("error.type".into(), code.into())));
        self.ended = Some((at, ending));
    }

    /// The spans of the run. There are none before it has ended.
    pub fn end(mut self) -> Vec<Span> {
        let Some((began, (ended, ending))) = self.began.zip(self.ended) else { return Vec::new() };
        // What had not ended never will.
        let open: Vec<Place> = self.under_way.keys().cloned().collect();
        for place in open {
            self.close((place, None, ONLY_ATTEMPT), ended, ("cancelled", None));
        }
        if self.omitted > 0 {
            self.run.push(("chainkeel.run.omitted_executions".into(), self.omitted.into()));
        }
        let mut trigger: Attributes =
            vec![("chainkeel.trigger.kind".into(), self.trigger.as_str().into())];
        trigger.extend(self.request.map(|it| ("chainkeel.request.id".into(), it.into())));
        let (trace, born) = (self.trace, self.born.min(began));
        let (root, run) = (SpanId::of_trigger(trace), SpanId::of_run(trace));
        self.spans.push(Span {
            trace,
            id: run,
            parent: Some(root),
            name: "run".into(),
            kind: Kind::Internal,
            start: began,
            end: ended.max(began),
            attributes: self.run,
            links: Vec::new(),
            ending,
        });
        self.spans.push(Span {
            trace,
            id: root,
            parent: None,
            name: format!("trigger {}", self.trigger).into(),
            kind: Kind::Consumer,
            start: born,
            end: began,
            attributes: trigger,
            links: self.links,
            ending: Ending::Well,
        });
        self.spans
    }
}

/// When a run's id was made, which is when its trigger was noticed.
fn born(run: RunId) -> OffsetDateTime {
    // The first 48 bits of a UUIDv7 are milliseconds.
    let millis = i128::try_from(run.as_uuid().as_u128() >> 80).unwrap_or_default();
    let nanos = millis * 1_000_000;
    OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// In the body of which loop each node stands.
fn loops(definition: &Definition) -> BTreeMap<NodeId, NodeId> {
    let mut owners = BTreeMap::new();
    for (owner, node) in definition.nodes() {
        let mut ahead: Vec<&NodeId> = node.loop_body.iter().collect();
        while let Some(next) = ahead.pop() {
            if owners.insert(next.clone(), owner.clone()).is_some() {
                continue;
            }
            if let Some(node) = definition.node(next) {
                ahead.extend(node.children.iter().chain(&node.compensated_by));
            }
        }
    }
    owners
}
