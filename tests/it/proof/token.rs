//! The key in a PKCS#11 token, which signs checkpoints and nothing else.

use chainkeel::proof::{Checkpoint, Origin};
use chainkeel::signing::{self, Kind};

use super::stage::Stage;
use crate::support::softhsm::SoftHsm;

#[actix::test]
async fn a_key_in_a_token_signs_the_checkpoints_of_a_ledger() {
    // given a house whose keys are made in a token
    let token = SoftHsm::start().await;
    let (backend, pkcs11) = (Some(Kind::Pkcs11), token.config.clone());
    let config = signing::Config { backend, pkcs11, ..signing::Config::default() };
    let stage = Stage::empty(config).await;

    // when something happens
    stage.runs(1).await;
    let note = stage.signed().await;

    // then the token has signed it, and the walk agrees
    let identity = stage.log().identity().await.unwrap().unwrap();
    assert_eq!(identity.backend, Kind::Pkcs11);
    assert_eq!(stage.walked().await.unwrap().checkpoint, *note.checkpoint());
}

#[actix::test]
async fn a_token_makes_one_key_a_ledger() {
    let token = SoftHsm::start().await;
    let signer = token.signer();
    let [one, other]: [Origin; 2] = ["one/log", "other/log"].map(|name| name.parse().unwrap());
    let key = signer.checkpoint_key(&one).await.unwrap();
    assert_eq!(signer.checkpoint_key(&one).await.unwrap(), key);
    assert_ne!(signer.checkpoint_key(&other).await.unwrap().public(), key.public());
    let checkpoint = Checkpoint { origin: one, size: 3, root: [5; 32] };
    let note = signer.sign_checkpoint(&key, &checkpoint).await.unwrap();
    assert_eq!(*note.checkpoint(), checkpoint);
    let elsewhere = Checkpoint { origin: other, ..checkpoint };
    signer.sign_checkpoint(&key, &elsewhere).await.unwrap_err();
}
