//! What a node wants of a wallet.

use alloy_primitives::U256;
use serde_json::Value;

use super::{approve_erc20, deploy_contract, field, send_erc20_token, send_native_token};
use crate::aggregates::wallet_lane::{Call, Until};
use crate::chains::Chain;
use crate::primitives::WalletId;

/// What a node wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// By which wallet; by the one that is used where nobody says which.
    pub wallet: Option<WalletId>,
    /// On which chain.
    pub chain_id: u64,
    /// What is to be done.
    pub call: Call,
    /// Until when the node waits.
    pub until: Until,
    /// How much gas it may take.
    pub gas_limit: Option<u64>,
    /// How much its fees may come to, in wei.
    pub max_fee_total: Option<U256>,
}

/// Why nothing can be made of a payload.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the payload's {place} {problem}")]
pub struct Unusable {
    /// Which field.
    pub place: &'static str,
    /// What is wrong with it, and what helps.
    pub problem: &'static str,
}

impl Unusable {
    pub(super) const fn new(place: &'static str, problem: &'static str) -> Self {
        Self { place, problem }
    }
}

impl Wish {
    /// What a node of this type wants by its payload; none where its type sends no transactions.
    pub fn of(kind: &str, input: &Value) -> Option<Result<Self, Unusable>> {
        let call = match kind {
            "send-native-token" => send_native_token::call,
            "send-erc20-token" => send_erc20_token::call,
            "approve-erc20" => approve_erc20::call,
            "deploy-contract" => deploy_contract::call,
            _ => return None,
        };
        Some(call(input).and_then(|call| Self::with(call, input)))
    }

    fn with(call: Call, input: &Value) -> Result<Self, Unusable> {
        Ok(Self {
            wallet: wallet(input)?,
            chain_id: chain(input)?,
            call,
            until: until(input)?,
            gas_limit: field::optional_gas(input, "gasLimit")?,
            max_fee_total: field::optional_amount(input, "maxFee")?,
        })
    }
}

fn wallet(input: &Value) -> Result<Option<WalletId>, Unusable> {
    match input.get("walletId") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let id = value.as_str().and_then(|text| text.parse().ok());
            id.map(Some).ok_or_else(|| Unusable::new("walletId", "must be a wallet's id: wal_…"))
        }
    }
}

/// A chain's id, or the name of one that is known.
fn chain(input: &Value) -> Result<u64, Unusable> {
    let value = field::needed(input, "chainId")?;
    let named = || value.as_str().and_then(Chain::named).map(|chain| chain.id.0);
    let number = || value.as_str()?.parse().ok();
    let id = value.as_u64().or_else(named).or_else(number).filter(|id| *id > 0);
    id.ok_or_else(|| {
        Unusable::new("chainId", "must be a chain's id, as 1, or the name of a known one, as base")
    })
}

fn until(input: &Value) -> Result<Until, Unusable> {
    match input.get("waitFor").and_then(Value::as_str) {
        None | Some("final") => Ok(Until::Final),
        Some("included") => Ok(Until::Included),
        Some(_) => Err(Unusable::new("waitFor", "must be `final` or `included`")),
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{Address, Bytes};
    use engine::TRANSACTING;
    use serde_json::json;

    use super::*;

    fn native(change: Value) -> Result<Wish, Unusable> {
        let mut input = json!({
            "chainId": 1, "recipientAddress": "0x00000000000000000000000000000000000000aa",
            "amount": "7",
        });
        for (name, value) in change.as_object().unwrap() {
            input[name] = value.clone();
        }
        Wish::of("send-native-token", &input).unwrap()
    }

    #[test]
    fn a_transfer_of_coins_is_a_value_without_data() {
        let wish = native(json!({ "waitFor": "included", "gasLimit": 50_000 })).unwrap();
        let to = Some(Address::left_padding_from(&[0xaa]));
        assert_eq!(wish.call, Call { to, value: U256::from(7), data: Bytes::new() });
        assert_eq!((wish.chain_id, wish.until), (1, Until::Included));
        assert_eq!((wish.gas_limit, wish.max_fee_total), (Some(50_000), None));
    }

    #[test]
    fn a_chain_has_a_number_or_a_known_name() {
        assert_eq!(native(json!({ "chainId": "base" })).unwrap().chain_id, 8_453);
        assert_eq!(native(json!({ "chainId": "31337" })).unwrap().chain_id, 31_337);
        for other in [json!(0), json!("nowhere"), json!(-1), json!(null), json!(1.5)] {
            assert_eq!(native(json!({ "chainId": other })).unwrap_err().place, "chainId");
        }
    }

    #[test]
    fn amounts_are_whole_and_texts() {
        for other in [json!(7), json!("7.0"), json!("-7"), json!("0x7"), json!(""), json!(" 7")] {
            assert_eq!(native(json!({ "amount": other })).unwrap_err().place, "amount");
        }
        let most = U256::MAX.to_string();
        assert_eq!(native(json!({ "amount": most })).unwrap().call.value, U256::MAX);
        assert!(native(json!({ "amount": format!("{most}0") })).is_err());
    }

    #[test]
    fn an_address_with_a_wrong_checksum_is_refused() {
        let right = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";
        assert!(native(json!({ "recipientAddress": right })).is_ok());
        assert!(native(json!({ "recipientAddress": right.to_lowercase() })).is_ok());
        for other in ["0xa0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", "0xaa", "treasury.eth", ""] {
            let refused = native(json!({ "recipientAddress": other })).unwrap_err();
            assert_eq!(refused.place, "recipientAddress", "{other}");
        }
    }

    #[test]
    fn every_type_that_the_engine_waits_for_is_understood_here() {
        for kind in TRANSACTING {
            assert!(Wish::of(kind, &json!({})).is_some(), "{kind}");
        }
        assert!(Wish::of("http-request", &json!({})).is_none());
    }
}
