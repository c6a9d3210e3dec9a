//! Bringing databases up to date, also by many at once, and the months of the runs.

use std::path::Path;

use chainkeel::journal::{Bells, Config, Interest, Journal, migrate, partitions, pool};
use chainkeel::primitives::{Clock, SystemClock};
use sqlx::migrate::Migrator;
use sqlx::postgres::PgPoolOptions;
use time::Duration;

use crate::support::{database, empty_database};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_processes_that_start_at_once_migrate_once() {
    let database = empty_database().await;
    assert_eq!(migrate::current(&database.pool).await.unwrap(), None);
    let starts = (0..6).map(|_| {
        let options = database.options();
        tokio::spawn(async move {
            let owner = pool::owner(&options, 2);
            let migrated = migrate::run(&owner, SystemClock.now()).await;
            owner.close().await;
            migrated
        })
    });
    let all = futures::future::try_join_all(starts).await.unwrap();

    let months: usize = all.into_iter().map(|migrated| migrated.unwrap().months.len()).sum();
    assert_eq!(months, 5, "each month was made once");
    assert_eq!(migrate::current(&database.pool).await.unwrap(), Some(migrate::newest()));
    let again = migrate::run(&database.pool, SystemClock.now()).await.unwrap();
    assert_eq!((again.version, again.months), (migrate::newest(), vec![]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn databases_of_one_server_are_migrated_side_by_side() {
    // Roles belong to the server: these migrations meet there.
    let databases = [empty_database().await, empty_database().await, empty_database().await];
    let migrations =
        databases.iter().map(|database| migrate::run(&database.pool, SystemClock.now()));
    futures::future::try_join_all(migrations).await.unwrap();
}

#[tokio::test]
async fn an_owner_who_is_no_superuser_migrates_and_serves() {
    let database = empty_database().await;
    let owner = format!("ck_owner_{}", std::process::id());
    let name = database.url.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
    for order in [
        format!("create role {owner} login createrole"),
        format!(r#"alter database "{name}" owner to {owner}"#),
        format!("alter schema public owner to {owner}"),
    ] {
        sqlx::query(&order).execute(&database.pool).await.unwrap();
    }
    // The login as which the tests connect may step into any role.
    let options = database.options();
    let role = owner.clone();
    let as_owner = PgPoolOptions::new()
        .max_connections(2)
        .after_connect(move |connection, _| {
            let order = format!("set session authorization {role}");
            Box::pin(async move { sqlx::query(&order).execute(connection).await.map(drop) })
        })
        .connect_with(options)
        .await
        .unwrap();

    let migrated = migrate::run(&as_owner, SystemClock.now()).await;
    let stepped_down = sqlx::query("set role chainkeel_app").execute(&as_owner).await;

    as_owner.close().await;
    for order in [
        format!("reassign owned by {owner} to current_user"),
        format!("drop owned by {owner}"),
        format!("drop role {owner}"),
    ] {
        sqlx::query(&order).execute(&database.pool).await.unwrap();
    }
    assert_eq!(migrated.unwrap().months.len(), 5);
    stepped_down.unwrap();
}

#[tokio::test]
async fn months_are_made_ahead_by_a_server_that_is_not_the_owner() {
    let database = database().await;
    let app = pool::serving(&database.options(), 2);
    let now = SystemClock.now();
    assert_eq!(partitions::months_ahead(&app, now).await.unwrap(), partitions::MONTHS_AHEAD);

    let later = now + Duration::days(62);
    assert!(partitions::months_ahead(&app, later).await.unwrap() < partitions::MONTHS_AHEAD_ALARM);
    let made = partitions::create_missing(&app, later).await.unwrap();
    assert!((2..=3).contains(&made.len()), "{made:?}");
    assert_eq!(partitions::months_ahead(&app, later).await.unwrap(), partitions::MONTHS_AHEAD);
    assert_eq!(partitions::create_missing(&app, later).await.unwrap(), Vec::<String>::new());
    // A month that is not the next one leaves a hole, which the count stops at.
    let far = now + Duration::days(500);
    partitions::create_missing(&app, far).await.unwrap();
    assert!(partitions::months_ahead(&app, now).await.unwrap() < 8);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_with_history_learns_to_tell_types_and_nothing_of_it_is_passed_over() {
    /// The last migration before the order told types.
    const BEFORE: i64 = 20_261_201_250_000;
    let database = empty_database().await;
    let mut migrator = Migrator::new(Path::new("migrations")).await.unwrap();
    let all = migrator.migrations.clone();
    migrator.migrations = all.iter().filter(|it| it.version <= BEFORE).cloned().collect();
    migrator.run(&database.pool).await.unwrap();
    let owner = uuid::Uuid::from_u128(7);
    sqlx::query("update sequencer set owner = $1, epoch = 7")
        .bind(owner)
        .execute(&database.pool)
        .await
        .unwrap();
    let put = async |workflow: &str, name: &str| {
        sqlx::query(
            r#"insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
               values ('workflow', $1, 1, $2, '1.0', '{}', '{"organization_id":"org_00000000000000000000000000"}')"#,
        )
        .bind(workflow)
        .bind(name)
        .execute(&database.pool)
        .await
        .unwrap();
        sqlx::query("select journal_sequence($1, 7)")
            .bind(owner)
            .execute(&database.pool)
            .await
            .unwrap();
    };
    put("wf_1", "created").await;
    put("wf_2", "renamed").await;

    migrate::run(&database.pool, SystemClock.now()).await.unwrap();
    put("wf_3", "created").await;
    put("wf_4", "renamed").await;

    let app = pool::serving(&database.options(), 2);
    let (journal, _lanes) = Journal::open(app, &Bells::default(), Config::default());
    let spots = journal.spots_after(0, 10).await.unwrap();
    let types: Vec<_> = spots.iter().map(|spot| spot.event_type.as_deref()).collect();
    assert_eq!(types, [None, None, Some("created"), Some("renamed")]);
    let interest = Interest::new(|_, name| name == "renamed");
    let read = journal.read_chosen(0, 10, &[interest]).await.unwrap();
    let read: Vec<_> = read.events.iter().map(|event| event.position).collect();
    assert_eq!(read, [1, 2, 4], "what does not tell its type may be anything");
    let whole: Vec<_> = journal.read_after(0, 10).await.unwrap();
    assert_eq!(whole.iter().map(|event| event.position).collect::<Vec<_>>(), [1, 2, 3, 4]);
}
