//! What a schema may be before it is compiled: bounded, of one draft, and without ways out.

use std::collections::BTreeSet;

use serde_json::Value;

use super::name::{Reference, SCHEME};

/// How many bytes a schema may have as JSON.
pub const MAX_BYTES: usize = 1024 * 1024;

/// How many levels it may nest; the door takes no more either.
pub const MAX_LEVELS: usize = 64;

/// How many other schemas one may lead to, over any number of steps.
pub const MAX_REFERENCES: usize = 32;

/// How many bytes a schema may have together with all that it leads to.
pub const MAX_BUNDLE_BYTES: usize = 4 * 1024 * 1024;

/// The one draft of JSON Schema that is spoken here.
pub const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Keywords that would give a part of a schema an address of its own, or lead to wherever the
/// reader came from: neither can be resolved within bounds that hold for ever.
const FORBIDDEN: [&str; 6] =
    ["$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor"];

/// What keeps a schema from being kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at `{path}`: {problem}")]
pub struct Unusable {
    /// JSON pointer into the schema.
    pub path: String,
    /// What is wrong, and what helps.
    pub problem: String,
}

impl Unusable {
    /// A problem at a place.
    pub fn at(path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { path: path.into(), problem: problem.into() }
    }
}

/// The schemas that a schema refers to, if it is one that can be kept.
pub fn references(schema: &Value) -> Result<BTreeSet<Reference>, Unusable> {
    if !schema.is_object() && !schema.is_boolean() {
        return Err(Unusable::at("", "a schema is an object, or `true` or `false`"));
    }
    if schema.to_string().len() > MAX_BYTES {
        return Err(Unusable::at("", format!("a schema has at most {MAX_BYTES} bytes")));
    }
    let mut found = BTreeSet::new();
    visit(schema, Position::Schema, &mut String::new(), 0, &mut found)?;
    Ok(found)
}

/// What a value in a schema is. What stands under a name that we do not know may be a schema that
/// somebody refers to, and is held to the same rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    /// A schema, or a list of them.
    Schema,
    /// Schemas by names that the author chose.
    Names,
}

impl Position {
    /// What a member is; none when it is data.
    fn of_member(self, name: &str) -> Option<Self> {
        match (self, name) {
            (Self::Schema, "const" | "enum" | "default" | "examples") => None,
            (
                Self::Schema,
                "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas",
            ) => Some(Self::Names),
            (Self::Names | Self::Schema, _) => Some(Self::Schema),
        }
    }
}

fn visit(
    schema: &Value,
    position: Position,
    path: &mut String,
    level: usize,
    found: &mut BTreeSet<Reference>,
) -> Result<(), Unusable> {
    if level > MAX_LEVELS {
        return Err(Unusable::at(&**path, format!("a schema nests at most {MAX_LEVELS} levels")));
    }
    let members: Vec<(String, Position, &Value)> = match schema {
        Value::Object(object) => {
            if position == Position::Schema {
                keywords(object, path, found)?;
            }
            let member = |(name, value): (&String, _)| {
                let position = position.of_member(name)?;
                Some((name.clone(), position, value))
            };
            object.iter().filter_map(member).collect()
        }
        Value::Array(array) => {
            let member = |(at, value): (usize, _)| (at.to_string(), Position::Schema, value);
            array.iter().enumerate().map(member).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    for (segment, position, value) in members {
        let length = path.len();
        crate::primitives::pointer::push(path, &segment);
        visit(value, position, path, level + 1, found)?;
        path.truncate(length);
    }
    Ok(())
}

fn keywords(
    object: &serde_json::Map<String, Value>,
    path: &str,
    found: &mut BTreeSet<Reference>,
) -> Result<(), Unusable> {
    let at = |name: &str, problem: String| Err(Unusable::at(format!("{path}/{name}"), problem));
    for name in FORBIDDEN {
        if object.contains_key(name) {
            return at(name, format!("`{name}` is not taken: use `$defs` and `$ref`"));
        }
    }
    if object.get("$schema").is_some_and(|draft| *draft != DRAFT) {
        return at("$schema", format!("only draft 2020-12 is spoken here: {DRAFT}"));
    }
    if let Some(Value::Object(definitions)) = object.get("$defs")
        && let Some(taken) = definitions.keys().find(|name| name.starts_with(SCHEME))
    {
        return at(
            "$defs",
            format!("`{taken}`: names that begin with `{SCHEME}` are the service's"),
        );
    }
    if let Some(target) = object.get("$ref") {
        let Value::String(target) = target else {
            return at("$ref", "`$ref` is a text".to_owned());
        };
        let base = target.split('#').next().unwrap_or_default();
        if !base.is_empty() {
            let reference = base.parse::<Reference>();
            found.insert(reference.map_err(|error| {
                let message = format!(
                    "`$ref` {error}, or within the schema as `#/$defs/name`; nothing is ever fetched"
                );
                Unusable::at(format!("{path}/$ref"), message)
            })?);
        }
        let fragment = target.split_once('#').map_or("", |(_, fragment)| fragment);
        if !fragment.is_empty() && !fragment.starts_with('/') {
            return at("$ref", "leads by a JSON pointer: `#/$defs/name`".to_owned());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn problem(schema: &Value) -> String {
        references(schema).expect_err("a problem").to_string()
    }

    #[test]
    fn references_are_found_wherever_they_stand_but_not_in_data() {
        let schema = json!({
            "$ref": "#/$defs/a",
            "properties": { "a": { "items": { "$ref": "schema:shop/order@1.0.0#/$defs/x" } } },
            "anyOf": [{ "$ref": "schema:shop/item@2.1.0" }],
            "const": { "$ref": "https://example.com/data" },
        });
        let found = references(&schema).unwrap();
        let found: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, ["schema:shop/item@2.1.0", "schema:shop/order@1.0.0"]);
    }

    #[test]
    fn nothing_outside_is_referred_to() {
        for outside in [
            "https://example.com/a",
            "http://169.254.169.254/",
            "file:///etc/passwd",
            "//host/a",
            "other.json",
            "schema:shop/order",
            "#anchor",
        ] {
            let told = problem(&json!({ "items": { "$ref": outside } }));
            assert!(told.starts_with("at `/items/$ref`"), "{outside}: {told}");
        }
    }

    #[test]
    fn a_schema_has_no_address_and_no_other_draft() {
        for name in FORBIDDEN {
            assert!(problem(&json!({ "a": [{ name: "x" }] })).starts_with("at `/a/0/"), "{name}");
        }
        let old = json!({ "$schema": "http://json-schema.org/draft-07/schema#" });
        assert!(problem(&old).contains("2020-12"));
        assert!(problem(&json!({ "$defs": { "schema:a/b@1.0.0": {} } })).contains("service"));
        // A property may be called as a keyword is.
        assert!(references(&json!({ "properties": { "$id": { "type": "string" } } })).is_ok());
    }

    #[test]
    fn a_schema_is_bounded() {
        assert!(problem(&json!(7)).contains("object"));
        let large = json!({ "description": "x".repeat(MAX_BYTES) });
        assert!(problem(&large).contains("bytes"));
        let deep = (0..=MAX_LEVELS).fold(json!({}), |inside, _| json!({ "not": inside }));
        assert!(problem(&deep).contains("levels"));
    }
}
