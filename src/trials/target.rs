//! What a test is about: a definition that can be played.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{Catalog, Definition, Diagnostic, Json, WorkflowRef};
use serde_json::{Value, json};

/// The node of a task's test.
pub(super) const TASK: &str = "task";

/// What a test is about.
#[derive(Debug, Clone)]
pub enum Target {
    /// A workflow.
    Workflow {
        /// What is played; validated before.
        definition: Arc<Definition>,
        /// Which version of which workflow it is, as expressions read it.
        workflow: WorkflowRef,
        /// Results that are pinned to nodes: they answer the calls for which there is no mock.
        pins: BTreeMap<String, Json>,
    },
    /// One node of this type, whose payload is the case's input.
    Task {
        /// The type.
        kind: String,
    },
}

impl Target {
    /// A definition that belongs to no workflow.
    ///
    /// # Errors
    /// Every problem that keeps it from being published.
    pub fn of_definition(
        definition: &Value,
        catalog: &impl Catalog,
    ) -> Result<Self, Vec<Diagnostic>> {
        let definition = Arc::new(valid(definition, catalog)?);
        Ok(Self::Workflow { definition, workflow: nobodys(), pins: BTreeMap::new() })
    }

    /// What a case with this input plays.
    pub(super) fn definition(
        &self,
        input: &Value,
        catalog: &impl Catalog,
    ) -> Result<Arc<Definition>, Vec<Diagnostic>> {
        match self {
            Self::Workflow { definition, .. } => Ok(Arc::clone(definition)),
            Self::Task { kind } => valid(&around(kind, input), catalog).map(Arc::new),
        }
    }

    pub(super) fn workflow(&self) -> WorkflowRef {
        match self {
            Self::Workflow { workflow, .. } => workflow.clone(),
            Self::Task { .. } => nobodys(),
        }
    }

    pub(super) fn pins(&self) -> Option<&BTreeMap<String, Json>> {
        match self {
            Self::Workflow { pins, .. } => Some(pins),
            Self::Task { .. } => None,
        }
    }
}

fn valid(definition: &Value, catalog: &impl Catalog) -> Result<Definition, Vec<Diagnostic>> {
    let definition = engine::parse(definition)?;
    let problems = engine::validate(&definition, catalog);
    if problems.is_empty() { Ok(definition) } else { Err(problems) }
}

fn nobodys() -> WorkflowRef {
    WorkflowRef { id: "wf_test".to_owned(), version: 1 }
}

/// A definition around one node.
fn around(kind: &str, payload: &Value) -> Value {
    json!({
        "nodes": {
            "root": { "type": "manual", "payload": {}, "children": [TASK] },
            TASK: { "type": kind, "payload": payload },
        }
    })
}
