//! `send-erc20-token`: `transfer(address,uint256)` of a token.

use alloy_primitives::{Address, Bytes, U256};
use serde_json::Value;

use super::field;
use super::wish::Unusable;
use crate::aggregates::wallet_lane::Call;

/// The selector of `transfer(address,uint256)`.
const TRANSFER: [u8; 4] = [0xa9, 0x05, 0x9c, 0xbb];

pub(super) fn call(input: &Value) -> Result<Call, Unusable> {
    let recipient = field::address(input, "recipientAddress")?;
    let amount = field::amount(input, "amount")?;
    Ok(Call {
        to: Some(field::address(input, "tokenAddress")?),
        value: U256::ZERO,
        data: with_address_and_amount(TRANSFER, recipient, amount),
    })
}

/// A call of a function of an address and an amount.
pub(super) fn with_address_and_amount(selector: [u8; 4], address: Address, amount: U256) -> Bytes {
    let mut data = selector.to_vec();
    data.extend(address.into_word());
    data.extend(amount.to_be_bytes::<32>());
    data.into()
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{hex, keccak256};
    use serde_json::json;

    use super::*;

    #[test]
    fn a_transfer_is_the_selector_the_recipient_and_the_amount() {
        assert_eq!(keccak256("transfer(address,uint256)")[..4], TRANSFER);
        let call = call(&json!({
            "tokenAddress": "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
            "recipientAddress": "0x00000000000000000000000000000000000000aa",
            "amount": "1000000",
        }))
        .unwrap();
        let data = hex!(
            "a9059cbb"
            "00000000000000000000000000000000000000000000000000000000000000aa"
            "00000000000000000000000000000000000000000000000000000000000f4240"
        );
        assert_eq!((call.data, call.value), (Bytes::from(data), U256::ZERO));
    }
}
