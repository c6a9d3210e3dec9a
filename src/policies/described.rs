//! What is to be signed, call by call, for people who are asked about it: as the rules see it.

use alloy_primitives::{Address, U256, hex};
use serde::Serialize;

use super::candidate::Asked;
use super::decision::Place;
use super::facts::{self, Call, Contents, Fact};
use super::known::known;

/// A call, or one of the movements of a call. What nobody can say, or does not apply, is null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Described {
    /// Where it lies: the index within each call that holds it. That of the whole is empty.
    pub call: Place,
    /// What it does, as rules name it.
    pub action: &'static str,
    /// The contract or receiver.
    pub to: Option<String>,
    /// The function, as its signature where it is known, else as its selector.
    pub function: Option<String>,
    /// Who receives, or gets power.
    pub counterparty: Option<String>,
    /// Whose tokens are moved.
    pub owner: Option<String>,
    /// The token; the zero address is the chain's own coin.
    pub token: Option<String>,
    /// How much, in the smallest unit; of a token that is one of its kind, its id.
    pub amount: Option<String>,
    /// Whether it is without end.
    pub unlimited: Option<bool>,
    /// Wei that go with it.
    pub value: String,
    /// Why it could not be made out, where it could not.
    pub unclear: Option<&'static str>,
}

/// Everything that a transaction or a document does; nothing of what nobody should sign.
pub fn describe<'a>(asked_about: impl Into<Asked<'a>>) -> Vec<Described> {
    let found = facts::of(asked_about.into());
    found.map(|(_, calls)| calls.iter().map(Described::of).collect()).unwrap_or_default()
}

impl Described {
    fn of(call: &Call<'_>) -> Self {
        let address = |fact: &Fact<Address>| told(fact).map(|it| it.to_checksum(None));
        let function = call.selector.map(|selector| match known(selector) {
            Some(known) => known.function.signature.clone(),
            None => hex::encode_prefixed(selector),
        });
        Self {
            call: call.place.clone(),
            action: call.action.name(),
            to: call.to.map(|it| it.to_checksum(None)),
            function,
            counterparty: address(&call.counterparty),
            owner: address(&call.owner),
            token: address(&call.token),
            amount: told(&call.amount).map(|it: U256| it.to_string()),
            unlimited: told(&call.is_unlimited),
            value: call.value.to_string(),
            unclear: match call.contents {
                Contents::Understood | Contents::Unknown => None,
                Contents::Undetermined(why) => Some(why),
            },
        }
    }
}

const fn told<T: Copy>(fact: &Fact<T>) -> Option<T> {
    match fact {
        Fact::Known(value) => Some(*value),
        Fact::Absent | Fact::Undetermined => None,
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{Bytes, address};

    use super::*;
    use crate::policies::Candidate;

    const TOKEN: Address = address!("833589fcd6edb6e08f4c7c32d4f71b54bda02913");

    fn candidate(data: &[u8]) -> Candidate {
        Candidate {
            chain_id: 8_453,
            from: Address::repeat_byte(1),
            to: Some(TOKEN),
            value: U256::ZERO,
            data: Bytes::copy_from_slice(data),
            gas_limit: 0,
            max_fee: 0,
        }
    }

    #[test]
    fn a_transfer_is_told_by_its_receiver_and_amount() {
        let receiver = Address::repeat_byte(0x11);
        let amount = U256::from(7).to_be_bytes::<32>();
        let data = [&hex!("a9059cbb")[..], receiver.into_word().as_slice(), &amount].concat();
        let all = describe(&candidate(&data));
        let [it] = &all[..] else { panic!("{all:?}") };
        assert_eq!(
            (it.action, it.function.as_deref()),
            ("transfer", Some("transfer(address,uint256)"))
        );
        assert_eq!(it.counterparty.as_deref(), Some(&*receiver.to_checksum(None)));
        assert_eq!(it.token.as_deref(), Some(&*TOKEN.to_checksum(None)));
        assert_eq!((it.amount.as_deref(), it.unlimited), (Some("7"), Some(false)));
    }

    #[test]
    fn of_a_function_that_is_not_known_nothing_is_invented() {
        let all = describe(&candidate(&hex!("12345678")));
        let [it] = &all[..] else { panic!("{all:?}") };
        assert_eq!((it.action, it.function.as_deref()), ("call", Some("0x12345678")));
        assert_eq!((&it.counterparty, &it.amount, it.unlimited), (&None, &None, None));
        assert!(describe(&candidate(&[1, 2])).is_empty(), "what nobody should sign");
    }
}
