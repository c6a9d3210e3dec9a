//! `set-variable` for variables that are kept between runs.

use std::sync::Arc;

use engine::{Failure, FailureCategory, Json};
use serde_json::Value;

use super::act::Storage;
use super::payload::{Told, problem};
use crate::actions::{Action, Call, Lent, Performing};
use crate::aggregates::entry::{Order, Place, Scope, VARIABLES};
use crate::primitives::WorkflowId;

/// Keeps the value of a variable for later runs. Variables that hold for one run are the engine's.
#[derive(Clone)]
pub(in crate::actions) struct KeptVariable(pub(in crate::actions) Storage);

impl KeptVariable {
    /// What a node names in its `type`.
    pub(in crate::actions) const TYPE: &'static str = "set-variable";

    async fn keep(&self, call: Call) -> Result<Json, Failure> {
        let input = Arc::clone(&call.input);
        let name = input.get("name").and_then(Value::as_str).unwrap_or_default();
        let value: Json = Arc::new(input.get("value").cloned().unwrap_or_default());
        let workflow: WorkflowId = call.origin.workflow.parse().map_err(|_| {
            let message = "the run names no workflow whose variable this could be";
            Failure::lasting("storage", FailureCategory::Internal, message)
        })?;
        let place = Place::new(Scope::Workflow(workflow), VARIABLES, name);
        let place = place.map_err(|_| {
            problem("/name", "is no name for a variable that is kept: 1 to 256 bytes".to_owned())
        })?;
        let order = Order::Set { value: Arc::clone(&value), expected: None };
        self.0.change(&call, place, order, Told::Version).await?;
        Ok(Arc::new(serde_json::json!({ "name": name, "value": *value })))
    }
}

impl Action for KeptVariable {
    fn perform(&self, call: Call, _: Lent) -> Performing<'_> {
        Box::pin(self.keep(call))
    }
}
