//! Keys, and transactions of any shape.

use alloy_primitives::{Address, B256, U256};
use k256::ecdsa::SigningKey;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::super::*;

/// A signature takes a while where nothing is optimized.
pub(super) const CASES: u32 = 32;

/// A signature of these 32 bytes, as a key makes it.
pub(super) fn signature(key: &SigningKey, digest: B256) -> Signature {
    let (pair, id) = key.sign_prehash_recoverable(digest.as_slice()).unwrap();
    let (r, s) = pair.split_bytes();
    let whole =
        Signature { r: U256::from_be_slice(&r), s: U256::from_be_slice(&s), is_odd: id.is_y_odd() };
    whole.lowered().0
}

pub(super) fn sealed(unsigned: Unsigned, key: &SigningKey) -> Signed {
    let signature = signature(key, unsigned.digest());
    unsigned.sealed(signature).unwrap()
}

pub(super) fn address(key: &SigningKey) -> Address {
    let point = key.verifying_key().to_encoded_point(false);
    Address::from_raw_public_key(&point.as_bytes()[1..])
}

fn accesses() -> impl Strategy<Value = Vec<Access>> {
    let access = (any::<[u8; 20]>(), vec(any::<[u8; 32]>(), 0..4)).prop_map(|(address, keys)| {
        let storage_keys = keys.into_iter().map(B256::from).collect();
        Access { address: address.into(), storage_keys }
    });
    vec(access, 0..4)
}

fn fees() -> impl Strategy<Value = Fees> {
    let dynamic = (any::<u128>(), any::<u128>()).prop_map(|(one, other)| Fees::Dynamic {
        max_fee: one.max(other),
        max_priority_fee: one.min(other),
    });
    prop_oneof![any::<u128>().prop_map(|gas_price| Fees::Legacy { gas_price }), dynamic]
}

prop_compose! {
    pub(super) fn transactions()(
        chain_id in prop_oneof![1_u64..200, 1..=u64::MAX],
        nonce in prop_oneof![0_u64..200, 0..u64::MAX],
        gas_limit in any::<u64>(),
        to in option::of(any::<[u8; 20]>()),
        value in prop_oneof![Just([0; 32]), any::<[u8; 32]>()],
        data in vec(any::<u8>(), 0..300),
        access_list in accesses(),
        fees in fees(),
    ) -> Unsigned {
        let to = to.map(Address::from);
        let (value, data) = (U256::from_be_bytes(value), data.into());
        Unsigned { chain_id, nonce, gas_limit, to, value, data, access_list, fees }
    }
}

pub(super) fn keys() -> impl Strategy<Value = SigningKey> {
    any::<[u8; 32]>()
        .prop_filter_map("a number below the order", |bytes| SigningKey::from_slice(&bytes).ok())
}
