//! What a run is started with, held against all that its workflow declares.

use engine::{Definition, PayloadProblem};
use serde_json::Value;

use super::schema::{Schema, Stage};

/// The field of a trigger's payload that says what a run may begin with.
const FIELD: &str = "inputSchema";

/// Every problem of an input: what the definition's `inputSchema` asks for, and what the schema of its
/// trigger does not take. Places are JSON pointers into the input.
pub fn input_problems(definition: &Definition, input: &Value) -> Vec<PayloadProblem> {
    let mut problems = engine::input_problems(definition, input);
    let schema = definition.root().and_then(|root| root.payload.get(FIELD));
    let Some(schema) = schema.filter(|schema| schema.is_object()) else { return problems };
    match Schema::compile(schema) {
        Ok(schema) => {
            for problem in schema.problems(input, Stage::Run) {
                // Both may say that the same field is missing: once is enough.
                if problems.iter().all(|told| told.path != problem.path) {
                    problems.push(problem);
                }
            }
        }
        // It was published before schemas of triggers were looked at.
        Err(invalid) => problems.push(PayloadProblem {
            path: String::new(),
            message: format!("{invalid}; mend the `{FIELD}` of the trigger, and publish it again"),
        }),
    }
    problems
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn problems(schema: &Value, input: &Value) -> Vec<String> {
        let definition = json!({
            "inputSchema": [{ "key": "id", "type": "string", "required": true }],
            "nodes": { "root": { "type": "webhook", "payload": { "inputSchema": schema } } },
        });
        let definition = engine::parse(&definition).expect("a definition");
        let found = input_problems(&definition, input).into_iter();
        found.map(|it| format!("{} {}", it.path, it.message)).collect()
    }

    #[test]
    fn both_what_the_workflow_and_what_its_trigger_declares_has_to_hold() {
        let schema = json!({
            "type": "object", "required": ["id", "amount"],
            "properties": { "amount": { "type": "integer", "minimum": 1 } },
        });
        assert!(problems(&schema, &json!({ "id": "a", "amount": 1 })).is_empty());
        let told = problems(&schema, &json!({ "amount": 0 }));
        assert!(told.iter().any(|it| it.starts_with("/id it is missing")), "{told:?}");
        assert!(told.iter().any(|it| it.starts_with("/amount ")), "{told:?}");
        assert_eq!(problems(&schema, &json!({ "id": "a" })).len(), 1);
        assert_eq!(problems(&schema, &json!([])).len(), 2, "no object at all");
    }

    #[test]
    fn a_schema_that_cannot_be_used_takes_nothing_and_says_why() {
        let told = problems(&json!({ "type": 7 }), &json!({ "id": "a" }));
        assert!(told[0].contains("publish it again"), "{told:?}");
    }
}
