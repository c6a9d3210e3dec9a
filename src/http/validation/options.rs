//! How a value is validated, and what is answered of it.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::closure;
use crate::access::Principal;
use crate::http::api::Api;
use crate::http::problem::{Code, Problem};
use crate::primitives::SchemaId;
use crate::schemas::Version;
use crate::validation::{self, Checked, Fault, Rigour, Types};

/// How a value is validated.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = ValidationOptions)]
pub(super) struct Options {
    /// How faults are told; `detailed` when absent.
    #[serde(default)]
    error_format: ErrorFormat,
    /// Whether a value of another type than the schema asks for is turned into that type where
    /// nothing is lost by it: `"7"` into `7`. It is when absent; with `strictMode` it is not.
    coerce_types: Option<bool>,
    /// Whether formats are asserted and unknown keywords of the schema refused; not when absent.
    strict_mode: Option<bool>,
}

/// How faults are told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ValidationErrorFormat)]
pub(super) enum ErrorFormat {
    /// Path and message.
    Basic,
    /// Also the keyword as `code`, its place in the schema and its parameters.
    #[default]
    Detailed,
    /// As the output format `basic` of JSON Schema 2020-12: `keywordLocation`, `instanceLocation`
    /// and `error`.
    Standard,
}

impl Options {
    fn of_worker(self) -> validation::Options {
        let strict = self.strict_mode.unwrap_or(false);
        validation::Options {
            types: if self.coerce_types.unwrap_or(!strict) { Types::Coerced } else { Types::Kept },
            rigour: if strict { Rigour::Strict } else { Rigour::Usual },
        }
    }
}

/// A value, and the schema to hold it against.
pub(super) struct Asked<'a> {
    pub(super) schema_id: SchemaId,
    pub(super) version: Option<Version>,
    pub(super) data: &'a RawValue,
    pub(super) options: Options,
}

/// What was found of a value.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ValidationResult)]
pub struct Outcome {
    /// Whether it fits.
    pub(super) valid: bool,
    /// The value with its types turned, where it fits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    data: Option<Box<RawValue>>,
    /// What does not fit, at most 100 faults, in the format that was asked for.
    #[schema(value_type = Vec<Object>)]
    errors: Vec<Value>,
    /// By what it was judged.
    meta: Meta,
}

/// By what a value was judged.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ValidationMeta)]
pub(super) struct Meta {
    /// The schema.
    #[schema(value_type = String)]
    schema_id: SchemaId,
    /// Which version of it.
    #[schema(value_type = String)]
    version: Version,
    /// How long it took, in milliseconds.
    duration_ms: u64,
    /// `strict` or `usual`.
    mode: &'static str,
    /// How many faults are told.
    error_count: usize,
    /// Whether somebody advises against the version.
    is_deprecated: bool,
}

/// Holds a value against a schema.
pub(super) async fn judge(
    api: &Api,
    who: &Principal,
    asked: Asked<'_>,
) -> Result<Outcome, Problem> {
    let Asked { schema_id, version, data, options } = asked;
    let begun = api.clock.now();
    let schema = closure::load(api, who, schema_id).await?;
    let latest = schema.latest().map(|(version, _)| version);
    let version = version.or(latest).ok_or_else(|| Problem::new(Code::SchemaNotFound))?;
    let edition = schema.versions.get(&version);
    let edition = edition.ok_or_else(|| Problem::new(Code::VersionNotFound))?;
    let bundle = closure::bundled(api, who, &edition.schema).await?;
    // A version never changes, nor does what it leads to.
    let key = format!("{schema_id}@{version}");
    let asked = options.of_worker();
    let Checked { faults, coerced } = api.validators.check(&key, &bundle, data, asked).await?;
    let valid = faults.is_empty();
    let turned = coerced.map(|data| serde_json::value::to_raw_value(&data));
    let turned = turned.transpose().map_err(Problem::internal)?;
    let took = (api.clock.now() - begun).whole_milliseconds();
    Ok(Outcome {
        valid,
        data: valid.then(|| turned.unwrap_or_else(|| data.to_owned())),
        meta: Meta {
            schema_id,
            version,
            duration_ms: u64::try_from(took).unwrap_or_default(),
            mode: match asked.rigour {
                Rigour::Strict => "strict",
                Rigour::Usual => "usual",
            },
            error_count: faults.len(),
            is_deprecated: schema.deprecated || edition.deprecated,
        },
        errors: faults.into_iter().map(|fault| told(fault, options.error_format)).collect(),
    })
}

fn told(fault: Fault, format: ErrorFormat) -> Value {
    let Fault { keyword, message, path, schema_path, params } = fault;
    match format {
        ErrorFormat::Basic => json!({ "path": path, "message": message }),
        ErrorFormat::Detailed => json!({
            "code": keyword, "message": message, "path": path, "schemaPath": schema_path,
            "params": params,
        }),
        ErrorFormat::Standard => json!({
            "keywordLocation": schema_path, "instanceLocation": path, "error": message,
        }),
    }
}
