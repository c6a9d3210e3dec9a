//! A run's input, held against what its definition declares.

use serde_json::Value;

use crate::catalog::PayloadProblem;
use crate::definition::{Definition, InputField, InputType};
use crate::pointer::below;

/// Every problem of an input: what is required and missing, and what is of another type. Fields
/// that are not declared are let through, for triggers bring more than a workflow needs.
pub fn input_problems(definition: &Definition, input: &Value) -> Vec<PayloadProblem> {
    definition.input_schema().iter().filter_map(|field| problem(field, input)).collect()
}

fn problem(field: &InputField, input: &Value) -> Option<PayloadProblem> {
    let message = match input.get(&field.key) {
        None | Some(Value::Null) if field.required => {
            format!("it is missing; add it as {}", field.kind.in_words())
        }
        None | Some(Value::Null) => return None,
        Some(value) if field.kind.fits(value) => return None,
        Some(_) => format!("it must be {}", field.kind.in_words()),
    };
    Some(PayloadProblem { path: below("", &field.key), message })
}

impl InputType {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::String => value.is_string(),
            Self::Number => value.is_number(),
            Self::Boolean => value.is_boolean(),
            Self::Object => value.is_object(),
            Self::Array => value.is_array(),
        }
    }

    const fn in_words(self) -> &'static str {
        match self {
            Self::String => "a text",
            Self::Number => "a number",
            Self::Boolean => "true or false",
            Self::Object => "an object",
            Self::Array => "a list",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_declared_must_be_there_and_fit() {
        let definition = crate::parse(&json!({
            "inputSchema": [
                { "key": "endpoint", "type": "string", "required": true },
                { "key": "times", "type": "number" }
            ],
            "nodes": { "root": { "type": "manual", "payload": {} } }
        }))
        .expect("a definition");
        let paths = |input| -> Vec<String> {
            input_problems(&definition, &input).into_iter().map(|problem| problem.path).collect()
        };
        assert!(paths(json!({ "endpoint": "https://example.org", "more": 1 })).is_empty());
        assert_eq!(paths(json!({})), ["/endpoint"]);
        assert_eq!(paths(json!(7)), ["/endpoint"]);
        assert_eq!(paths(json!({ "endpoint": 1, "times": "2" })), ["/endpoint", "/times"]);
    }
}
