//! What KMS signs, and what of its answers is refused.

use chainkeel::signing::{BadReply, Error};

use super::super::{a_key, of_each_kind, permit, sign_document, signed, transfer};
use super::peer::{Mood, Provider};

#[actix_web::test]
async fn kms_signs_transactions_in_each_envelope_and_documents() {
    let kms = Provider::start();
    let (signer, key) = (kms.signer(), a_key());
    let address = signer.create(&key).await.unwrap();
    // Half of its signatures have a high `s`, which is turned.
    for nonce in 0..8 {
        let given = signed(&signer, (&key, address), &transfer(nonce)).await.unwrap();
        assert_eq!(given.signer(), address);
    }
    for transaction in of_each_kind() {
        let given = signed(&signer, (&key, address), &transaction).await.unwrap();
        assert_eq!((given.signer(), given.unsigned()), (address, &transaction));
    }
    sign_document(&signer, (&key, address), &permit(0)).await;
}

#[actix_web::test]
async fn a_wrong_signature_of_kms_is_refused() {
    let kms = Provider::start();
    let (signer, key) = (kms.signer(), a_key());
    let address = signer.create(&key).await.unwrap();
    for mood in [Mood::SignsAnotherDigest, Mood::SignsByAnotherKey, Mood::SaysNonsense] {
        kms.turn(mood);
        let refused = signed(&signer, (&key, address), &transfer(0)).await.unwrap_err();
        let Error::Reply(why) = refused else { panic!("{mood:?}: {refused:?}") };
        let is_told = match mood {
            Mood::SaysNonsense => matches!(why, BadReply::Garbled(_)),
            Mood::SignsAnotherDigest | Mood::SignsByAnotherKey => {
                matches!(why, BadReply::Signer { expected, .. } if expected == address)
            }
            Mood::Honest | Mood::Refuses(..) => unreachable!("it is no lie"),
        };
        assert!(is_told, "{mood:?}: {why:?}");
    }
}

#[actix_web::test]
async fn refusals_of_kms_are_told_apart_by_whether_another_try_may_help() {
    let kms = Provider::start();
    let (signer, key) = (kms.signer(), a_key());
    let address = signer.create(&key).await.unwrap();
    for (status, kind, may_help) in [
        (400, "ThrottlingException", true),
        (500, "KMSInternalException", true),
        (503, "DependencyTimeoutException", true),
        (400, "com.amazonaws.kms#DisabledException", false),
        (400, "KMSInvalidStateException", false),
        (400, "NotFoundException", false),
        (400, "AccessDeniedException", false),
    ] {
        kms.turn(Mood::Refuses(status, kind));
        let error = signed(&signer, (&key, address), &transfer(0)).await.unwrap_err();
        assert_eq!(error.is_transient(), may_help, "{kind}: {error:?}");
    }
    kms.turn(Mood::Honest);
    signed(&signer, (&key, address), &transfer(0)).await.unwrap();
}
