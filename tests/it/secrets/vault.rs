//! What the vault keeps, and for whom.

use std::sync::Arc;

use chainkeel::journal::pool;
use chainkeel::primitives::OrganizationId;
use chainkeel::secrets::{Error, Keyring, NoKey, SecretName, Vault};
use sqlx::{Executor, Row};

use crate::support::{TestDatabase, database, test_keys};

const SECRET: &[u8] = b"sk_live_hunter2-hunter2";

fn vault(database: &TestDatabase) -> Vault {
    Vault::new(pool::serving(&database.options(), 4), test_keys())
}

#[tokio::test]
async fn a_sealed_secret_opens_for_its_organization_and_stands_nowhere_in_the_database() {
    let database = database().await;
    let vault = vault(&database);
    let [mine, other] = [OrganizationId::generate(), OrganizationId::generate()];
    let name = SecretName::new("conn_1", "credentials");

    let sealed = vault.seal(mine, &name, SECRET).await.unwrap();

    assert_eq!(sealed.key_version, 1);
    assert_eq!(*vault.open(mine, &name).await.unwrap(), SECRET);
    assert!(
        matches!(vault.open(other, &name).await, Err(Error::Missing(missing)) if missing == name)
    );
    let row = database.pool.fetch_one("select sealed from sealed_secrets").await.unwrap();
    let stored: Vec<u8> = row.get(0);
    assert!(!stored.windows(SECRET.len()).any(|window| window == SECRET));

    vault.seal(mine, &name, b"another").await.unwrap();
    assert_eq!(*vault.open(mine, &name).await.unwrap(), b"another");
    vault.forget(mine, &name).await.unwrap();
    assert!(matches!(vault.open(mine, &name).await, Err(Error::Missing(_))));
}

#[tokio::test]
async fn a_row_that_was_moved_to_another_name_or_organization_does_not_open() {
    let database = database().await;
    let vault = vault(&database);
    let [mine, other] = [OrganizationId::generate(), OrganizationId::generate()];
    let name = SecretName::new("conn_1", "credentials");
    vault.seal(mine, &name, SECRET).await.unwrap();
    vault.seal(other, &name, b"theirs").await.unwrap();

    for change in [
        "update sealed_secrets set field = 'moved'".to_owned(),
        format!(
            "update sealed_secrets o set sealed = m.sealed from sealed_secrets m
              where o.organization_id = '{other}' and m.organization_id = '{mine}'"
        ),
    ] {
        database.pool.execute(change.as_str()).await.unwrap();
    }

    let moved = SecretName::new("conn_1", "moved");
    for organization in [mine, other] {
        let opened = vault.open(organization, &moved).await;
        assert!(matches!(opened, Err(Error::Broken(_))), "{organization}: {opened:?}");
    }
}

#[tokio::test]
async fn who_serves_sees_no_secret_without_saying_whose() {
    let database = database().await;
    let vault = vault(&database);
    let organization = OrganizationId::generate();
    let name = SecretName::new("conn_1", "credentials");
    vault.seal(organization, &name, SECRET).await.unwrap();
    let serving = pool::serving(&database.options(), 1);
    let count = async |before: &str| {
        let mut transaction = serving.begin().await.unwrap();
        transaction.execute(before).await.unwrap();
        let mut counts = Vec::new();
        for table in ["sealed_secrets", "data_keys"] {
            let question = format!("select count(*) from {table}");
            counts.push(transaction.fetch_one(question.as_str()).await.unwrap().get::<i64, _>(0));
        }
        counts
    };

    assert_eq!(count("select 1").await, [0, 0]);
    let theirs = format!("set local app.organization = '{}'", OrganizationId::generate());
    assert_eq!(count(&theirs).await, [0, 0]);
    let mine = format!("set local app.organization = '{organization}'");
    assert_eq!(count(&mine).await, [1, 1]);

    let mut transaction = serving.begin().await.unwrap();
    transaction.execute(mine.as_str()).await.unwrap();
    let smuggled = format!(
        "insert into data_keys (organization_id, version, wrapped_by, wrapped)
         values ('{}', 1, 'x', '')",
        OrganizationId::generate()
    );
    let refusal = transaction.execute(smuggled.as_str()).await.unwrap_err();
    assert!(refusal.to_string().contains("row-level security"), "{refusal}");
}

#[tokio::test]
async fn without_the_right_key_the_vault_says_so_and_touches_nothing() {
    let database = database().await;
    let organization = OrganizationId::generate();
    let name = SecretName::new("conn_1", "credentials");
    vault(&database).seal(organization, &name, SECRET).await.unwrap();

    let stranger = Keyring::parse(&Keyring::written(&[8; 32]), "elsewhere").unwrap();
    let stranger = Vault::new(pool::serving(&database.options(), 2), Arc::new(stranger));
    let refusal = stranger.open(organization, &name).await.unwrap_err();
    assert!(matches!(refusal, Error::UnknownKey { .. }), "{refusal}");
    let refusal = stranger.seal(organization, &name, b"x").await.unwrap_err();
    assert!(matches!(refusal, Error::UnknownKey { .. }), "{refusal}");

    let keyless = Vault::new(pool::serving(&database.options(), 2), Arc::new(NoKey));
    assert!(matches!(keyless.open(organization, &name).await, Err(Error::NoKey)));
    assert_eq!(*vault(&database).open(organization, &name).await.unwrap(), SECRET);
}

#[tokio::test]
async fn a_name_or_a_secret_beyond_the_limits_is_refused() {
    let database = database().await;
    let vault = vault(&database);
    let organization = OrganizationId::generate();
    for name in [SecretName::new("", "x"), SecretName::new("x", "y".repeat(201))] {
        assert!(matches!(vault.seal(organization, &name, b"x").await, Err(Error::Name)));
    }
    let large = vec![0; 64 * 1024 + 1];
    let sealed = vault.seal(organization, &SecretName::new("x", "y"), &large).await;
    assert!(matches!(sealed, Err(Error::TooLarge { .. })));
}
