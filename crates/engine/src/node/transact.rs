//! Nodes that have a wallet send a transaction or sign a document, and wait for what becomes of it. The signer
//! does the work and resumes them; what they are called and what they ask for is known outside the engine.

use serde_json::{Value, json};

use super::field::{object, whole};
use super::logic::Done;
use super::wait::MAX_WAIT_MS;
use crate::expression::Problem;
use crate::failure::{Failure, FailureCategory};

/// Where a resumption must come from.
pub const SIGNER_SOURCE: &str = "signer";

/// The types of the nodes that send transactions.
pub const TRANSACTING: [&str; 6] = [
    "send-native-token",
    "send-erc20-token",
    "approve-erc20",
    "write-contract",
    "deploy-contract",
    "batch",
];

/// The type of the node that has a document signed.
pub const SIGN_TYPED_DATA: &str = "sign-typed-data";

/// The types of all nodes that wait for the signer.
pub(super) fn types() -> impl Iterator<Item = &'static str> {
    TRANSACTING.into_iter().chain([SIGN_TYPED_DATA])
}

/// Whether nodes of a type wait for the signer.
pub fn waits_for_signer(kind: &str) -> bool {
    types().any(|it| it == kind)
}

/// How long a transaction may take where nobody says, in milliseconds: a day.
const PATIENCE_MS: u64 = 24 * 60 * 60 * 1_000;
/// The least that it may take: a block or two.
const LEAST_MS: u64 = 10_000;

/// How long the transaction may take, in milliseconds.
pub(super) fn patience(payload: &Value) -> Result<u64, Problem> {
    match object(payload)?.get("timeoutMs") {
        None | Some(Value::Null) => Ok(PATIENCE_MS),
        Some(_) => whole(payload, "timeoutMs", LEAST_MS, MAX_WAIT_MS),
    }
}

/// What a node gives when its transaction is over. `data` is `{outcome: "success", result}` or
/// `{outcome: "failed", failure}`.
pub(super) fn settled(data: &Value) -> Result<Done, Failure> {
    let part = |name: &str| data.get(name).cloned().unwrap_or_default();
    if data.get("outcome").and_then(Value::as_str) == Some("success") {
        return Ok(Done { result: part("result"), branch: None });
    }
    let failure: Option<Failure> = serde_json::from_value(part("failure")).ok();
    let unknown = || {
        let message = "it came to nothing, and the signer did not say why";
        Failure::lasting("transaction_failed", FailureCategory::Service, message)
    };
    Err(failure.unwrap_or_else(unknown).limited())
}

/// The data with which a mock's answer is told to such a node.
pub(crate) fn mocked(result: &Value) -> Value {
    json!({ "outcome": "success", "result": result })
}
