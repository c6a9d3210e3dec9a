//! The law of projections: the same events make the same rows, however they are cut into batches,
//! whoever folds them, and in however many lanes.

use chainkeel::journal::Recorded;
use chainkeel::projections::rebuild::rebuild;
use chainkeel::projections::{self, Comparison, Effort, Projection};
use sqlx::{Connection, PgConnection};

use super::invention::{Dice, happen, world};
use super::stage::Stage;

#[tokio::test]
async fn following_rebuilding_and_rebuilding_in_lanes_make_the_same_rows() {
    let mut stage = Stage::new().await;
    stage.follow_all();
    for seed in 1..=3 {
        happen(&stage, world(seed, 60).0).await;
    }
    stage.settled().await;

    for projection in projections::all() {
        let followed = stage.rows(&stage.live_schema(projection.name()).await).await;
        assert!(!followed.is_empty(), "{} has rows", projection.name());
        for lanes in [1, 4] {
            let mut reports = 0;
            let rebuilt =
                rebuild(&stage.means(), *projection, Effort::lanes(lanes), |_| reports += 1)
                    .await
                    .unwrap();
            assert!(
                matches!(rebuilt.comparison, Comparison::Same { rows, .. } if rows > 0),
                "{:?}",
                rebuilt.comparison
            );
            assert!(reports >= 4);
            assert_eq!(stage.live_schema(projection.name()).await, rebuilt.schema_name);
            let rows = stage.rows(&rebuilt.schema_name).await;
            assert_eq!(rows, followed, "{} in {lanes} lanes", projection.name());
        }
    }
}

#[tokio::test]
async fn the_rows_do_not_depend_on_how_the_events_are_cut_into_batches() {
    let stage = Stage::new().await;
    happen(&stage, world(11, 50).0).await;
    let head = stage.sequenced().await;
    let mut events = Vec::new();
    while let Some(last) = events
        .last()
        .map_or(Some(0), |event: &Recorded| (event.position < head).then_some(event.position))
    {
        events.extend(stage.journal.read_after(last, 1_000).await.unwrap());
    }
    for projection in projections::all() {
        let whole = write_in_batches(&stage, *projection, &events, |_| events.len()).await;
        let concerned: Vec<Recorded> =
            events.iter().filter(|event| projection.concerns(event)).cloned().collect();
        assert!(concerned.len() < events.len(), "{} is concerned by all", projection.name());
        let told = write_in_batches(&stage, *projection, &concerned, |_| concerned.len()).await;
        assert_eq!(told, whole, "{} by what concerns it alone", projection.name());
        let single = write_in_batches(&stage, *projection, &events, |_| 1).await;
        let mixed = write_in_batches(&stage, *projection, &events, |dice| {
            1 + usize::try_from(dice.roll(9)).unwrap()
        })
        .await;
        assert_eq!(single, whole, "{} event by event", projection.name());
        assert_eq!(mixed, whole, "{} in mixed batches", projection.name());
    }
}

async fn write_in_batches(
    stage: &Stage,
    projection: &dyn Projection,
    events: &[Recorded],
    size: impl Fn(&mut Dice) -> usize,
) -> Vec<String> {
    let schema: String = sqlx::query_scalar(
        "select schema_name from projection_begin_build($1, $2, 'verify', 'test')",
    )
    .bind(projection.name())
    .bind(projection.version())
    .fetch_one(&stage.database.pool)
    .await
    .unwrap();
    let options = stage.database.options().options([("search_path", format!("{schema},public"))]);
    let mut connection = PgConnection::connect_with(&options).await.unwrap();
    let (mut dice, mut rest) = (Dice::new(5), events);
    while !rest.is_empty() {
        let (batch, behind) = rest.split_at(size(&mut dice).min(rest.len()));
        let batch: Vec<_> = batch.iter().collect();
        projection.write(&mut connection, &batch).await.unwrap();
        rest = behind;
    }
    stage.rows(&schema).await
}

#[tokio::test]
async fn the_view_of_a_run_says_what_the_engine_says() {
    let mut stage = Stage::new().await;
    stage.follow_all();
    let (histories, runs) = world(21, 150);
    happen(&stage, histories).await;
    stage.settled().await;

    for run in runs {
        let (id, engine) = (run.id, run.state);
        let status =
            stage.text(&format!("select status from view_runs where run_id = '{id}'")).await;
        assert_eq!(status, engine.status().name(), "{id}");
        let timers =
            stage.number(&format!("select count(*) from view_timers where run_id = '{id}'")).await;
        assert_eq!(timers, i64::try_from(engine.timers().count()).unwrap(), "timers of {id}");
        for (node, expected) in engine.nodes() {
            let shown: Option<String> = sqlx::query_scalar(
                "select status from view_executions where run_id = $1 and node_id = $2
                  order by attempt desc limit 1",
            )
            .bind(id.to_string())
            .bind(node.to_string())
            .fetch_optional(&stage.database.pool)
            .await
            .unwrap();
            let shown = shown.unwrap_or_else(|| "pending".to_owned());
            assert_eq!(shown, expected.status().name(), "{node} of {id}");
        }
    }
}

#[tokio::test]
async fn a_bounded_rebuild_makes_the_same_rows_and_takes_its_time() {
    let mut stage = Stage::new().await;
    stage.follow_all();
    happen(&stage, world(5, 20).0).await;
    let head = stage.settled().await;
    let projection = projections::by_name("run_history").unwrap();
    // Such that all of it takes a second.
    let effort = Effort::bounded(Some(u32::try_from(head).unwrap()));
    let rebuilt = rebuild(&stage.means(), projection, effort, |_| {}).await.unwrap();
    assert!(matches!(rebuilt.comparison, Comparison::Same { .. }), "{:?}", rebuilt.comparison);
    assert!(rebuilt.folding.as_secs_f64() > 0.95, "{:?}", rebuilt.folding);
}

#[tokio::test]
async fn a_gentle_rebuild_makes_the_same_rows_of_every_view_and_compares_them_all() {
    // given views over a history with more rows than a slice has
    let mut stage = Stage::new().await;
    stage.follow_all();
    happen(&stage, world(6, 60).0).await;
    stage.settled().await;
    for projection in projections::all() {
        // when a view is built by somebody who gives way, with its indexes from the beginning
        let effort = Effort::FULL.gentle(Some(50));
        let rebuilt = rebuild(&stage.means(), *projection, effort, |_| {}).await.unwrap();

        // then every row is what the other build has, by a count of its own
        let name = projection.name();
        let Comparison::Same { rows, .. } = rebuilt.comparison else {
            panic!("{name}: {:?}", rebuilt.comparison)
        };
        let schema = &rebuilt.schema_name;
        let indexes = format!("select count(*) from pg_indexes where schemaname = '{schema}'");
        let template = format!("{name}_v{}", projection.version());
        let wanted = format!("select count(*) from pg_indexes where schemaname = '{template}'");
        assert_eq!(stage.number(&indexes).await, stage.number(&wanted).await, "{name}");
        if name == "run_history" {
            let counted = format!(
                "select (select count(*) from {schema}.runs) + (select count(*) from {schema}.executions)"
            );
            assert_eq!(stage.number(&counted).await, rows);
            assert!(rows > 256, "{rows}: more than a slice");
        }
    }
    stage.verify_all().await;
}

#[tokio::test]
async fn a_second_projector_stands_by_and_a_second_rebuild_is_refused() {
    let stage = Stage::new().await;
    happen(&stage, world(31, 5).0).await;
    stage.sequenced().await;
    let projection = projections::by_name("timers").unwrap();
    let (mut first, mut second) = (stage.runner(projection), stage.runner(projection));
    assert!(matches!(
        first.step().await.unwrap(),
        projections::runner::Progress::Advanced { from: 0, .. }
    ));
    assert_eq!(second.step().await.unwrap(), projections::runner::Progress::Standby);
    drop(first);
    let (one, other) = futures::future::join(
        rebuild(&stage.means(), projection, Effort::lanes(1), |_| {}),
        rebuild(&stage.means(), projection, Effort::lanes(1), |_| {}),
    )
    .await;
    let refused = [&one, &other]
        .iter()
        .filter(|outcome| matches!(outcome, Err(projections::Error::Busy(_))))
        .count();
    assert_eq!(refused, 1, "{one:?} {other:?}");
}
