//! The catalogue, with what the kinds of triggers say of their settings themselves.

use engine::{Catalog, NodeType, PayloadProblem, has_expression};
use serde_json::{Value, json};

use super::kind::kind;
use crate::catalog::Registry;
use crate::onchain;

/// The node that may wait for triggers.
const WAIT: &str = "wait";

/// What definitions are judged by.
#[derive(Debug, Clone, Copy)]
pub struct Contracts(&'static Registry);

impl Contracts {
    /// Those of this build.
    pub fn builtin() -> Self {
        Self(Registry::builtin())
    }
}

impl Contracts {
    /// What is wrong with the settings of the trigger that a node waits for.
    fn awaited(self, payload: &Value) -> Vec<PayloadProblem> {
        const PLACE: &str = "/triggerConfig";
        let name = payload.get("triggerType").and_then(Value::as_str).unwrap_or_default();
        let Some(kind) = kind(name).filter(|kind| kind.may_be_awaited()) else {
            return Vec::new();
        };
        let config = payload.get("triggerConfig").cloned().unwrap_or_else(|| json!({}));
        // What it will be is known when the wait opens.
        if has_expression(&config.to_string()) {
            return Vec::new();
        }
        let mut problems = self.0.payload_problems(name, &config);
        if problems.is_empty() {
            problems = kind.problems(&config);
        }
        for problem in &mut problems {
            problem.path.insert_str(0, PLACE);
        }
        problems
    }
}

impl Catalog for Contracts {
    fn node_type(&self, kind: &str) -> Option<NodeType> {
        self.0.node_type(kind)
    }

    fn payload_problems(&self, name: &str, payload: &Value) -> Vec<PayloadProblem> {
        let mut problems = self.0.payload_problems(name, payload);
        // What has not even its form is not looked at any closer.
        if problems.is_empty()
            && let Some(kind) = kind(name)
        {
            problems.extend(kind.problems(payload));
        }
        if problems.is_empty() {
            problems.extend(onchain::problems(name, payload));
        }
        if problems.is_empty() && name == WAIT {
            problems.extend(self.awaited(payload));
        }
        problems
    }

    fn known_types(&self) -> Vec<String> {
        self.0.known_types()
    }
}
