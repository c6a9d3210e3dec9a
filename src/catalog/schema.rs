//! JSON Schema: compiled once, problems told by pointer.

use engine::PayloadProblem;
use jsonschema::error::ValidationErrorKind;
use jsonschema::{PatternOptions, ValidationError, Validator};
use serde_json::Value;

use super::wording;

/// How many problems of one value are told: enough to mend it, few enough to read.
const MAX_PROBLEMS: usize = 100;

/// A schema that is ready to judge values.
///
/// References lead to places in the schema itself or to the drafts of JSON Schema; nothing is
/// ever fetched or opened. Patterns run in linear time.
#[derive(Debug)]
pub struct Schema {
    source: Value,
    validator: Validator,
}

/// When a value is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Expressions are not resolved: a text that holds one may become anything.
    Design,
    /// The value is what it is.
    Run,
}

/// A schema that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the schema cannot be used: at `{path}`: {problem}")]
pub struct InvalidSchema {
    /// JSON pointer into the schema.
    pub path: String,
    /// What is wrong.
    pub problem: String,
}

impl Schema {
    /// Compiles a schema, of draft 2020-12 unless its `$schema` says otherwise.
    pub fn compile(source: &Value) -> Result<Self, InvalidSchema> {
        let validator = jsonschema::options()
            .offline()
            .with_pattern_options(PatternOptions::regex())
            .build(source)
            .map_err(|error| InvalidSchema {
                path: error.instance_path().as_str().to_owned(),
                problem: error.to_string(),
            })?;
        Ok(Self { source: source.clone(), validator })
    }

    /// Everything that is wrong with a value, up to a limit; nothing when it fits.
    ///
    /// The texts name places and rules, never the value: it may be a secret.
    pub fn problems(&self, value: &Value, stage: Stage) -> Vec<PayloadProblem> {
        if self.validator.is_valid(value) {
            return Vec::new();
        }
        self.validator
            .iter_errors(value)
            .filter(|error| stage == Stage::Run || !may_vanish(error))
            .flat_map(|error| wording::problems(&error, &self.source))
            .take(MAX_PROBLEMS)
            .collect()
    }
}

/// Whether a problem may be gone when expressions are resolved: it is about a text that holds
/// one, or about alternatives one of which has no other problems.
fn may_vanish(error: &ValidationError<'_>) -> bool {
    if let ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } =
        error.kind()
    {
        return context.iter().any(|alternative| alternative.iter().all(may_vanish))
            || holds_expression(error.instance());
    }
    holds_expression(error.instance())
}

fn holds_expression(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.contains("{{"))
}
