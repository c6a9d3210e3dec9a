//! `send-native-token`: the chain's own coin to somebody.

use alloy_primitives::Bytes;
use serde_json::Value;

use super::field;
use super::wish::Unusable;
use crate::aggregates::wallet_lane::Call;

pub(super) fn call(input: &Value) -> Result<Call, Unusable> {
    Ok(Call {
        to: Some(field::address(input, "recipientAddress")?),
        value: field::amount(input, "amount")?,
        data: Bytes::new(),
    })
}
