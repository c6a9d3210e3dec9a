//! `approve-erc20`: `approve(address,uint256)` of a token.

use alloy_primitives::U256;
use serde_json::Value;

use super::field;
use super::send_erc20_token::with_address_and_amount;
use super::wish::Unusable;
use crate::aggregates::wallet_lane::Call;

/// The selector of `approve(address,uint256)`.
const APPROVE: [u8; 4] = [0x09, 0x5e, 0xa7, 0xb3];

pub(super) fn call(input: &Value) -> Result<Call, Unusable> {
    let spender = field::address(input, "spenderAddress")?;
    let amount = field::amount(input, "amount")?;
    Ok(Call {
        to: Some(field::address(input, "tokenAddress")?),
        value: U256::ZERO,
        data: with_address_and_amount(APPROVE, spender, amount),
    })
}

#[cfg(test)]
mod tests {
    use alloy_primitives::keccak256;

    use super::*;

    #[test]
    fn the_selector_is_that_of_approve() {
        assert_eq!(keccak256("approve(address,uint256)")[..4], APPROVE);
    }
}
