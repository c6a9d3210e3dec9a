use alloy_primitives::{Address, U256, hex, keccak256};
use k256::ecdsa::SigningKey;
use serde_json::{Value, json};

use super::*;
use crate::transactions::Signature;

/// The example of the specification.
fn mail() -> Value {
    json!({
        "types": {
            "EIP712Domain": [
                {"name": "name", "type": "string"},
                {"name": "version", "type": "string"},
                {"name": "chainId", "type": "uint256"},
                {"name": "verifyingContract", "type": "address"},
            ],
            "Person": [
                {"name": "name", "type": "string"},
                {"name": "wallet", "type": "address"},
            ],
            "Mail": [
                {"name": "from", "type": "Person"},
                {"name": "to", "type": "Person"},
                {"name": "contents", "type": "string"},
            ],
        },
        "primaryType": "Mail",
        "domain": {
            "name": "Ether Mail", "version": "1", "chainId": 1,
            "verifyingContract": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC",
        },
        "message": {
            "from": {"name": "Cow", "wallet": "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"},
            "to": {"name": "Bob", "wallet": "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"},
            "contents": "Hello, Bob!",
        },
    })
}

/// A permit of EIP-2612.
fn permit() -> Value {
    let field = |name: &str, kind: &str| json!({"name": name, "type": kind});
    json!({
        "types": {"Permit": [
            field("owner", "address"), field("spender", "address"), field("value", "uint256"),
            field("nonce", "uint256"), field("deadline", "uint256"),
        ]},
        "primaryType": "Permit",
        "domain": {"name": "Token", "version": "1", "chainId": 137,
                   "verifyingContract": Address::repeat_byte(0x11)},
        "message": {
            "owner": Address::repeat_byte(0x22), "spender": Address::repeat_byte(0x33),
            "value": U256::MAX.to_string(), "nonce": 0, "deadline": "0x10",
        },
    })
}

fn changed(pointer: &str, value: Value) -> Value {
    let mut document = mail();
    *document.pointer_mut(pointer).unwrap() = value;
    document
}

fn place(document: &Value) -> String {
    match TypedData::read(document).unwrap_err() {
        InvalidDocument::Place { at, .. } => at,
        other @ (InvalidDocument::TooLarge(_)
        | InvalidDocument::Parts
        | InvalidDocument::Ambiguous) => panic!("expected a place, not {other:?}"),
    }
}

#[test]
fn the_example_of_the_specification_is_signed_as_it_says() {
    let typed = TypedData::read(&mail()).unwrap();

    assert_eq!(
        typed.encoded_type(),
        "Mail(Person from,Person to,string contents)Person(string name,address wallet)"
    );
    assert_eq!(
        typed.digest().to_string(),
        "0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2"
    );
    assert_eq!(typed.reach(), Reach::Chain(1));
    // Its key is the hash of `cow`.
    let key = SigningKey::from_slice(keccak256("cow").as_slice()).unwrap();
    let (pair, id) = key.sign_prehash_recoverable(typed.digest().as_slice()).unwrap();
    let (r, s) = pair.split_bytes();
    let signature =
        Signature { r: U256::from_be_slice(&r), s: U256::from_be_slice(&s), is_odd: id.is_y_odd() };
    assert_eq!(
        hex::encode(signature.to_bytes()),
        "4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d\
         07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b91562\
         1c"
    );
    let cow = "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826".parse::<Address>().unwrap();
    assert_eq!(signature.signer_of(typed.digest()), Ok(cow));
}

#[test]
fn the_digest_of_a_permit_is_made_of_its_parts_by_hand() {
    let typed = TypedData::read(&permit()).unwrap();

    let word = |number: U256| number.to_be_bytes::<32>().to_vec();
    let address = |byte: u8| [vec![0; 12], vec![byte; 20]].concat();
    let hash = |bytes: &[u8]| keccak256(bytes).to_vec();
    let domain = [
        hash(b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
        hash(b"Token"),
        hash(b"1"),
        word(U256::from(137)),
        address(0x11),
    ];
    let kind: &[u8] =
        b"Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)";
    let message = [
        hash(kind),
        address(0x22),
        address(0x33),
        word(U256::MAX),
        word(U256::ZERO),
        word(U256::from(16)),
    ];
    let whole = [vec![0x19, 0x01], hash(&domain.concat()), hash(&message.concat())].concat();
    assert_eq!(typed.digest(), keccak256(whole));
}

#[test]
fn a_document_is_written_in_one_way_whatever_way_it_came_in() {
    let typed = TypedData::read(&permit()).unwrap();
    let mut other = permit();
    other["domain"]["chainId"] = json!("0x89");
    other["message"]["value"] = json!(format!("0x{}", "f".repeat(64)));
    other["message"]["nonce"] = json!("0");
    other["message"]["deadline"] = json!(16);
    other["types"]["Unused"] = json!([{"name": "nothing", "type": "bool"}]);

    let same = TypedData::read(&other).unwrap();

    assert_eq!((same.to_string(), same.digest()), (typed.to_string(), typed.digest()));
    assert_eq!(typed.message()["deadline"], "16");
    assert_eq!(typed.message()["owner"], json!(format!("0x{}", "22".repeat(20))));
    let kept = serde_json::to_value(&typed).unwrap();
    assert_eq!(serde_json::from_value::<TypedData>(kept).unwrap(), typed);
    assert_eq!(TypedData::read(&mail()).unwrap().to_string().matches("EIP712Domain").count(), 1);
}

#[test]
fn a_document_without_a_chain_counts_on_every_one_and_says_so() {
    let mut everywhere = permit();
    everywhere["domain"].as_object_mut().unwrap().remove("chainId");
    let typed = TypedData::read(&everywhere).unwrap();
    assert_eq!(typed.reach(), Reach::EveryChain);
    assert_ne!(typed.digest(), TypedData::read(&permit()).unwrap().digest());
    for chain in [json!(0), json!("18446744073709551616"), json!(1.5), json!(null), json!(-1)] {
        assert_eq!(place(&changed("/domain/chainId", chain)), "/domain/chainId");
    }
}

#[test]
fn what_no_signature_would_cover_is_refused_at_its_place() {
    let mut stray = mail();
    stray["message"]["to"]["note"] = json!("you may have it all");
    assert_eq!(place(&stray), "/message/to/note");
    let mut domain = mail();
    domain["domain"]["owner"] = json!("me");
    assert_eq!(place(&domain), "/domain/owner");
    let mut declared = mail();
    declared["types"]["EIP712Domain"].as_array_mut().unwrap().swap(0, 1);
    assert_eq!(place(&declared), "/types/EIP712Domain");
    assert_eq!(place(&changed("/domain", json!({}))), "/domain");
    let mut fifth = mail();
    fifth["more"] = json!(1);
    assert_eq!(TypedData::read(&fifth), Err(InvalidDocument::Parts));
    let long = changed("/message/contents", json!("x".repeat(MAX_DOCUMENT)));
    assert!(matches!(TypedData::read(&long), Err(InvalidDocument::TooLarge(_))));
}

#[test]
fn values_that_do_not_fit_their_types_are_refused() {
    let of = |kind: &str, value: &Value| {
        json!({
            "types": {"T": [{"name": "v", "type": kind}]}, "primaryType": "T",
            "domain": {"name": "test"}, "message": {"v": value},
        })
    };
    for (kind, value) in [
        ("uint8", json!(255)),
        ("int8", json!(-128)),
        ("bytes4", json!("0x01020304")),
        ("bytes", json!("0x")),
        ("bool", json!(true)),
        ("uint256[2]", json!([1, "2"])),
        ("bytes32[]", json!([])),
    ] {
        assert!(TypedData::read(&of(kind, &value)).is_ok(), "{kind} {value}");
    }
    for (kind, value) in [
        ("uint8", json!(256)),
        ("int8", json!(128)),
        ("uint256", json!(1.0)),
        ("uint256", json!(1e30)),
        ("uint256", json!("one")),
        ("bytes4", json!("0x010203")),
        ("bytes4", json!("0x0102030405")),
        ("bytes", json!("0x0")),
        ("address", json!("0x01")),
        ("bool", json!(1)),
        ("string", json!(1)),
        ("uint256[2]", json!([1])),
        ("uint256", json!(null)),
    ] {
        assert!(place(&of(kind, &value)).starts_with("/message"), "{kind} {value}");
    }
    for kind in ["uint", "int", "uint7", "bytes33", "function", "(uint256)", "T", "a b", "U[x]", ""]
    {
        let at = place(&of(kind, &json!({})));
        assert!(at.starts_with("/types/T/0"), "{kind}: {at}");
    }
    assert!(TypedData::read(&changed("/message/to", json!({"name": "Bob"}))).is_err());
    assert_eq!(place(&changed("/primaryType", json!("Letter"))), "/primaryType");
    assert_eq!(place(&changed("/primaryType", json!("EIP712Domain"))), "/primaryType");
}

#[test]
fn types_that_double_with_each_step_are_not_followed() {
    let field = |name: &str, kind: String| json!({"name": name, "type": kind});
    let mut document = mail();
    for step in 0..40 {
        let next = || format!("T{}", step + 1);
        document["types"][format!("T{step}")] = json!([field("a", next()), field("b", next())]);
    }
    document["types"]["T40"] = json!([]);
    document["primaryType"] = json!("T0");
    assert!(place(&document).starts_with("/types/T"));
}
