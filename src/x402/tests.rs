use alloy_primitives::{Address, B256, Bytes, U256, address, b256, hex};
use k256::ecdsa::SigningKey;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::transactions::Signature;

const NOW: i64 = 1_740_672_100;

fn terms() -> Terms {
    Terms {
        chain: 84_532,
        asset: address!("0x036CbD53842c5426634e7929541eC2318f3dCF7e"),
        amount: U256::from(10_000),
        pay_to: address!("0x209693Bc6afc0C5328bA36FaF03C514EF312287C"),
        max_timeout_seconds: 60,
        token: Token { name: "USDC".to_owned(), version: "2".to_owned() },
    }
}

fn resource() -> Resource {
    Resource {
        url: "https://api.example.com/premium".to_owned(),
        description: "Premium data".to_owned(),
        mime_type: "application/json".to_owned(),
    }
}

fn a_key() -> SigningKey {
    SigningKey::from_slice(&[0x46; 32]).unwrap()
}

fn address_of(key: &SigningKey) -> Address {
    let point = key.verifying_key().to_encoded_point(false);
    Address::from_raw_public_key(&point.as_bytes()[1..])
}

fn signed(key: &SigningKey, digest: B256) -> Signature {
    let (pair, id) = key.sign_prehash_recoverable(digest.as_slice()).unwrap();
    let (r, s) = pair.split_bytes();
    let whole =
        Signature { r: U256::from_be_slice(&r), s: U256::from_be_slice(&s), is_odd: id.is_y_odd() };
    whole.lowered().0
}

fn authorization() -> Authorization {
    Authorization::paying(&terms(), address_of(&a_key()), NOW, B256::repeat_byte(7))
}

fn paid_by(authorization: Authorization, terms: &Terms, version: Version) -> Payment {
    let document = authorization.document(terms.chain, terms.asset, &terms.token).unwrap();
    let signature = signed(&a_key(), document.digest());
    Payment { version, chain: terms.chain, authorization, signature }
}

fn payment() -> Payment {
    paid_by(authorization(), &terms(), Version::V2)
}

#[test]
fn what_is_signed_is_the_digest_that_the_standard_says() {
    // By hand: the hash of the type of EIP-3009, and of the domain of the token.
    let document = authorization().document(84_532, terms().asset, &terms().token).unwrap();
    assert_eq!(
        document.encoded_type(),
        "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 \
         validBefore,bytes32 nonce)"
    );
    assert_eq!(
        alloy_primitives::keccak256(document.encoded_type()),
        b256!("0x7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a2267"),
    );
    let word = |number: u64| U256::from(number).to_be_bytes::<32>();
    let it = authorization();
    let message = [
        &hex!("7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a2267")[..],
        &it.from.into_word()[..],
        &it.to.into_word()[..],
        &word(10_000),
        &it.valid_after.to_be_bytes::<32>(),
        &it.valid_before.to_be_bytes::<32>(),
        &it.nonce[..],
    ]
    .concat();
    let hash = |text: &str| alloy_primitives::keccak256(text);
    let domain = [
        &hash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
            [..],
        &hash("USDC")[..],
        &hash("2")[..],
        &word(84_532),
        &terms().asset.into_word()[..],
    ]
    .concat();
    let whole = [
        &[0x19, 0x01][..],
        &alloy_primitives::keccak256(domain)[..],
        &alloy_primitives::keccak256(message)[..],
    ]
    .concat();
    assert_eq!(document.digest(), alloy_primitives::keccak256(whole));
}

#[test]
fn a_contract_is_told_of_it_word_by_word() {
    let payment = payment();
    let data = payment.authorization.transfer(&payment.signature);
    assert_eq!(data[..4], hex!("e3ee160e"));
    assert_eq!(data.len(), 4 + 9 * 32);
    assert_eq!(data[4 + 2 * 32..4 + 3 * 32], U256::from(10_000).to_be_bytes::<32>());
    assert!([27, 28].contains(&data[4 + 7 * 32 - 1]));
    let asked = payment.authorization.asks_state();
    assert_eq!(asked[..4], hex!("e94a0102"));
    assert_eq!(asked[36..], B256::repeat_byte(7)[..]);
    assert_eq!(payment.authorization.asks_balance()[..4], hex!("70a08231"));
    assert_eq!(
        payment.authorization.used_topics()[0],
        b256!("0x98de503528ee59b575ef0c0a2576a82497bfc029a5685b209e9ec333479b10a5"),
    );
}

#[test]
fn what_a_seller_asks_is_read_as_it_was_written() {
    for version in [Version::V1, Version::V2] {
        let written = Demand::written(version, &terms(), &resource(), "pay first");
        let read = match version {
            Version::V1 => Demand::read(None, written.to_string().as_bytes()),
            Version::V2 => Demand::read(Some(encoded(&written).as_bytes()), b"{}"),
        }
        .unwrap();
        assert_eq!((read.version, &*read.error), (version, "pay first"));
        assert_eq!(read.resource, resource());
        assert_eq!(read.offers.len(), 1);
        assert_eq!(read.offers[0].terms, terms());
    }
    let first = Demand::written(Version::V1, &terms(), &resource(), "");
    assert_eq!(first["accepts"][0]["network"], "base-sepolia");
    assert_eq!(first["accepts"][0]["maxAmountRequired"], "10000");
    let second = Demand::written(Version::V2, &terms(), &resource(), "");
    assert_eq!(second["accepts"][0]["network"], "eip155:84532");
    assert_eq!(second["accepts"][0]["amount"], "10000");
    assert_eq!(second["resource"]["url"], "https://api.example.com/premium");
}

#[test]
fn the_cheapest_way_is_chosen_and_what_is_not_spoken_is_told() {
    let dear = terms().written(Version::V2, &resource());
    let cheap = Terms { amount: U256::from(9), ..terms() }.written(Version::V2, &resource());
    let mut solana = dear.clone();
    solana["network"] = json!("solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp");
    let mut upto = dear.clone();
    upto["scheme"] = json!("upto");
    let mut permit2 = dear.clone();
    permit2["extra"]["assetTransferMethod"] = json!("permit2");
    let demand = json!({
        "x402Version": 2, "resource": {"url": "https://x"},
        "accepts": [dear, solana, upto, permit2, cheap, 7],
    });
    let read = Demand::read(None, demand.to_string().as_bytes()).unwrap();
    assert_eq!((read.offers.len(), read.unspoken.len()), (2, 4));
    assert_eq!(read.cheapest(|_| true).unwrap().terms.amount, U256::from(9));
    assert_eq!(read.cheapest(|it| it.chain == 1), None);
    let told = read.in_words();
    for part in ["9 of 0x036CbD53842c5426634e7929541eC2318f3dCF7e", "solana", "upto", "permit2"] {
        assert!(told.contains(part), "{told}");
    }
}

#[test]
fn a_payment_is_read_as_it_was_written() {
    for version in [Version::V1, Version::V2] {
        let payment = paid_by(authorization(), &terms(), version);
        let header = encoded(&payment.written(&terms(), &resource()));
        assert_eq!(Payment::read(version, header.as_bytes()), Ok(payment.clone()));
        // As a payer writes it who tells the seller his own words.
        let demand = Demand::written(version, &terms(), &resource(), "");
        let demand = Demand::read(None, demand.to_string().as_bytes()).unwrap();
        let header = encoded(&payment.answering(&demand.offers[0]));
        assert_eq!(Payment::read(version, header.as_bytes()), Ok(payment.clone()));
        assert_eq!(verify(&payment, &terms(), NOW), Ok(()));
    }
    // Padding is not minded.
    let header = encoded(&payment().written(&terms(), &resource()));
    let read = Payment::read(Version::V2, header.trim_end_matches('=').as_bytes());
    assert_eq!(read, Ok(payment()));
}

/// The payload of the second version with one place changed; a key at the end, or none to remove it.
fn changed(pointer: &str, value: Value) -> Result<Payment, Misread> {
    let mut written = payment().written(&terms(), &resource());
    *written.pointer_mut(pointer).unwrap() = value;
    Payment::read(Version::V2, encoded(&written).as_bytes())
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place() {
    for header in [&b"not base64!"[..], b"", &b"\xff\xfe"[..]] {
        let refused = Payment::read(Version::V2, header).unwrap_err();
        assert!(matches!(refused, Misread::Base64 | Misread::Json), "{refused}");
    }
    for json in ["[1]", "7", "\"a\"", "{", "null"] {
        use base64::Engine as _;
        let header = base64::prelude::BASE64_STANDARD.encode(json);
        assert_eq!(Payment::read(Version::V2, header.as_bytes()), Err(Misread::Json), "{json}");
    }
    let large = vec![b'A'; 1024 * 1024];
    assert_eq!(Payment::read(Version::V1, &large), Err(Misread::TooLarge(1024 * 1024)));
    let it = "/payload/authorization";
    for (pointer, value) in [
        ("/x402Version".to_owned(), json!(1)),
        ("/x402Version".to_owned(), json!("2")),
        ("/accepted/scheme".to_owned(), json!("upto")),
        ("/accepted/network".to_owned(), json!("eip155:")),
        ("/accepted/network".to_owned(), json!("eip155:+1")),
        ("/accepted/network".to_owned(), json!(84532)),
        ("/payload/signature".to_owned(), json!("0x1234")),
        ("/payload/signature".to_owned(), json!(7)),
        ("/payload/signature".to_owned(), json!(format!("0x{}", "00".repeat(96)))),
        (format!("{it}/value"), json!(10_000)),
        (format!("{it}/value"), json!("-1")),
        (format!("{it}/value"), json!("1e4")),
        (format!("{it}/value"), json!("9".repeat(79))),
        (format!("{it}/from"), json!("0x12")),
        (format!("{it}/to"), json!("0x209693bC6afc0C5328bA36FaF03C514EF312287C")),
        (format!("{it}/nonce"), json!("0x01")),
        (it.to_owned(), json!([])),
        ("/payload".to_owned(), json!("text")),
        ("/accepted".to_owned(), Value::Null),
    ] {
        let refused = changed(&pointer, value.clone()).unwrap_err();
        let Misread::Field { at, .. } = &refused else { panic!("{pointer} {value}: {refused}") };
        assert!(at.starts_with(&pointer), "{pointer} {value}: {refused}");
    }
    // Both spellings of a number are one.
    assert_eq!(changed(&format!("{it}/value"), json!("0x2710")), Ok(payment()));
}

#[test]
fn what_does_not_fit_what_was_asked_is_refused() {
    let fits = |payment: &Payment| verify(payment, &terms(), NOW);
    let other = |change: &dyn Fn(&mut Authorization)| {
        let mut authorization = authorization();
        change(&mut authorization);
        fits(&paid_by(authorization, &terms(), Version::V2))
    };
    assert_eq!(fits(&payment()), Ok(()));
    assert!(matches!(other(&|it| it.value -= U256::ONE), Err(Wrong::Amount { .. })));
    assert!(matches!(other(&|it| it.value += U256::ONE), Err(Wrong::Amount { .. })));
    assert!(matches!(other(&|it| it.to = Address::ZERO), Err(Wrong::Recipient(_))));
    assert!(matches!(other(&|it| it.valid_after = U256::from(NOW)), Err(Wrong::TooEarly(_))));
    assert!(matches!(other(&|it| it.valid_before = U256::from(NOW + 6)), Err(Wrong::TooLate(_))));
    assert_eq!(other(&|it| it.valid_before = U256::from(NOW + 7)), Ok(()));
    assert!(matches!(other(&|it| it.valid_before = U256::MAX), Err(Wrong::TooLong(_))));
    assert!(matches!(
        fits(&Payment { chain: 8_453, ..payment() }),
        Err(Wrong::Chain { paid: 8_453, asked: 84_532 })
    ));
}

#[test]
fn a_signature_counts_for_one_token_one_chain_and_one_transfer() {
    let signature_of = |terms: &Terms| paid_by(authorization(), terms, Version::V2).signature;
    let renamed = Token { name: "USDC".to_owned(), version: "1".to_owned() };
    for elsewhere in [
        Terms { asset: Address::repeat_byte(9), ..terms() },
        Terms { chain: 8_453, ..terms() },
        Terms { token: renamed, ..terms() },
    ] {
        let payment = Payment { signature: signature_of(&elsewhere), ..payment() };
        assert!(matches!(verify(&payment, &terms(), NOW), Err(Wrong::Signature(_))));
    }
    let mut stolen = payment();
    stolen.authorization.from = Address::repeat_byte(3);
    assert!(matches!(verify(&stolen, &terms(), NOW), Err(Wrong::Signature(_))));
    // The other half of the curve would be a second spelling of the same payment.
    let order: U256 =
        "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141".parse().unwrap();
    let Signature { r, s, is_odd } = payment().signature;
    let high = Signature { r, s: order - s, is_odd: !is_odd };
    let refused = verify(&Payment { signature: high, ..payment() }, &terms(), NOW);
    assert!(matches!(&refused, Err(Wrong::Signature(why)) if why.contains("upper half")));
    assert_eq!(refused.unwrap_err().code(), "invalid_exact_evm_payload_signature");
}

#[test]
fn what_became_of_a_payment_is_read_as_it_was_written() {
    for receipt in [
        Receipt {
            is_success: true,
            reason: None,
            transaction: Some(B256::repeat_byte(1)),
            payer: Some(Address::repeat_byte(2)),
        },
        Receipt {
            is_success: false,
            reason: Some("insufficient_funds".to_owned()),
            transaction: None,
            payer: None,
        },
    ] {
        for version in [Version::V1, Version::V2] {
            let header = encoded(&receipt.written(version, 8_453));
            assert_eq!(Receipt::of_header(header.as_bytes()), Ok(receipt.clone()));
        }
    }
    assert!(Receipt::read(&json!({"transaction": "0x"})).is_err());
    assert!(Verified::read(&json!({"isValid": "true"})).is_err());
    let refused = Verified::read(&json!({"isValid": false, "invalidReason": "x"})).unwrap();
    assert_eq!(refused, Verified { is_valid: false, reason: Some("x".to_owned()) });
}

#[test]
fn what_a_token_says_of_a_nonce_is_a_word_of_one_or_zero() {
    let word = |number: u64| U256::from(number).to_be_bytes::<32>();
    assert_eq!(State::of(&word(0)), Some(State::Free));
    assert_eq!(State::of(&word(1)), Some(State::Used));
    assert_eq!(State::of(&word(2)), None);
    assert_eq!(State::of(&Bytes::new()), None);
    assert_eq!(State::of(&[1]), None);
}

proptest! {
    #[test]
    fn no_header_makes_the_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = Payment::read(Version::V1, &bytes);
        let _ = Payment::read(Version::V2, &bytes);
        let _ = Demand::read(Some(&bytes), &bytes);
        let _ = Demand::read(None, &bytes);
        let _ = Receipt::of_header(&bytes);
    }

    #[test]
    fn whatever_is_changed_of_a_payment_it_is_refused(
        at in 0_usize..6, by in 1_u64..u64::MAX, flip in 0_usize..64,
    ) {
        let mut payment = payment();
        let it = &mut payment.authorization;
        match at {
            0 => it.value = it.value.wrapping_add(U256::from(by)),
            1 => it.valid_after = it.valid_after.wrapping_sub(U256::from(by % 1_000 + 1)),
            2 => it.valid_before = it.valid_before.wrapping_add(U256::from(by % 1_000 + 1)),
            3 => it.nonce[flip / 2] ^= 1 << (by % 8),
            4 => payment.signature.r ^= U256::ONE << flip,
            _ => it.from.0[flip % 20] ^= 1 << (by % 8),
        }
        prop_assert!(verify(&payment, &terms(), NOW).is_err());
    }
}
