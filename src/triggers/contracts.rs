//! The catalogue, with what the kinds of triggers say of their settings themselves.

use engine::{Catalog, NodeType, PayloadProblem};
use serde_json::Value;

use super::kind::kind;
use crate::catalog::Registry;

/// What definitions are judged by.
#[derive(Debug, Clone, Copy)]
pub struct Contracts(&'static Registry);

impl Contracts {
    /// Those of this build.
    pub fn builtin() -> Self {
        Self(Registry::builtin())
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
        problems
    }

    fn known_types(&self) -> Vec<String> {
        self.0.known_types()
    }
}
