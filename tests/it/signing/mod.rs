//! The last door before a key, with real keepers of keys behind it.

mod keystore;
mod kms;
mod pkcs11;
mod turnkey;

use alloy_primitives::{Address, B256, Bytes, U256};
use chainkeel::primitives::OrganizationId;
use chainkeel::signing::{
    Attempt, Clearance, Error, KeyName, Outcome, Ruling, Signer, TypedClearance,
};
use chainkeel::transactions::{Access, Fees, Reach, Signature, Signed, TypedData, Unsigned};
use serde_json::json;
use time::OffsetDateTime;
use time::macros::datetime;

/// A key of an organization of its own.
fn a_key() -> KeyName {
    KeyName::new(OrganizationId::generate(), "wallet_1").unwrap()
}

/// A transfer on the chain of anvil.
fn transfer(nonce: u64) -> Unsigned {
    Unsigned {
        chain_id: 31337,
        nonce,
        gas_limit: 21_000,
        to: Some(Address::repeat_byte(0xbb)),
        value: U256::from(12_345),
        data: Bytes::new(),
        access_list: Vec::new(),
        fees: Fees::Dynamic { max_fee: 30_000_000_000, max_priority_fee: 1_000_000_000 },
    }
}

/// One transaction of each envelope, and one that makes a contract, with nonces from 0.
fn of_each_kind() -> [Unsigned; 4] {
    let gas_price = 30_000_000_000;
    let access = Access {
        address: Address::repeat_byte(0xbb),
        storage_keys: vec![B256::ZERO, B256::repeat_byte(1)],
    };
    [
        transfer(0),
        Unsigned { fees: Fees::Legacy { gas_price }, ..transfer(1) },
        Unsigned {
            fees: Fees::Legacy { gas_price },
            access_list: vec![access],
            gas_limit: 60_000,
            ..transfer(2)
        },
        // Its code is nothing but an end.
        Unsigned {
            to: None,
            value: U256::ZERO,
            data: Bytes::from_static(&[0]),
            gas_limit: 100_000,
            ..transfer(3)
        },
    ]
}

/// Has a transaction cleared and signed.
async fn signed(
    signer: &Signer,
    key: (&KeyName, Address),
    transaction: &Unsigned,
) -> Result<Signed, Error> {
    match ordered(signer, key, transaction, first()).await? {
        Outcome::Signed(given) => Ok(*given),
        Outcome::Pending { reference } => panic!("it waits for {reference}"),
    }
}

/// Has a transaction cleared, and gives its order.
async fn ordered(
    signer: &Signer,
    key: (&KeyName, Address),
    transaction: &Unsigned,
    at: OffsetDateTime,
) -> Result<Outcome, Error> {
    let ruling = Ruling::Allowed { signer: key.1, digest: transaction.digest() };
    let clearance = Clearance::granted(&ruling).unwrap();
    let attempt = Attempt { key: "intent".to_owned(), at };
    signer.sign_transaction(key, transaction, &clearance, &attempt).await
}

/// Has a document cleared, and gives its order.
async fn document_ordered(
    signer: &Signer,
    key: (&KeyName, Address),
    document: &TypedData,
) -> Result<Outcome<Signature>, Error> {
    let ruling = Ruling::AllowedDocument { signer: key.1, digest: document.digest() };
    let clearance = TypedClearance::granted(&ruling).unwrap();
    let attempt = Attempt { key: "intent".to_owned(), at: first() };
    signer.sign_typed_data(key, (document, document.reach()), &clearance, &attempt).await
}

/// Has a document signed, and looks whose signature it is.
async fn sign_document(signer: &Signer, key: (&KeyName, Address), document: &TypedData) {
    let outcome = document_ordered(signer, key, document).await.unwrap();
    let Outcome::Signed(given) = outcome else { panic!("{outcome:?}") };
    assert_eq!(given.signer_of(document.digest()), Ok(key.1));
}

/// When orders are given first.
fn first() -> OffsetDateTime {
    datetime!(2026-11-29 12:00:00.5 UTC)
}

/// A permit for a token on the chain of anvil.
fn permit(nonce: u64) -> TypedData {
    let field = |name: &str, kind: &str| json!({"name": name, "type": kind});
    let document = json!({
        "types": {"Permit": [
            field("owner", "address"), field("spender", "address"), field("value", "uint256"),
            field("nonce", "uint256"), field("deadline", "uint256"),
        ]},
        "primaryType": "Permit",
        "domain": {"name": "Token", "version": "1", "chainId": 31337,
                   "verifyingContract": Address::repeat_byte(0x11)},
        "message": {
            "owner": Address::repeat_byte(0x22), "spender": Address::repeat_byte(0x33),
            "value": U256::MAX.to_string(), "nonce": nonce, "deadline": "1893456000",
        },
    });
    let typed = TypedData::read(&document).unwrap();
    assert_eq!(typed.reach(), Reach::Chain(31337));
    typed
}
