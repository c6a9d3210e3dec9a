//! Documents, which Turnkey sees whole.

use chainkeel::signing::Outcome;

use super::super::{a_key, document_ordered, permit, sign_document};
use super::peer::{Mood, Provider};

#[actix_web::test]
async fn turnkey_is_given_the_whole_document_and_signs_it_once() {
    let turnkey = Provider::start();
    let (signer, key) = (turnkey.signer(), a_key());
    let address = signer.create(&key).await.unwrap();
    for nonce in [0, 0, 1] {
        sign_document(&turnkey.signer(), (&key, address), &permit(nonce)).await;
    }
    assert_eq!(turnkey.activities("ACTIVITY_TYPE_SIGN_RAW_PAYLOAD_V2"), 2);
}

#[actix_web::test]
async fn a_document_that_waits_for_people_is_signed_when_they_agree() {
    let turnkey = Provider::start();
    let (signer, key) = (turnkey.signer(), a_key());
    let address = signer.create(&key).await.unwrap();
    turnkey.turn(Mood::AsksPeople);
    let waiting = document_ordered(&signer, (&key, address), &permit(0)).await.unwrap();
    assert!(matches!(waiting, Outcome::Pending { .. }), "{waiting:?}");
    turnkey.decide("ACTIVITY_STATUS_COMPLETED");
    sign_document(&signer, (&key, address), &permit(0)).await;
}
