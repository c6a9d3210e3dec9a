//! Any JSON is a definition that can be started, or one with reasons why it cannot.

use std::collections::BTreeMap;
use std::sync::Arc;

use chainkeel_engine::{
    Catalog, Definition, Fact, NodeType, PayloadProblem, Run, Start, Trigger, WorkflowRef, check,
    logic_type, start, verify,
};
use serde_json::{Value, json};
use time::OffsetDateTime;

/// Two triggers and an action that takes every payload.
struct Types;

impl Catalog for Types {
    fn node_type(&self, kind: &str) -> Option<NodeType> {
        match kind {
            "manual" | "webhook" => Some(NodeType::TRIGGER),
            "http-request" => Some(NodeType::ACTION),
            _ => logic_type(kind),
        }
    }

    fn payload_problems(&self, _: &str, _: &Value) -> Vec<PayloadProblem> {
        Vec::new()
    }

    fn known_types(&self) -> Vec<String> {
        ["manual", "webhook", "http-request"].map(str::to_owned).into()
    }
}

/// Reads, validates and starts a definition, and replays what was decided.
pub(crate) fn judge(data: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(data) else { return };
    let definition = match check(&value, &Types) {
        Ok(definition) => definition,
        Err(problems) => return assert!(!problems.is_empty(), "a refusal has reasons"),
    };
    let text = serde_json::to_string(&definition).expect("a definition is JSON");
    let read: Definition = serde_json::from_str(&text).expect("and comes back from it");
    assert!(read == definition, "as it was");

    let body = Arc::new(json!({ "amount": "12.5", "rows": [{ "n": 1 }, { "n": 2 }] }));
    let facts = start(Start {
        definition: Arc::new(definition),
        workflow: WorkflowRef { id: "wf_fuzz".to_owned(), version: 1 },
        trigger: Trigger {
            kind: "manual".to_owned(),
            source: "fuzz".to_owned(),
            body: Arc::clone(&body),
            headers: BTreeMap::new(),
        },
        input: body,
        run_id: "run_fuzz".to_owned(),
        source_run: None,
        carried: BTreeMap::new(),
        parent: None,
        variables: None,
        subject: None,
        at: OffsetDateTime::UNIX_EPOCH,
        chance: 0.5,
    });
    let text = serde_json::to_string(&facts).expect("facts are JSON");
    let facts: Vec<Fact> = serde_json::from_str(&text).expect("and come back from it");
    assert!(verify(&facts).divergence.is_none(), "what was decided is decided again");
    let mut run = Run::default();
    for fact in &facts {
        run.apply(fact);
    }
    let is_stuck = run.effects_in_flight().next().is_none() && run.timers().next().is_none();
    assert!(run.status().is_terminal() || !is_stuck, "a run ends or has something to wait for");
}
