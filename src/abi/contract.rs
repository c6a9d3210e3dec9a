//! What an ABI says of a contract.

use alloy_json_abi as json;
use serde_json::Value;

use super::event::EventShape;
use super::function::{Function, Shape};
use super::kind::Part;

/// The most items of an ABI that are read: twice as many as the largest contracts have.
const MAX_ITEMS: usize = 2_000;

/// The functions, errors and events of a contract, as far as its ABI tells them.
#[derive(Debug, Clone, Default)]
pub struct Contract {
    /// Its functions.
    pub functions: Vec<Function>,
    /// What is needed to make it.
    pub constructor: Vec<Part>,
    /// Its own errors.
    pub errors: Vec<Shape>,
    /// Its events, but for those that do not say what they are.
    pub events: Vec<EventShape>,
}

impl Contract {
    /// Reads an ABI: a list of its items, one item, or signatures with the words `function`, `error` and
    /// `event` before them.
    ///
    /// # Errors
    /// What is wrong with it, and what mends it.
    pub fn read(abi: &Value) -> Result<Self, String> {
        let items = match abi {
            Value::Array(items) => items.as_slice(),
            Value::Object(_) | Value::String(_) => std::slice::from_ref(abi),
            Value::Null | Value::Bool(_) | Value::Number(_) => {
                return Err("an ABI is a list of its items".to_owned());
            }
        };
        if items.len() > MAX_ITEMS {
            return Err(format!("an ABI may have {MAX_ITEMS} items"));
        }
        let mut contract = Self::default();
        for (at, item) in items.iter().enumerate() {
            contract.take(item).map_err(|problem| format!("item {at}: {problem}"))?;
        }
        Ok(contract)
    }

    /// Finds a function by its name, or by its signature where several have the name; the only one
    /// where none is named.
    ///
    /// # Errors
    /// That there is none, or more than one.
    pub fn function(&self, named: Option<&str>) -> Result<&Function, String> {
        let is_it = |it: &&Function| {
            named.is_none_or(|named| it.shape.name == named || it.shape.signature == named)
        };
        let mut found = self.functions.iter().filter(is_it);
        match (found.next(), found.next(), named) {
            (Some(function), None, _) => Ok(function),
            (Some(one), Some(other), Some(named)) => Err(format!(
                "it has several functions {named}: name the one that is meant by its signature, {} or {}",
                one.shape.signature, other.shape.signature
            )),
            (Some(_), Some(_), None) => {
                Err(format!("it has several functions: say which one, {}", self.names()))
            }
            (None, _, Some(named)) => {
                Err(format!("it has no function {named}; its functions: {}", self.names()))
            }
            (None, _, None) => Err("it has no function".to_owned()),
        }
    }

    fn names(&self) -> String {
        let names: Vec<_> = self.functions.iter().map(|it| it.shape.name.as_str()).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    }

    fn take(&mut self, item: &Value) -> Result<(), String> {
        if let Some(signature) = item.as_str() {
            return self.take_signature(signature.trim());
        }
        let unread = |error: serde_json::Error| format!("it cannot be read: {error}");
        match item.get("type").and_then(Value::as_str) {
            Some("function") => {
                let read: json::Function = serde_json::from_value(item.clone()).map_err(unread)?;
                self.functions.push(Function::of(&read)?);
            }
            Some("error") => {
                let read: json::Error = serde_json::from_value(item.clone()).map_err(unread)?;
                self.errors.push(Shape::of_error(&read)?);
            }
            Some("event") => {
                let read: json::Event = serde_json::from_value(item.clone()).map_err(unread)?;
                if !read.anonymous {
                    self.events.push(EventShape::of(read)?);
                }
            }
            Some("constructor") => {
                let read: json::Constructor =
                    serde_json::from_value(item.clone()).map_err(unread)?;
                self.constructor = Part::all(&read.inputs, 0)
                    .ok_or("a parameter of the constructor has a type that there is not")?;
            }
            Some("fallback" | "receive") => {}
            Some(_) | None => {
                return Err(
                    "it is no item of an ABI: its `type` is function, error or event".to_owned()
                );
            }
        }
        Ok(())
    }

    fn take_signature(&mut self, signature: &str) -> Result<(), String> {
        match signature.split_once(char::is_whitespace) {
            Some(("function", _)) => self.functions.push(Function::of_signature(signature)?),
            Some(("error", _)) => self.errors.push(Shape::error(signature)?),
            Some(("event", _)) => self.events.push(EventShape::of_signature(signature)?),
            Some(_) | None => {
                return Err(
                    "a signature in an ABI begins with `function`, `error` or `event`".to_owned()
                );
            }
        }
        Ok(())
    }
}
