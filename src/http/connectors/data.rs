//! Data of a connector as they come in: held against their type's schema, and taken apart.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::connectors::{Kind, Kinds, Parts, allowed};
use crate::http::problem::{Code, Detail, Problem};
use crate::primitives::hex;

/// The type of that name.
pub(super) fn kind(name: &str) -> Result<&'static Kind, Problem> {
    Kinds::builtin().get(name).ok_or_else(|| {
        let message = "is no connector type: `GET /v1/connector-types` lists them";
        Problem::new(Code::InvalidBody).at("/type", message)
    })
}

/// The data without problems, taken apart. What is refused is told by its place, never quoted.
pub(super) fn parts(kind: &'static Kind, data: Map<String, Value>) -> Result<Parts, Problem> {
    let data = Value::Object(data);
    let problems = Kinds::builtin().problems(&kind.kind, &data);
    if !problems.is_empty() {
        let details = problems.into_iter();
        let details = details.map(|it| Detail::new(format!("/data{}", it.path), it.message));
        return Err(Problem::new(Code::InvalidBody).with_details(details.collect()));
    }
    let Value::Object(data) = data else { return Ok(Parts::default()) };
    let parts = Parts::of(kind, data);
    allowed(kind, &parts.settings)
        .map_err(|problem| Problem::new(Code::InvalidBody).at("/data/host", problem))?;
    Ok(parts)
}

/// What stands for a body with secrets in the receipt of its `Idempotency-Key`: nobody finds out a
/// password by trying what its hash could be of.
pub(super) fn fingerprint(what: &[&str], parts: Option<&Parts>) -> String {
    let mut hash = Sha256::new();
    for text in what {
        hash.update(text.len().to_be_bytes());
        hash.update(text);
    }
    if let Some(parts) = parts {
        hash.update(Value::Object(parts.settings.clone()).to_string());
        hash.update(Value::from_iter(parts.secrets.hints()).to_string());
    }
    hex(&hash.finalize())
}
