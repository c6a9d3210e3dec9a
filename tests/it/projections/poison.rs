//! Events that cannot be projected: never skipped.

use std::process::Command;
use std::time::Duration;

use chainkeel::journal::{NewEvent, StreamId};
use chainkeel::primitives::RunId;
use chainkeel::projections::builds::{self, State};
use chainkeel::projections::rebuild::rebuild;
use chainkeel::projections::runner::Progress;
use chainkeel::projections::{self, Effort, Error};

use super::invention::{Dice, happen, run, workflow, world};
use super::stage::{Stage, when_free};

fn poison() -> NewEvent {
    NewEvent {
        event_type: "exploded".into(),
        event_version: "1.0".into(),
        payload: r#"{"exploded":{"node":"n0"}}"#.to_owned(),
    }
}

#[tokio::test]
async fn a_poison_event_parks_the_projection_before_it() {
    let stage = Stage::new().await;
    happen(&stage, world(1, 5).0).await;
    let before = stage.sequenced().await;
    let runs = stage
        .number("select count(distinct aggregate_id) from events where aggregate_type = 'run'")
        .await;
    stage.record(&StreamId::run(RunId::generate()), 0, vec![poison()]).await;
    stage.sequenced().await;
    happen(&stage, world(2, 5).0).await;
    stage.sequenced().await;

    let projection = projections::by_name("run_history").unwrap();
    let mut runner = stage.runner(projection);
    let reason = loop {
        match runner.step().await.unwrap() {
            Progress::Advanced { to, .. } => assert!(to <= before),
            Progress::Parked { position, reason } => {
                assert_eq!(position, before + 1);
                break reason;
            }
            other => panic!("{other:?}"),
        }
    };
    assert!(reason.contains("exploded"), "{reason}");
    // Everything before it is shown, nothing behind it, and everybody can see why.
    assert_eq!(stage.number("select count(*) from view_runs").await, runs);
    assert_eq!(stage.positions.of("run_history").await.unwrap(), before);
    let listed = builds::list(&stage.app).await.unwrap();
    let build = listed.iter().find(|build| build.projection == "run_history").unwrap();
    assert_eq!(build.state, State::Parked);
    assert_eq!(build.parked_position, Some(before + 1));
    assert_eq!(build.parked_reason.as_deref(), Some(reason.as_str()));
    assert!(matches!(runner.step().await.unwrap(), Progress::Parked { .. }));
    // A program that starts tries again, and parks again.
    drop(runner);
    let mut runner = stage.runner(projection);
    loop {
        match runner.step().await.unwrap() {
            Progress::Standby => {}
            Progress::Parked { position, .. } => break assert_eq!(position, before + 1),
            other => panic!("{other:?}"),
        }
    }

    // A rebuild by the same program ends at the same event, and readers keep what they have.
    let schema = stage.live_schema("run_history").await;
    match rebuild(&stage.means(), projection, Effort::lanes(2), |_| {}).await {
        Err(Error::Poison { position, .. }) => assert_eq!(position, before + 1),
        other => panic!("{other:?}"),
    }
    assert_eq!(stage.live_schema("run_history").await, schema);
}

#[tokio::test]
async fn an_impossible_event_parks_the_projection_however_the_batches_are_cut() {
    let stage = Stage::new().await;
    let mut dice = Dice::new(7);
    let (history, id) = workflow(&mut dice);
    happen(&stage, vec![history]).await;
    // A run that begins twice: the engine never does that.
    let (mut history, _) = run(&mut dice, id);
    let first = history.appends[0].clone();
    history.appends.push(first);
    let stream = history.stream.clone();
    happen(&stage, vec![history]).await;
    let head = stage.sequenced().await;

    let projection = projections::by_name("run_history").unwrap();
    let mut runner = stage.runner(projection);
    let position = loop {
        match runner.step().await.unwrap() {
            Progress::Advanced { .. } => {}
            Progress::Parked { position, reason } => {
                let known = ["began twice", "runs_pkey"];
                assert!(known.iter().any(|known| reason.contains(known)), "{reason}");
                break position;
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(stage.positions.of("run_history").await.unwrap(), position - 1);
    assert!(position <= head);
    let damaged = stage
        .text(&format!("select aggregate_id from event_log where position = {position}"))
        .await;
    assert_eq!(damaged, stream.aggregate_id);
}

#[tokio::test]
async fn a_parked_projection_follows_again_when_a_rebuild_has_replaced_it() {
    let mut stage = Stage::new().await;
    happen(&stage, world(1, 5).0).await;
    let head = stage.sequenced().await;
    let schema = stage.live_schema("timers").await;
    // The table is damaged, so that the fold is refused.
    stage.execute(&format!("alter table {schema}.timers add constraint never check (false)")).await;
    stage.follow(projections::by_name("timers").unwrap());
    let parked = async {
        while stage
            .text(
                "select string_agg(state, ',') from projection_builds where projection = 'timers'",
            )
            .await
            != "parked"
        {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(super::stage::PATIENCE, parked).await.unwrap();
    // An operator is shown the event.
    let said = Command::new(env!("CARGO_BIN_EXE_chainkeel"))
        .args(["projections", "list"])
        .env_clear()
        .env("DATABASE_URL", &stage.database.url)
        .output()
        .unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    let parked = stage
        .text(
            "select concat(e.event_type, ', event ', e.sequence, ' of run ', e.aggregate_id)
               from projection_builds b join event_log l on l.position = b.parked_position
               join events e using (aggregate_type, aggregate_id, sequence)
              where b.projection = 'timers'",
        )
        .await;
    assert!(said.contains(&parked), "{parked}: {said}");

    let projection = projections::by_name("timers").unwrap();
    when_free(|| async { rebuild(&stage.means(), projection, Effort::lanes(1), |_| {}).await })
        .await
        .unwrap();
    happen(&stage, world(2, 5).0).await;
    let later = stage.sequenced().await;
    assert!(later > head);
    stage.reached("timers", later).await;
}
