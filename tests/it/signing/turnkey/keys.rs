//! Where keys are made, and found again.

use chainkeel::primitives::{OrganizationId, hex};
use chainkeel::signing::{Error, KeyName, PrivateKey};
use k256::ecdsa::SigningKey;
use time::Duration;

use super::super::{a_key, signed, transfer};
use super::enclave::address;
use super::peer::{Kept, Provider};

const CREATE_ORGANIZATION: &str = "ACTIVITY_TYPE_CREATE_SUB_ORGANIZATION_V7";
const CREATE_KEY: &str = "ACTIVITY_TYPE_CREATE_PRIVATE_KEYS_V2";

#[actix_web::test]
async fn a_key_at_turnkey_is_made_once_in_a_sub_organization_of_its_organization() {
    let turnkey = Provider::start();
    let (signer, key) = (turnkey.signer(), a_key());
    assert!(matches!(signer.address(&key).await, Err(Error::NoKey(_))));

    let made = signer.create(&key).await.unwrap();

    assert_eq!(signer.create(&key).await.unwrap(), made);
    assert_eq!(address(&turnkey.inside().keys[0].key), made);
    let second = KeyName::new(key.organization(), "wallet_2").unwrap();
    assert_ne!(signer.create(&second).await.unwrap(), made);
    assert_eq!(turnkey.sub_organizations(), [format!("chainkeel-{}", key.organization())]);
    // A process that remembers nothing finds the same.
    turnkey.clock().advance(Duration::days(1));
    let later = turnkey.signer();
    assert_eq!(later.address(&key).await.unwrap(), made);
    assert_eq!(later.create(&key).await.unwrap(), made);
    let stranger = KeyName::new(OrganizationId::generate(), key.name()).unwrap();
    assert!(matches!(later.address(&stranger).await, Err(Error::NoKey(_))));
    let refused = signed(&later, (&stranger, made), &transfer(0)).await;
    assert!(matches!(refused, Err(Error::NoKey(_))), "{refused:?}");
    let refused = later.import(&a_key(), &PrivateKey::new([7; 32]).unwrap()).await;
    assert!(matches!(refused, Err(Error::NoImport)), "{refused:?}");
    assert_eq!((turnkey.activities(CREATE_ORGANIZATION), turnkey.activities(CREATE_KEY)), (1, 2));
}

#[actix_web::test]
async fn two_servers_that_make_the_same_key_at_once_make_one() {
    let turnkey = Provider::start();
    let (one, other, key) = (turnkey.signer(), turnkey.signer(), a_key());

    let (made, same) = tokio::join!(one.create(&key), other.create(&key));

    assert_eq!(made.unwrap(), same.unwrap());
    assert_eq!(turnkey.sub_organizations().len(), 1);
    assert_eq!(turnkey.inside().keys.len(), 1);
}

#[actix_web::test]
async fn keys_are_found_in_each_sub_organization_of_the_name_and_in_no_other() {
    let turnkey = Provider::start();
    let key = a_key();
    let name = format!("chainkeel-{}", key.organization());
    // A race beyond the minute has left two of them, and somebody has one that is called alike.
    for (id, name) in [("b", name.clone()), ("a", name.clone()), ("c", format!("{name} of old"))] {
        turnkey.add_sub_organization(id, &name, &[turnkey.private()]);
    }
    let kept = |organization: &str, byte| Kept {
        id: format!("key in {organization}"),
        organization: organization.to_owned(),
        name: key.name().to_owned(),
        key: SigningKey::from_slice(&[byte; 32]).unwrap(),
        exported: false,
    };
    turnkey.inside().keys.extend([kept("b", 5), kept("c", 6)]);

    let signer = turnkey.signer();
    let found = signer.address(&key).await.unwrap();

    assert_eq!(found, address(&SigningKey::from_slice(&[5; 32]).unwrap()));
    signed(&signer, (&key, found), &transfer(0)).await.unwrap();
    let second = KeyName::new(key.organization(), "wallet_2").unwrap();
    signer.create(&second).await.unwrap();
    assert_eq!(turnkey.inside().keys.last().unwrap().organization, "a");
    turnkey.inside().keys.push(kept("a", 7));
    let ambiguous = turnkey.signer().address(&key).await;
    assert!(matches!(ambiguous, Err(Error::Ambiguous(_))), "{ambiguous:?}");
}

#[actix_web::test]
async fn a_key_that_was_taken_out_of_turnkey_is_refused() {
    let turnkey = Provider::start();
    let key = a_key();
    let made = turnkey.signer().create(&key).await.unwrap();
    turnkey.inside().keys[0].exported = true;

    let refused = signed(&turnkey.signer(), (&key, made), &transfer(0)).await.unwrap_err();

    assert!(refused.to_string().contains("taken out") && !refused.is_transient(), "{refused}");
}

#[actix_web::test]
async fn an_api_key_that_is_nobody_in_a_sub_organization_makes_no_second_one() {
    let turnkey = Provider::start();
    let key = a_key();
    let theirs = hex(&[3; 32]);
    let name = format!("chainkeel-{}", key.organization());
    turnkey.add_sub_organization("a", &name, &[&theirs]);

    let refused = turnkey.signer().create(&key).await.unwrap_err();

    assert!(refused.to_string().contains("add it to its user") && !refused.is_transient());
    assert_eq!(turnkey.sub_organizations().len(), 1);
}

#[actix_web::test]
async fn an_api_key_that_nobody_knows_is_refused() {
    let turnkey = Provider::start();
    let unknown = hex(&[3; 32]);
    let refused = turnkey.signer_with(&unknown).create(&a_key()).await.unwrap_err();
    assert!(matches!(&refused, Error::Refused(why) if why.contains("401")), "{refused:?}");
    assert!(!refused.is_transient() && !format!("{refused:?}").contains(&unknown));
}
