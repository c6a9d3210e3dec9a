//! Keys in the vault.

use std::sync::Arc;

use chainkeel::journal::pool;
use chainkeel::primitives::OrganizationId;
use chainkeel::secrets::Vault;
use chainkeel::signing::{Error, KeyName, Keystore, PrivateKey, Signer};
use sqlx::{Executor as _, Row as _};

use super::{a_key, of_each_kind, permit, sign_document, signed};
use crate::support::{database, test_keys};

#[tokio::test]
async fn a_key_in_the_keystore_is_made_once_is_sealed_and_signs_for_its_organization_alone() {
    let database = database().await;
    let vault = Vault::new(pool::serving(&database.options(), 4), test_keys());
    let signer = Signer::new(Arc::new(Keystore::new(vault)));
    let key = a_key();
    assert!(matches!(signer.address(&key).await, Err(Error::NoKey(_))));

    // Two that make it at the same time make one.
    let (address, other) = tokio::join!(signer.create(&key), signer.create(&key));

    let address = address.unwrap();
    assert_eq!(other.unwrap(), address);
    for transaction in of_each_kind() {
        let given = signed(&signer, (&key, address), &transaction).await.unwrap();
        assert_eq!((given.signer(), given.unsigned()), (address, &transaction));
    }
    sign_document(&signer, (&key, address), &permit(0)).await;
    let stranger = KeyName::new(OrganizationId::generate(), key.name()).unwrap();
    let refused = signed(&signer, (&stranger, address), &of_each_kind()[0]).await;
    assert!(matches!(refused, Err(Error::NoKey(_))), "{refused:?}");

    let imported = a_key();
    let private = PrivateKey::new([7; 32]).unwrap();
    for _ in 0..2 {
        assert_eq!(signer.import(&imported, &private).await.unwrap(), private.address());
    }
    let covered = signer.import(&imported, &PrivateKey::new([8; 32]).unwrap()).await;
    assert!(matches!(covered, Err(Error::Taken(_))), "{covered:?}");
    let row = "select sealed from sealed_secrets where organization_id = '";
    let row = format!("{row}{}'", imported.organization());
    let sealed: Vec<u8> = database.pool.fetch_one(row.as_str()).await.unwrap().get(0);
    assert!(!sealed.windows(32).any(|window| window == [7; 32]));
}
