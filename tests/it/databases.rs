//! What the tests rely on: that no two of them share a database.

use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection, Executor, PgConnection, Row};

use crate::support::database;

#[tokio::test]
async fn each_test_has_a_database_of_its_own() {
    let (first, second) = (database().await, database().await);
    first.pool.execute("create table seen_by_the_first ()").await.unwrap();

    let pool = PgPoolOptions::new().connect_with(second.options()).await.unwrap();
    let asked = "select to_regclass('seen_by_the_first') is null";
    assert!(pool.fetch_one(asked).await.unwrap().get::<bool, _>(0));
}

#[tokio::test]
async fn the_database_of_a_test_ends_with_it() {
    let (first, second) = (database().await, database().await);
    let url = first.url.clone();
    assert!(PgConnection::connect(&url).await.is_ok());

    drop(first);

    let error = PgConnection::connect(&url).await.map(drop).expect_err("it is gone");
    assert!(error.to_string().contains("does not exist"), "{error}");
    assert!(second.pool.fetch_one("select 1").await.is_ok());
}
