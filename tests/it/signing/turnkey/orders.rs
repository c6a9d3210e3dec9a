//! Orders, from the first time they are given until they are settled.

use std::time::Duration;

use chainkeel::signing::{Error, Outcome, Signer};

use super::super::{a_key, first, of_each_kind, ordered, signed, transfer};
use super::peer::{Mood, Provider};

const SIGN: &str = "ACTIVITY_TYPE_SIGN_TRANSACTION_V2";

#[actix_web::test]
async fn turnkey_signs_the_ordered_transaction_in_each_envelope() {
    let turnkey = Provider::start();
    let (signer, key) = (turnkey.signer(), a_key());
    let address = signer.create(&key).await.unwrap();
    for transaction in of_each_kind() {
        let given = signed(&signer, (&key, address), &transaction).await.unwrap();
        assert_eq!((given.signer(), given.unsigned()), (address, &transaction));
    }
    // What was found once is not looked for again.
    let asked = turnkey.inside().asked.clone();
    let tail: Vec<_> = asked.iter().rev().take(4).map(String::as_str).collect();
    assert_eq!(tail, ["/public/v1/submit/sign_transaction"; 4]);
}

#[actix_web::test]
async fn the_same_order_is_the_same_activity_and_a_later_attempt_is_another_one() {
    let turnkey = Provider::start();
    let key = a_key();
    let address = turnkey.signer().create(&key).await.unwrap();
    let transaction = transfer(0);

    // Processes that remember nothing of one another.
    for _ in 0..2 {
        signed(&turnkey.signer(), (&key, address), &transaction).await.unwrap();
    }
    assert_eq!(turnkey.activities(SIGN), 1);

    let later = first() + Duration::from_millis(1);
    ordered(&turnkey.signer(), (&key, address), &transaction, later).await.unwrap();
    assert_eq!(turnkey.activities(SIGN), 2);
}

#[actix_web::test]
async fn an_order_whose_answer_was_never_heard_is_given_again_and_signed_once() {
    let turnkey = Provider::start();
    let (signer, key) = (turnkey.signer(), a_key());
    let address = signer.create(&key).await.unwrap();
    let transaction = transfer(0);
    turnkey.turn(Mood::Mute);
    let unheard = signed(&signer, (&key, address), &transaction);
    assert!(tokio::time::timeout(Duration::from_millis(200), unheard).await.is_err());
    turnkey.turn(Mood::HangsUp);
    let cut = signed(&signer, (&key, address), &transaction).await.unwrap_err();
    assert!(matches!(&cut, Error::Gone(_)) && cut.is_transient(), "{cut:?}");

    turnkey.turn(Mood::Honest);
    let given = signed(&signer, (&key, address), &transaction).await.unwrap();

    assert_eq!(given.signer(), address);
    assert_eq!(turnkey.activities(SIGN), 1);
}

#[actix_web::test]
async fn an_activity_that_is_under_way_is_looked_at_until_it_is_done() {
    let turnkey = Provider::start();
    let (signer, key) = (turnkey.signer(), a_key());
    let address = signer.create(&key).await.unwrap();
    turnkey.turn(Mood::Slow(2));

    signed(&signer, (&key, address), &transfer(0)).await.unwrap();

    let asked = turnkey.inside().asked.clone();
    let looks = asked.iter().filter(|path| path.ends_with("/get_activity")).count();
    assert_eq!((looks, turnkey.activities(SIGN)), (2, 1));
}

#[actix_web::test]
async fn an_order_that_waits_for_people_is_given_again_and_signed_when_they_agree() {
    let turnkey = Provider::start();
    let (signer, key) = (turnkey.signer(), a_key());
    let address = signer.create(&key).await.unwrap();
    let transaction = transfer(0);
    turnkey.turn(Mood::AsksPeople);
    let ask = async |signer: &Signer| ordered(signer, (&key, address), &transaction, first()).await;

    let waiting = ask(&signer).await.unwrap();

    let Outcome::Pending { reference } = &waiting else { panic!("{waiting:?}") };
    assert!(!reference.is_empty());
    // However often it is asked, by whomever: it is the same.
    assert_eq!(ask(&turnkey.signer()).await.unwrap(), waiting);
    turnkey.decide("ACTIVITY_STATUS_COMPLETED");
    let granted = ask(&signer).await.unwrap();
    let Outcome::Signed(given) = granted else { panic!("{granted:?}") };
    assert_eq!((given.signer(), given.unsigned()), (address, &transaction));
    assert_eq!(turnkey.activities(SIGN), 1);
}

#[actix_web::test]
async fn an_order_that_people_reject_or_that_fails_says_so_and_is_not_tried_again() {
    let turnkey = Provider::start();
    let (signer, key) = (turnkey.signer(), a_key());
    let address = signer.create(&key).await.unwrap();
    turnkey.turn(Mood::AsksPeople);
    ordered(&signer, (&key, address), &transfer(0), first()).await.unwrap();
    turnkey.decide("ACTIVITY_STATUS_REJECTED");
    let rejected = signed(&signer, (&key, address), &transfer(0)).await.unwrap_err();
    assert!(rejected.to_string().contains("was rejected") && !rejected.is_transient());

    turnkey.turn(Mood::Fails);
    let failed = signed(&signer, (&key, address), &transfer(1)).await.unwrap_err();
    let says = failed.to_string();
    assert!(says.contains("failed: the policy engine says no") && !failed.is_transient(), "{says}");
}
