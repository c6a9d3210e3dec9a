//! What the tests share: a small catalogue, and a driver that plays the world for a run.

use std::collections::BTreeMap;
use std::sync::Arc;

use chainkeel_engine::{
    Carried, Catalog, Compensate, Definition, Fact, Failure, FailureCategory, Json, NodeType,
    PayloadProblem, Place, Refusal, Run, Start, Stimulus, Trigger, WorkflowRef, decide, logic_type,
    parse, start,
};
use serde_json::{Value, json};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

/// When every test begins.
pub(crate) const NOON: OffsetDateTime = datetime!(2026-03-01 12:00:00.123456 UTC);

/// Two triggers, the logic nodes, and one action that wants a `url`.
pub(crate) struct TestCatalog;

impl Catalog for TestCatalog {
    fn node_type(&self, kind: &str) -> Option<NodeType> {
        match kind {
            "manual" | "webhook" => Some(NodeType::TRIGGER),
            "http-request" => Some(NodeType::ACTION),
            "send-slack-message" => {
                Some(NodeType { connector: Some("slack".into()), ..NodeType::ACTION })
            }
            _ => logic_type(kind),
        }
    }

    fn payload_problems(&self, kind: &str, payload: &Value) -> Vec<PayloadProblem> {
        let is_wrong = kind == "http-request" && !payload["url"].is_string();
        let problem = || PayloadProblem {
            path: "/url".to_owned(),
            message: "must be a text: the address to call".to_owned(),
        };
        is_wrong.then(problem).into_iter().collect()
    }

    fn known_types(&self) -> Vec<String> {
        ["manual", "webhook", "http-request", "send-slack-message"].map(str::to_owned).into()
    }
}

/// A definition of these nodes behind a manual root that leads to `first`.
pub(crate) fn definition(first: &[&str], nodes: Value) -> Arc<Definition> {
    let mut nodes = nodes;
    nodes["root"] = json!({ "type": "manual", "payload": {}, "children": first });
    Arc::new(parse(&json!({ "nodes": nodes })).expect("the test's definition is well formed"))
}

/// An effect with these children.
pub(crate) fn effect(children: &[&str]) -> Value {
    json!({ "type": "http-request", "payload": { "url": "https://example.org" }, "children": children })
}

/// A log of that message with these children.
pub(crate) fn log(message: &str, children: &[&str]) -> Value {
    json!({ "type": "log", "payload": { "message": message }, "children": children })
}

/// A failure that a retry policy retries.
pub(crate) fn passing() -> Failure {
    Failure::passing("http_503", FailureCategory::Service, "the other side is busy")
}

/// A failure that nothing mends.
pub(crate) fn lasting() -> Failure {
    Failure::lasting("http_404", FailureCategory::Service, "there is nothing there")
}

/// How a run of the definition starts, with that body.
pub(crate) fn started_with(definition: &Arc<Definition>, body: Value) -> Start {
    let body: Json = Arc::new(body);
    Start {
        definition: Arc::clone(definition),
        workflow: WorkflowRef { id: "wf_test".to_owned(), version: 3 },
        trigger: Trigger {
            kind: "webhook".to_owned(),
            source: "test".to_owned(),
            body: Arc::clone(&body),
            headers: BTreeMap::from([("x-kind".to_owned(), "push".to_owned())]),
        },
        input: body,
        run_id: "run_test".to_owned(),
        source_run: None,
        carried: BTreeMap::new(),
        parent: None,
        variables: None,
        subject: None,
        at: NOON,
        chance: 0.5,
    }
}

/// A run with all its facts, and a clock of its own.
pub(crate) struct World {
    pub(crate) facts: Vec<Fact>,
    pub(crate) run: Run,
    pub(crate) now: OffsetDateTime,
    pub(crate) chance: f64,
}

impl World {
    pub(crate) fn of(definition: &Arc<Definition>) -> Self {
        Self::with(definition, json!({}))
    }

    pub(crate) fn with(definition: &Arc<Definition>, body: Value) -> Self {
        Self::start(started_with(definition, body))
    }

    pub(crate) fn start(from: Start) -> Self {
        let facts = start(from);
        let mut run = Run::default();
        for fact in &facts {
            run.apply(fact);
        }
        Self { facts, run, now: NOON, chance: 0.5 }
    }

    /// Tells the run what happened, and gives the facts that follow.
    pub(crate) fn tell(&mut self, stimulus: Stimulus) -> Result<Vec<Fact>, Refusal> {
        let facts = decide(&self.run, stimulus, self.now, self.chance)?;
        for fact in &facts {
            self.run.apply(fact);
        }
        self.facts.extend(facts.iter().cloned());
        Ok(facts)
    }

    pub(crate) fn pass(&mut self, time: Duration) {
        self.now += time;
    }

    pub(crate) fn succeed(&mut self, node: &str, result: Value) -> Vec<Fact> {
        let (node, attempt) = self.attempt_of(node);
        let result = Arc::new(result);
        self.tell(Stimulus::EffectSucceeded { node, attempt, result }).expect("it is in flight")
    }

    pub(crate) fn fail(&mut self, node: &str, failure: Failure) -> Vec<Fact> {
        let (node, attempt) = self.attempt_of(node);
        self.tell(Stimulus::EffectFailed { node, attempt, failure }).expect("it is in flight")
    }

    pub(crate) fn interrupt(&mut self, node: &str) -> Vec<Fact> {
        let (node, attempt) = self.attempt_of(node);
        self.tell(Stimulus::EffectInterrupted { node, attempt }).expect("it is in flight")
    }

    pub(crate) fn resume(&mut self, node: &str, data: Value) -> Result<Vec<Fact>, Refusal> {
        self.tell(Stimulus::Resume {
            node: node.into(),
            data: Arc::new(data),
            source: "manual".to_owned(),
            by: "ada".to_owned(),
        })
    }

    pub(crate) fn due(&mut self, node: &str) -> Result<Vec<Fact>, Refusal> {
        self.tell(Stimulus::TimerDue { node: node.into() })
    }

    pub(crate) fn cancel(&mut self) -> Result<Vec<Fact>, Refusal> {
        self.tell(Stimulus::Cancel {
            by: "ada".to_owned(),
            reason: Some("enough".to_owned()),
            compensate: Compensate::No,
        })
    }

    pub(crate) fn status(&self, node: &str) -> &'static str {
        self.run.node(&node.into()).map_or("unknown", |state| state.status().name())
    }

    pub(crate) fn result(&self, node: &str) -> Value {
        let state = self.run.node(&node.into()).expect("the node exists");
        state.result().map_or(Value::Null, |result| (**result).clone())
    }

    pub(crate) fn carry(&self) -> BTreeMap<Place, Carried> {
        self.run.carry()
    }

    fn attempt_of(&self, node: &str) -> (Place, u32) {
        let effect = self.run.effect(&node.into()).expect("the effect is in flight");
        (effect.node, effect.attempt)
    }
}

/// The facts as short words: `node_succeeded a`.
pub(crate) fn story(facts: &[Fact]) -> Vec<String> {
    let word = |fact: &Fact| match fact.place() {
        Some(node) => format!("{} {node}", fact.name()),
        None => fact.name().to_owned(),
    };
    facts.iter().map(word).collect()
}
