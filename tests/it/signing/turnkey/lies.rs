//! What Turnkey, or what is between, may answer wrongly: nothing of it gets out.

use chainkeel::signing::{BadReply, Error};

use super::super::{a_key, signed, transfer};
use super::enclave::Lie;
use super::peer::{Mood, Provider};

#[actix_web::test]
async fn a_wrong_transaction_of_turnkey_is_refused() {
    let turnkey = Provider::start();
    let (signer, key) = (turnkey.signer(), a_key());
    let address = signer.create(&key).await.unwrap();
    let lies = [Lie::AnotherNonce, Lie::HighS, Lie::AnotherKey, Lie::Garbage, Lie::Longer];
    for (nonce, lie) in (0..).zip(lies) {
        turnkey.turn(Mood::Lies(lie));
        let refused = signed(&signer, (&key, address), &transfer(nonce)).await.unwrap_err();
        assert!(!refused.is_transient(), "{lie:?}");
        let Error::Reply(why) = refused else { panic!("{lie:?}: {refused:?}") };
        let is_told = match lie {
            Lie::AnotherNonce => why == BadReply::Differs("the nonce"),
            Lie::AnotherKey => {
                matches!(why, BadReply::Signer { expected, .. } if expected == address)
            }
            Lie::HighS | Lie::Garbage | Lie::Longer => matches!(why, BadReply::Unreadable(_)),
        };
        assert!(is_told, "{lie:?}: {why:?}");
    }
}

#[actix_web::test]
async fn answers_that_are_none_are_told_apart_by_whether_another_try_may_help() {
    let turnkey = Provider::start();
    let (signer, key) = (turnkey.signer(), a_key());
    let address = signer.create(&key).await.unwrap();
    let transaction = transfer(0);
    for (status, may_help) in
        [(429, true), (500, true), (503, true), (400, false), (403, false), (302, false)]
    {
        turnkey.turn(Mood::Answers(status));
        let error = signed(&signer, (&key, address), &transaction).await.unwrap_err();
        assert_eq!(error.is_transient(), may_help, "{status}: {error:?}");
        let says = error.to_string();
        assert!(says.contains(&status.to_string()) && says.contains("not now"), "{says}");
    }
    turnkey.turn(Mood::SaysNonsense);
    let nonsense = signed(&signer, (&key, address), &transaction).await.unwrap_err();
    assert!(matches!(nonsense, Error::Reply(BadReply::Garbled(_))), "{nonsense:?}");

    turnkey.turn(Mood::Honest);
    signed(&signer, (&key, address), &transaction).await.unwrap();
}

#[actix_web::test]
async fn a_key_that_is_another_one_by_now_signs_nothing() {
    let turnkey = Provider::start();
    let (signer, key) = (turnkey.signer(), a_key());
    let address = signer.create(&key).await.unwrap();
    turnkey.inside().keys[0].key = k256::ecdsa::SigningKey::from_slice(&[9; 32]).unwrap();

    let refused = signed(&turnkey.signer(), (&key, address), &transfer(0)).await.unwrap_err();

    assert!(matches!(refused, Error::Reply(BadReply::Signer { .. })), "{refused:?}");
    assert_eq!(turnkey.activities("ACTIVITY_TYPE_SIGN_TRANSACTION_V2"), 0);
}
