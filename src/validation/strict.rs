//! Keywords that draft 2020-12 does not know: mostly a slip of the pen, which would pass silently.

use crate::primitives::pointer::below;
use serde_json::Value;

use crate::schemas::Unusable;

/// Every keyword there is, and what its value is.
const KEYWORDS: [(&str, Holds); 55] = [
    ("$schema", Holds::Data),
    ("$id", Holds::Data),
    ("$ref", Holds::Data),
    ("$comment", Holds::Data),
    ("$vocabulary", Holds::Data),
    ("$defs", Holds::Names),
    ("definitions", Holds::Names),
    ("allOf", Holds::Schemas),
    ("anyOf", Holds::Schemas),
    ("oneOf", Holds::Schemas),
    ("not", Holds::Schemas),
    ("if", Holds::Schemas),
    ("then", Holds::Schemas),
    ("else", Holds::Schemas),
    ("dependentSchemas", Holds::Names),
    ("prefixItems", Holds::Schemas),
    ("items", Holds::Schemas),
    ("contains", Holds::Schemas),
    ("properties", Holds::Names),
    ("patternProperties", Holds::Names),
    ("additionalProperties", Holds::Schemas),
    ("propertyNames", Holds::Schemas),
    ("unevaluatedItems", Holds::Schemas),
    ("unevaluatedProperties", Holds::Schemas),
    ("contentSchema", Holds::Schemas),
    ("type", Holds::Data),
    ("enum", Holds::Data),
    ("const", Holds::Data),
    ("multipleOf", Holds::Data),
    ("maximum", Holds::Data),
    ("exclusiveMaximum", Holds::Data),
    ("minimum", Holds::Data),
    ("exclusiveMinimum", Holds::Data),
    ("maxLength", Holds::Data),
    ("minLength", Holds::Data),
    ("pattern", Holds::Data),
    ("maxItems", Holds::Data),
    ("minItems", Holds::Data),
    ("uniqueItems", Holds::Data),
    ("maxContains", Holds::Data),
    ("minContains", Holds::Data),
    ("maxProperties", Holds::Data),
    ("minProperties", Holds::Data),
    ("required", Holds::Data),
    ("dependentRequired", Holds::Data),
    ("format", Holds::Data),
    ("contentEncoding", Holds::Data),
    ("contentMediaType", Holds::Data),
    ("title", Holds::Data),
    ("description", Holds::Data),
    ("default", Holds::Data),
    ("deprecated", Holds::Data),
    ("readOnly", Holds::Data),
    ("writeOnly", Holds::Data),
    ("examples", Holds::Data),
];

/// What the value of a keyword is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// Anything but a schema.
    Data,
    /// A schema, or a list of them.
    Schemas,
    /// Schemas by names.
    Names,
}

/// Refuses a schema that has a keyword which nobody knows.
pub(super) fn check(schema: &Value) -> Result<(), Unusable> {
    visit(schema, "")
}

fn visit(schema: &Value, path: &str) -> Result<(), Unusable> {
    let at = |segment: &str| below(path, segment);
    match schema {
        Value::Array(schemas) => schemas
            .iter()
            .enumerate()
            .try_for_each(|(place, it)| visit(it, &at(&place.to_string()))),
        Value::Object(rules) => rules.iter().try_for_each(|(keyword, rule)| {
            let holds = KEYWORDS.iter().find(|(known, _)| known == keyword).map(|(_, holds)| holds);
            match (holds, rule) {
                (None, _) => {
                    let problem = format!("`{keyword}` is no keyword of draft 2020-12");
                    Err(Unusable::at(at(keyword), problem))
                }
                (Some(Holds::Schemas), rule) => visit(rule, &at(keyword)),
                (Some(Holds::Names), Value::Object(schemas)) => {
                    let place = at(keyword);
                    let mut all = schemas.iter();
                    all.try_for_each(|(name, it)| visit(it, &below(&place, name)))
                }
                (Some(Holds::Data | Holds::Names), _) => Ok(()),
            }
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}
