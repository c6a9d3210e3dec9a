//! Changing keys while secrets are read and written: nothing is ever unreadable.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use chainkeel::journal::pool;
use chainkeel::primitives::OrganizationId;
use chainkeel::secrets::{Census, KeyFile, Rotation, SecretName, Vault};
use sqlx::Executor;
use tokio::task::JoinSet;

use crate::support::{TestDatabase, database};

const ORGANIZATIONS: usize = 3;
const SECRETS: usize = 120;

fn vault(database: &TestDatabase, keys: &Path) -> Vault {
    let source = Arc::new(KeyFile::open(keys).unwrap());
    Vault::new(pool::serving(&database.options(), 6), source)
}

fn name(at: usize) -> SecretName {
    SecretName::new(format!("conn_{at}"), "credentials")
}

/// What a secret may be: its number, and how often it was replaced.
fn secret(at: usize, round: usize) -> Vec<u8> {
    format!("secret {at} in round {round}").into_bytes()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_unreadable_while_both_kinds_of_keys_are_changed_under_load() {
    let database = database().await;
    let directory = tempfile::tempdir().unwrap();
    let keys = directory.path().join("secrets.key");
    KeyFile::create(&keys, [1; 32]).unwrap();
    let serving = vault(&database, &keys);
    let organizations: Vec<_> = (0..ORGANIZATIONS).map(|_| OrganizationId::generate()).collect();
    for organization in &organizations {
        for at in 0..SECRETS {
            serving.seal(*organization, &name(at), &secret(at, 0)).await.unwrap();
        }
    }
    let stop = Arc::new(AtomicBool::new(false));
    let reads = Arc::new(AtomicU64::new(0));
    let mut traffic = JoinSet::new();
    for reader in 0..3 {
        // Another process: it has unwrapped nothing yet, and its keys are read from the file.
        let vault = vault(&database, &keys);
        let (stop, reads) = (Arc::clone(&stop), Arc::clone(&reads));
        let organizations = organizations.clone();
        traffic.spawn(async move {
            let mut at = reader;
            while !stop.load(Ordering::Relaxed) {
                at = (at + 7) % SECRETS;
                for organization in &organizations {
                    let opened = vault.open(*organization, &name(at)).await.unwrap();
                    let text = String::from_utf8(opened.to_vec()).unwrap();
                    assert!(text.starts_with(&format!("secret {at} in round ")), "{text}");
                    reads.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
    }
    let (writing, stopped) = (vault(&database, &keys), Arc::clone(&stop));
    let owners = organizations.clone();
    traffic.spawn(async move {
        let mut round = 0;
        while !stopped.load(Ordering::Relaxed) {
            round += 1;
            let at = round % SECRETS;
            for organization in &owners {
                writing.seal(*organization, &name(at), &secret(at, round)).await.unwrap();
            }
        }
    });

    let rotation = Rotation::new(vault(&database, &keys));
    let mut told = 0;
    for round in 0..3 {
        KeyFile::put_first(&keys, [round + 2; 32]).unwrap();
        rotation.wrap_anew(|progress| told = told.max(progress.done)).await.unwrap();
        for organization in &organizations {
            rotation.renew_data_key(*organization).await.unwrap();
            rotation.seal_anew(*organization, |_| ()).await.unwrap();
        }
    }
    stop.store(true, Ordering::Relaxed);
    while let Some(ended) = traffic.join_next().await {
        ended.unwrap();
    }

    assert!(told >= ORGANIZATIONS as u64, "{told}");
    assert!(reads.load(Ordering::Relaxed) > 100);
    // What was sealed under an older key at the last moment is carried over, and then the older
    // key-encryption keys may go.
    for organization in rotation.behind().await.unwrap() {
        rotation.seal_anew(organization, |_| ()).await.unwrap();
    }
    rotation.wrap_anew(|_| ()).await.unwrap();
    KeyFile::keep_first(&keys).unwrap();
    let fresh = vault(&database, &keys);
    let census = Census::take(&fresh).await.unwrap();
    assert_eq!(census.accepted.len(), 1);
    assert_eq!((census.to_wrap().count(), census.to_seal()), (0, 0), "{census:?}");
    assert_eq!(census.data_keys.len(), ORGANIZATIONS, "older data keys are gone");
    assert_eq!(census.secrets(), (ORGANIZATIONS * SECRETS) as i64);
    for organization in organizations {
        for at in 0..SECRETS {
            fresh.open(organization, &name(at)).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_rotation_that_was_cut_off_goes_on_where_it_stopped() {
    let database = database().await;
    let directory = tempfile::tempdir().unwrap();
    let keys = directory.path().join("secrets.key");
    KeyFile::create(&keys, [1; 32]).unwrap();
    let vault = vault(&database, &keys);
    let organizations: Vec<_> = (0..4).map(|_| OrganizationId::generate()).collect();
    for organization in &organizations {
        vault.seal(*organization, &name(0), b"kept").await.unwrap();
    }
    KeyFile::put_first(&keys, [2; 32]).unwrap();
    // The last one cannot be wrapped at first.
    let last = organizations.iter().max_by_key(ToString::to_string).unwrap();
    let spoil = format!(
        "update data_keys set wrapped = set_byte(wrapped, 30, get_byte(wrapped, 30) # 1)
          where organization_id = '{last}'"
    );
    database.pool.execute(spoil.as_str()).await.unwrap();
    let rotation = Rotation::new(vault.clone());

    rotation.wrap_anew(|_| ()).await.unwrap_err();

    assert_eq!(Census::take(&vault).await.unwrap().to_wrap().count(), 1);
    for organization in &organizations {
        // The one that is spoilt was unwrapped before, and serves from memory.
        assert_eq!(*vault.open(*organization, &name(0)).await.unwrap(), b"kept");
    }
    database.pool.execute(spoil.as_str()).await.unwrap();
    assert_eq!(rotation.wrap_anew(|_| ()).await.unwrap(), 1);
    assert_eq!(Census::take(&vault).await.unwrap().to_wrap().count(), 0);
}
