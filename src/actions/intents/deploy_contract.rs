//! `deploy-contract`: code that makes a contract, its constructor's arguments behind it.

use serde_json::Value;

use super::field;
use super::wish::Unusable;
use crate::aggregates::wallet_lane::Call;

/// The largest code that makes a contract (EIP-3860), with as much again for arguments.
const MAX_CODE: usize = 2 * 49_152;

pub(super) fn call(input: &Value) -> Result<Call, Unusable> {
    let data = field::bytes(input, "bytecode")?;
    if data.is_empty() || data.len() > MAX_CODE {
        return Err(Unusable::new("bytecode", "must be 1 to 98,304 bytes"));
    }
    let value = field::optional_amount(input, "value")?.unwrap_or_default();
    Ok(Call { to: None, value, data })
}
