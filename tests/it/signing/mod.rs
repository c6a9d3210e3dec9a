//! The last door before a key, with real keepers of keys behind it.

mod keystore;
mod pkcs11;

use alloy_primitives::{Address, B256, Bytes, U256};
use chainkeel::primitives::OrganizationId;
use chainkeel::signing::{Attempt, Clearance, Error, KeyName, Outcome, Ruling, Signer};
use chainkeel::transactions::{Access, Fees, Signed, Unsigned};
use time::OffsetDateTime;

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
    let ruling = Ruling::Allowed { signer: key.1, digest: transaction.digest() };
    let clearance = Clearance::granted(&ruling).unwrap();
    let attempt = Attempt { key: "intent".to_owned(), at: OffsetDateTime::UNIX_EPOCH };
    match signer.sign_transaction(key, transaction, &clearance, &attempt).await? {
        Outcome::Signed(given) => Ok(*given),
        Outcome::Pending { reference } => panic!("it waits for {reference}"),
    }
}
