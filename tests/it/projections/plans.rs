//! What the database reads for what is written.

use std::time::Duration;

use chainkeel::projections::rebuild::rebuild;
use chainkeel::projections::{self, Effort};
use tokio::time::{Instant, sleep};

use super::invention::{happen, world};
use super::stage::{PATIENCE, Stage};

#[tokio::test]
async fn a_build_that_began_empty_reads_no_table_whole_for_what_it_folds() {
    // given a ledger
    let mut stage = Stage::new().await;
    stage.follow_all();
    for seed in 1..=3 {
        happen(&stage, world(seed, 100).0).await;
    }
    stage.settled().await;

    for projection in projections::all() {
        // when a view is built in many small chunks into tables of which nobody has gathered figures
        let effort = Effort::bounded(Some(500_000));
        let built = rebuild(&stage.means(), *projection, effort, |_| {}).await.unwrap();

        // then its rows were found by their keys: no row was read by reading a table from its beginning
        let figures = |what: &str| {
            format!(
                "select coalesce(sum({what}), 0)::int8 from pg_stat_all_tables where schemaname = '{}'",
                built.schema_name
            )
        };
        let give_up = Instant::now() + PATIENCE;
        while stage.number(&figures("n_tup_ins")).await == 0 {
            assert!(Instant::now() < give_up, "{} has no figures", projection.name());
            sleep(Duration::from_millis(20)).await;
        }
        let read = stage.number(&figures("seq_tup_read")).await;
        assert_eq!(read, 0, "{}", projection.name());
    }
}
