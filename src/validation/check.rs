//! Holds a value against a schema, and tells what does not fit.

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{PatternOptions, ValidationError};
use serde_json::{Value, json};

use super::cache::Ready;
use super::question::{Checked, Fault, Rigour, Types};
use super::{coerce, strict};
use crate::schemas::Unusable;

/// How many faults are told.
const MAX_FAULTS: usize = 100;
/// How many bytes of program a pattern may become. Matching takes linear time in both.
const MAX_PATTERN: usize = 1024 * 1024;

/// Makes a schema ready. References lead to places in the bundle; nothing is fetched or opened.
pub(super) fn compile(bundle: Value, rigour: Rigour) -> Result<Ready, Unusable> {
    if rigour == Rigour::Strict {
        strict::check(&bundle)?;
    }
    let validator = jsonschema::options()
        .offline()
        .with_draft(jsonschema::Draft::Draft202012)
        .with_pattern_options(PatternOptions::regex().size_limit(MAX_PATTERN))
        .should_validate_formats(rigour == Rigour::Strict)
        .build(&bundle)
        .map_err(|error| Unusable::at(error.instance_path().as_str(), error.to_string()))?;
    Ok(Ready { validator, bundle })
}

/// What is found of a value.
pub(super) fn check(ready: &Ready, mut data: Value, types: Types) -> Checked {
    let is_turned = types == Types::Coerced && coerce::coerce(&ready.bundle, &mut data);
    let faults = if ready.validator.is_valid(&data) {
        Vec::new()
    } else {
        ready.validator.iter_errors(&data).take(MAX_FAULTS).map(|error| fault(&error)).collect()
    };
    Checked { faults, coerced: is_turned.then_some(data) }
}

fn fault(error: &ValidationError<'_>) -> Fault {
    Fault {
        keyword: error.kind().keyword().to_owned(),
        message: error.masked().to_string(),
        path: error.instance_path().as_str().to_owned(),
        schema_path: error.schema_path().as_str().to_owned(),
        params: params(error.kind()),
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the kinds are the validator's, and most have neither numbers nor names"
)]
fn params(kind: &Kind) -> Value {
    match kind {
        Kind::Required { property } => json!({ "missingProperty": property }),
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            json!({ "unexpected": unexpected })
        }
        Kind::Type { kind: TypeKind::Single(kind) } => json!({ "type": kind.to_string() }),
        Kind::Type { kind: TypeKind::Multiple(kinds) } => {
            json!({ "type": kinds.iter().map(|kind| kind.to_string()).collect::<Vec<_>>() })
        }
        Kind::Enum { options } => json!({ "allowedValues": **options }),
        Kind::Constant { expected_value } => json!({ "allowedValue": **expected_value }),
        Kind::Minimum { limit }
        | Kind::Maximum { limit }
        | Kind::ExclusiveMinimum { limit }
        | Kind::ExclusiveMaximum { limit } => json!({ "limit": limit }),
        Kind::MinLength { limit }
        | Kind::MaxLength { limit }
        | Kind::MinItems { limit }
        | Kind::MaxItems { limit }
        | Kind::MinProperties { limit }
        | Kind::MaxProperties { limit } => json!({ "limit": limit }),
        Kind::Pattern { pattern } => json!({ "pattern": pattern }),
        Kind::Format { format } => json!({ "format": format }),
        _ => json!({}),
    }
}
