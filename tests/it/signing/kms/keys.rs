//! Where keys are made, and found again.

use chainkeel::primitives::OrganizationId;
use chainkeel::signing::{BadReply, Error, KeyName, PrivateKey};
use k256::ecdsa::SigningKey;
use serde_json::json;

use super::super::{a_key, signed, transfer};
use super::peer::{Inside, Provider};

#[actix_web::test]
async fn a_key_in_kms_is_made_once_and_found_by_its_alias() {
    let kms = Provider::start();
    let (signer, key) = (kms.signer(), a_key());
    assert!(matches!(signer.address(&key).await, Err(Error::NoKey(_))));

    let made = signer.create(&key).await.unwrap();

    assert_eq!(signer.create(&key).await.unwrap(), made);
    // A process that remembers nothing finds the same.
    assert_eq!(kms.signer().create(&key).await.unwrap(), made);
    assert_tagged(&kms.inside(), &key);
    let stranger = KeyName::new(OrganizationId::generate(), key.name()).unwrap();
    let refused = signed(&signer, (&stranger, made), &transfer(0)).await;
    assert!(matches!(refused, Err(Error::NoKey(_))), "{refused:?}");
    let refused = signer.import(&a_key(), &PrivateKey::new([7; 32]).unwrap()).await;
    assert!(matches!(refused, Err(Error::NoImport)), "{refused:?}");
}

#[actix_web::test]
async fn two_servers_that_make_the_same_key_at_once_use_the_same() {
    let kms = Provider::start();
    let (one, other, key) = (kms.signer(), kms.signer(), a_key());

    let (made, same) = tokio::join!(one.create(&key), other.create(&key));

    assert_eq!(made.unwrap(), same.unwrap());
    assert_eq!(kms.inside().aliases.len(), 1);
}

#[actix_web::test]
async fn a_key_that_came_to_kms_from_outside_is_refused() {
    let kms = Provider::start();
    let key = a_key();
    kms.signer().create(&key).await.unwrap();
    kms.inside().keys[0].origin = "EXTERNAL";

    let refused = kms.signer().address(&key).await.unwrap_err();

    assert!(refused.to_string().contains("from outside") && !refused.is_transient(), "{refused}");
}

#[actix_web::test]
async fn an_alias_that_leads_to_another_key_by_now_signs_nothing() {
    let kms = Provider::start();
    let key = a_key();
    let address = kms.signer().create(&key).await.unwrap();
    kms.inside().keys[0].key = SigningKey::from_slice(&[9; 32]).unwrap();

    let refused = signed(&kms.signer(), (&key, address), &transfer(0)).await.unwrap_err();

    assert!(matches!(refused, Error::Reply(BadReply::Signer { .. })), "{refused:?}");
    assert!(!kms.inside().asked.contains(&"Sign".to_owned()));
}

#[actix_web::test]
async fn a_request_with_another_secret_is_refused_and_the_secret_shown_to_nobody() {
    let kms = Provider::start();
    let refused = kms.signer_with("not the secret").create(&a_key()).await.unwrap_err();
    let says = format!("{refused:?}");
    assert!(
        says.contains("InvalidSignatureException") && !says.contains("not the secret"),
        "{says}"
    );
    assert!(!refused.is_transient() && kms.inside().asked.is_empty());
}

/// There is one key and one alias, and both say whose they are.
fn assert_tagged(inside: &Inside, key: &KeyName) {
    let organization = key.organization().to_string();
    assert_eq!((inside.keys.len(), inside.aliases.len()), (1, 1));
    assert!(inside.aliases.contains_key(&format!("alias/chainkeel/{organization}/wallet_1")));
    let tags = json!([
        {"TagKey": "chainkeel:organization", "TagValue": organization},
        {"TagKey": "chainkeel:key", "TagValue": "wallet_1"},
    ]);
    assert_eq!(*inside.tags(), tags);
}
