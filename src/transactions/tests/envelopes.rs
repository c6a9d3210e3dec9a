//! The envelopes, byte for byte, as their specifications write them.

use alloy_primitives::{Address, B256, Bytes, U256, hex, keccak256};
use k256::ecdsa::SigningKey;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

use super::super::*;
use super::invented::{CASES, address, keys, sealed, signature, transactions};

fn a_key() -> SigningKey {
    SigningKey::from_slice(&[0x46; 32]).unwrap()
}

/// The transfer that EIP-155 has as its example.
fn example() -> Unsigned {
    Unsigned {
        chain_id: 1,
        nonce: 9,
        gas_limit: 21_000,
        to: Some(Address::repeat_byte(0x35)),
        value: U256::from(10_u128.pow(18)),
        data: Bytes::new(),
        access_list: Vec::new(),
        fees: Fees::Legacy { gas_price: 20_000_000_000 },
    }
}

fn dynamic() -> Unsigned {
    Unsigned {
        nonce: 0,
        to: Some(Address::repeat_byte(0x11)),
        value: U256::from(1),
        fees: Fees::Dynamic { max_fee: 2, max_priority_fee: 1 },
        ..example()
    }
}

/// Code with a list of one place, for which the encoding of lists changes from one length to the
/// other.
fn with_list() -> Unsigned {
    Unsigned {
        nonce: 1,
        to: None,
        value: U256::ZERO,
        data: Bytes::from_static(&[0x60, 0x00]),
        access_list: vec![Access {
            address: Address::repeat_byte(0xaa),
            storage_keys: vec![B256::repeat_byte(0xbb)],
        }],
        fees: Fees::Legacy { gas_price: 2 },
        ..example()
    }
}

#[test]
fn the_example_of_eip_155_is_signed_as_it_says() {
    let unsigned = example();
    assert_eq!(
        unsigned.digest().to_string(),
        "0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53"
    );

    let signed = sealed(unsigned, &a_key());

    assert_eq!(
        hex::encode(signed.raw()),
        "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080\
         25a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276\
         a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83"
    );
    assert_eq!(signed.signer(), address(&a_key()));
}

#[test]
fn each_envelope_is_written_as_its_specification_says() {
    let dynamic = dynamic().encoded();
    let receiver = "11".repeat(20);
    assert_eq!(hex::encode(dynamic), format!("02df0180010282520894{receiver}0180c0"));

    let listed = with_list().encoded();
    let (contract, place) = ("aa".repeat(20), "bb".repeat(32));
    assert_eq!(
        hex::encode(listed),
        format!("01f8450101028252088080826000f838f794{contract}e1a0{place}")
    );
}

#[test]
fn a_contract_is_created_where_sender_and_nonce_say() {
    // The list of twenty bytes and nothing, as the yellow paper has it.
    let from = address(&a_key());
    let list = [&[0xd6, 0x94], from.as_slice(), &[0x80]].concat();
    let expected = Address::from_slice(&keccak256(list)[12..]);

    let created = sealed(Unsigned { nonce: 0, ..with_list() }, &a_key());

    assert_eq!(created.creates(), Some(expected));
    assert_eq!(sealed(example(), &a_key()).creates(), None);
}

#[test]
fn on_the_ledger_amounts_are_decimal_texts_and_the_signed_is_its_bytes() {
    let receiver = "0x1111111111111111111111111111111111111111";
    let expected = json!({
        "chainId": 1, "nonce": 0, "gasLimit": 21_000, "to": receiver, "value": "1", "data": "0x",
        "fees": {"kind": "dynamic", "maxFee": "2", "maxPriorityFee": "1"},
    });
    assert_eq!(serde_json::to_value(dynamic()).unwrap(), expected);
    let legacy = serde_json::to_value(example()).unwrap();
    assert_eq!(legacy["fees"], json!({"kind": "legacy", "gasPrice": "20000000000"}));

    let signed = sealed(dynamic(), &a_key());
    let bytes = SignedBytes::from(signed.clone());
    let kept = serde_json::to_value(&bytes).unwrap();
    assert_eq!(kept, json!(signed.raw().to_string()));
    assert_eq!(serde_json::from_value::<SignedBytes>(kept).unwrap(), bytes);

    let mut unknown = expected;
    unknown["gas"] = json!(1);
    assert!(serde_json::from_value::<Unsigned>(unknown).is_err());
}

#[test]
fn what_no_chain_would_take_is_not_sealed() {
    let any = Signature { r: U256::from(1), s: U256::from(1), is_odd: false };
    let upside_down = Fees::Dynamic { max_fee: 1, max_priority_fee: 2 };
    for (unsigned, why) in [
        (Unsigned { chain_id: 0, ..example() }, Unsound::NoChain),
        (Unsigned { nonce: u64::MAX, ..example() }, Unsound::Nonce),
        (Unsigned { fees: upside_down, ..example() }, Unsound::TipAboveCap { tip: 2, cap: 1 }),
    ] {
        assert_eq!(unsigned.sealed(any), Err(Unsealed::Unsound(why)));
    }
    let large = Unsigned { data: vec![0; MAX_RAW].into(), ..example() };
    assert!(matches!(large.check(), Err(Unsound::TooLarge { .. })));
}

#[test]
fn a_signature_in_the_upper_half_does_not_count_until_it_is_lowered() {
    let unsigned = example();
    let low = signature(&a_key(), unsigned.digest());
    let order = U256::from_be_slice(&hex!(
        "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
    ));
    let high = Signature { s: order - low.s, is_odd: !low.is_odd, ..low };

    let refused = unsigned.clone().sealed(high);

    assert_eq!(refused, Err(Unsealed::Signature(BadSignature::HighS)));
    assert_eq!(high.lowered(), (low, true));
    assert_eq!(low.lowered(), (low, false));
    for other in [U256::ZERO, order, U256::MAX] {
        for bad in [Signature { r: other, ..low }, Signature { s: other, ..low }] {
            assert_eq!(bad.signer_of(unsigned.digest()), Err(BadSignature::OutOfRange));
        }
    }
}

#[test]
fn what_is_not_written_in_the_one_way_is_not_read() {
    let raw = sealed(dynamic(), &a_key()).raw().to_vec();
    let trailing = [&raw[..], &[0]].concat();
    assert_eq!(Signed::read(&trailing), Err(Unreadable::Trailing(1)));
    assert_eq!(Signed::read(&[]), Err(Unreadable::Empty));
    assert_eq!(Signed::read(&[3, 0xc0]), Err(Unreadable::Kind(3)));
    assert_eq!(Signed::read(&vec![0xc0; MAX_RAW + 1]), Err(Unreadable::TooLarge(MAX_RAW + 1)));

    // A nonce of two bytes where one would do.
    let at = raw.windows(3).position(|bytes| bytes == [0x01, 0x80, 0x01]).unwrap();
    let mut padded = raw.clone();
    padded.splice(at + 1..at + 2, [0x81, 0x00]);
    padded[2] += 1;
    assert!(matches!(Signed::read(&padded), Err(Unreadable::Encoding(_))));

    // Before EIP-155: it would count on every chain.
    let legacy = sealed(example(), &a_key()).raw().to_vec();
    let at = legacy.windows(2).position(|bytes| bytes == [0x25, 0xa0]).unwrap();
    let mut everywhere = legacy;
    everywhere[at] = 27;
    assert_eq!(Signed::read(&everywhere), Err(Unreadable::NoChain(27)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn what_was_written_is_read_the_same(unsigned in transactions(), key in keys()) {
        let signed = sealed(unsigned.clone(), &key);
        let read = Signed::read(signed.raw()).unwrap();
        prop_assert_eq!(&read, &signed);
        prop_assert_eq!(read.unsigned(), &unsigned);
        prop_assert_eq!(read.signer(), address(&key));
        let kept = serde_json::to_value(&unsigned).unwrap();
        prop_assert_eq!(serde_json::from_value::<Unsigned>(kept).unwrap(), unsigned);
    }

    #[test]
    fn changed_bytes_are_refused_or_are_another_transaction(
        unsigned in transactions(),
        key in keys(),
        at in any::<prop::sample::Index>(),
        by in 1_u8..=255,
        end in any::<prop::sample::Index>(),
    ) {
        let signed = sealed(unsigned, &key);
        let mut changed = signed.raw().to_vec();
        let at = at.index(changed.len());
        changed[at] ^= by;
        if let Ok(other) = Signed::read(&changed) {
            prop_assert_eq!(&other.raw()[..], &changed[..]);
            prop_assert!(other.unsigned() != signed.unsigned() || other.signer() != signed.signer());
        }
        let shorter = end.index(signed.raw().len());
        prop_assert!(Signed::read(&signed.raw()[..shorter]).is_err());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..400), kind in 0_u8..3) {
        let _ = Signed::read(&bytes);
        let typed = [&[kind], &alloy_rlp::encode(&bytes[..])[..]].concat();
        let _ = Signed::read(&typed);
    }
}
