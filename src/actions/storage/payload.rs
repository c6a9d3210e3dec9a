//! From the payloads of four node types to one wish.

use std::sync::Arc;

use engine::{Failure, Json, PayloadProblem};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::super::registry::invalid;
use crate::aggregates::entry::{DEFAULT_STORE, Error, Order, Place, Scope};
use crate::primitives::WorkflowId;

/// How many keys a list holds when its payload says nothing.
const LISTED: i64 = 100;

/// How many keys a list holds at most.
pub(super) const MAX_LISTED: i64 = 1_000;

/// The payload, as one of the schemas has let it pass.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Payload {
    operation: Option<Operation>,
    #[serde(default)]
    scope: Whose,
    store: Option<String>,
    key: Option<String>,
    /// Null is a value, too.
    #[serde(default, deserialize_with = "given")]
    value: Option<Value>,
    expected_version: Option<u64>,
    prefix: Option<String>,
    limit: Option<i64>,
    cursor: Option<String>,
}

/// What a node of the type `storage` is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Operation {
    Get,
    Set,
    Delete,
    List,
    CompareAndSet,
}

/// Whose entries are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Whose {
    #[default]
    Workflow,
    Organization,
}

/// What is wanted.
#[derive(Debug)]
pub(super) enum Wish {
    Get(Place),
    Change { place: Place, order: Order, told: Told },
    List { scope: Scope, store: String, prefix: String, limit: i64, cursor: Option<String> },
}

/// What the result of a change says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Version,
    Deleted,
    Swapped,
}

impl Payload {
    /// The wish of a node of this workflow; `fixed` is what its type does to the organization's
    /// entries, if it can do one thing only.
    pub(super) fn wish(
        self,
        fixed: Option<Operation>,
        workflow: WorkflowId,
    ) -> Result<Wish, Failure> {
        let scope = match (fixed, self.scope) {
            (Some(_), _) | (None, Whose::Organization) => Scope::Organization,
            (None, Whose::Workflow) => Scope::Workflow(workflow),
        };
        let store = self.store.unwrap_or_else(|| DEFAULT_STORE.to_owned());
        let operation = fixed.or(self.operation).ok_or_else(|| missing("operation"))?;
        let place = || {
            let key = self.key.as_deref().ok_or_else(|| missing("key"))?;
            Place::new(scope, &store, key).map_err(|error| refused(&error))
        };
        let value = |value: Option<Value>| value.map(Arc::new).ok_or_else(|| missing("value"));
        let (expected, set) = (self.expected_version, self.value);
        match operation {
            Operation::Get => Ok(Wish::Get(place()?)),
            Operation::Set => {
                let order = Order::Set { value: value(set)?, expected };
                let told = if expected.is_some() { Told::Swapped } else { Told::Version };
                Ok(Wish::Change { place: place()?, order, told })
            }
            Operation::CompareAndSet => {
                let expected = Some(expected.ok_or_else(|| missing("expectedVersion"))?);
                let order = Order::Set { value: value(set)?, expected };
                Ok(Wish::Change { place: place()?, order, told: Told::Swapped })
            }
            Operation::Delete => {
                let order = Order::Remove { expected };
                Ok(Wish::Change { place: place()?, order, told: Told::Deleted })
            }
            Operation::List => {
                Place::store_named(&store).map_err(|error| refused(&error))?;
                let limit = self.limit.unwrap_or(LISTED).clamp(1, MAX_LISTED);
                let (prefix, cursor) = (self.prefix.unwrap_or_default(), self.cursor);
                Ok(Wish::List { scope, store, prefix, limit, cursor })
            }
        }
    }
}

/// The failure of a payload that names something which cannot be kept.
pub(super) fn refused(error: &Error) -> Failure {
    let field = match error {
        Error::Key => "/key",
        Error::Store => "/store",
        Error::Value(_) => "/value",
        Error::Conflict { .. } => "/expectedVersion",
    };
    problem(field, error.to_string())
}

pub(super) fn problem(path: &str, message: String) -> Failure {
    invalid(&[PayloadProblem { path: path.to_owned(), message }])
}

fn missing(field: &str) -> Failure {
    problem("", format!("`{field}` is missing"))
}

fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// A value that is shown, or null.
pub(super) fn shown(value: Option<&Json>) -> Value {
    value.map(|value| (**value).clone()).unwrap_or_default()
}
