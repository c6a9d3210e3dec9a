//! Keys in a real token.

use std::time::Duration;

use alloy_primitives::{Address, U256};
use chainkeel::signing::{Error, PrivateKey};
use chainkeel::transactions::Signed;
use futures::future::join_all;
use serde_json::{Value, json};

use super::{a_key, of_each_kind, permit, sign_document, signed, transfer};
use crate::support::anvil::Anvil;
use crate::support::softhsm::SoftHsm;

#[tokio::test]
async fn what_a_token_signs_is_mined_under_the_predicted_hash() {
    let (token, anvil) = tokio::join!(SoftHsm::start(), Anvil::start());
    let (signer, key) = (token.signer(), a_key());
    let address = signer.create(&key).await.unwrap();
    anvil.ask("anvil_setBalance", &json!([address, "0xde0b6b3a7640000"])).await;

    let mut sent = Vec::new();
    for transaction in of_each_kind() {
        let given = signed(&signer, (&key, address), &transaction).await.unwrap();
        let hash = anvil.ask("eth_sendRawTransaction", &json!([given.raw()])).await;
        assert_eq!(hash, json!(given.hash()));
        sent.push(given);
    }
    anvil.mine(1).await;

    for (signed, kind) in sent.iter().zip(["0x2", "0x0", "0x1", "0x2"]) {
        let receipt = anvil.ask("eth_getTransactionReceipt", &json!([signed.hash()])).await;
        assert_eq!((&receipt["status"], &receipt["type"]), (&json!("0x1"), &json!(kind)));
        assert_eq!(receipt["from"], json!(address));
        let created: Option<Address> =
            serde_json::from_value(receipt.get("contractAddress").cloned().unwrap_or(Value::Null))
                .unwrap();
        assert_eq!(created, signed.creates());
    }
    let received =
        anvil.ask("eth_getBalance", &json!([Address::repeat_byte(0xbb), "latest"])).await;
    assert_eq!(serde_json::from_value::<U256>(received).unwrap(), U256::from(3 * 12_345));
}

#[tokio::test]
async fn a_token_makes_a_key_once_gives_none_away_and_signs_for_its_organization_alone() {
    let token = SoftHsm::start().await;
    let (signer, key) = (token.signer(), a_key());
    assert!(matches!(signer.address(&key).await, Err(Error::NoKey(_))));
    let address = signer.create(&key).await.unwrap();
    assert_eq!(signer.create(&key).await.unwrap(), address);
    // Another process, later, finds the same.
    assert_eq!(token.signer().address(&key).await.unwrap(), address);
    let refused = signer.import(&a_key(), &PrivateKey::new([7; 32]).unwrap()).await;
    assert!(matches!(refused, Err(Error::NoImport)), "{refused:?}");
    let refused = signed(&signer, (&a_key(), address), &transfer(0)).await;
    assert!(matches!(refused, Err(Error::NoKey(_))), "{refused:?}");

    sign_document(&signer, (&key, address), &permit(0)).await;

    // More orders than may wait: the others are told so, and none is lost.
    let transactions: Vec<_> = (0..260).map(transfer).collect();
    let orders =
        transactions.iter().map(|transaction| signed(&signer, (&key, address), transaction));
    let (mut done, mut busy) = (0, 0);
    for answer in join_all(orders).await {
        match answer {
            // It is read as nodes do, which take no high `s`.
            Ok(given) => {
                assert_eq!(Signed::read(given.raw()).unwrap().signer(), address);
                done += 1;
            }
            Err(Error::Busy(_)) => busy += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!((done, busy), (256, 4));
}

#[tokio::test]
async fn a_token_that_goes_away_and_comes_back_loses_no_order() {
    let token = SoftHsm::start().await;
    let (signer, key) = (token.signer(), a_key());
    let address = signer.create(&key).await.unwrap();

    assert!(SoftHsm::kill_hosts() >= 1);
    signed(&signer, (&key, address), &transfer(0)).await.unwrap();

    token.take_away();
    SoftHsm::kill_hosts();
    let (waiting, unsigned) = (signer.clone(), transfer(1));
    let back = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        token.bring_back();
    };
    let (signed_later, ()) = tokio::join!(signed(&waiting, (&key, address), &unsigned), back);
    assert_eq!(signed_later.unwrap().signer(), address);

    token.take_away();
    SoftHsm::kill_hosts();
    let gone = signed(&signer, (&key, address), &transfer(2)).await.unwrap_err();
    assert!(matches!(&gone, Error::Gone(_)) && gone.is_transient(), "{gone:?}");
    token.bring_back();
    signed(&signer, (&key, address), &transfer(2)).await.unwrap();
}

#[tokio::test]
async fn a_wrong_pin_is_told_to_the_token_once() {
    let token = SoftHsm::start().await;
    let signer = token.with_pin("0000-not-it");
    for attempt in 1..=2 {
        let refused = signer.create(&a_key()).await.unwrap_err();
        assert!(matches!(&refused, Error::Pin(_)) && !refused.is_transient(), "{refused:?}");
        assert!(!format!("{refused:?}").contains("0000-not-it"));
        if attempt == 1 {
            // Were the token asked again, it would be missed.
            token.take_away();
        }
    }
}
