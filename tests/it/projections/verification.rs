//! Does verification find what is wrong?

use chainkeel::projections::verify::verify;
use chainkeel::projections::{self, Comparison, Difference, Effort};

use super::invention::{happen, world};
use super::stage::Stage;

/// What a comparison in one go finds, and one in slices.
async fn difference(stage: &Stage, projection: &str) -> Difference {
    let projection = projections::by_name(projection).unwrap();
    let mut found = Vec::new();
    for effort in [Effort::lanes(2), Effort::bounded(Some(1_000_000)).gentle(Some(50))] {
        match verify(&stage.means(), projection, effort, |_, _| {}).await.unwrap() {
            Comparison::Different(difference) => found.push(difference),
            other => panic!("{effort:?}: {other:?}"),
        }
    }
    let (other, first) = (found.remove(1), found.remove(0));
    // Each compares where the live build stands by then.
    assert_eq!(Difference { position: first.position, ..other }, first);
    first
}

#[tokio::test]
async fn one_altered_row_is_found_and_named() {
    let mut stage = Stage::new().await;
    stage.follow_all();
    happen(&stage, world(1, 30).0).await;
    let head = stage.settled().await;
    stage.verify_all().await;

    let schema = stage.live_schema("run_history").await;
    let key = stage
        .text(&format!(
            "update {schema}.executions set branch = 'forged' where ctid =
                    (select ctid from {schema}.executions order by run_id, node_id limit 1 offset 17)
             returning concat_ws('/', run_id, node_id, attempt)"
        ))
        .await;
    let found = difference(&stage, "run_history").await;
    assert_eq!((found.table.as_str(), &found.key), ("executions", &key));
    assert_eq!(found.position, head);
    assert!(found.live.unwrap().contains("forged"));
    assert!(!found.rebuilt.unwrap().contains("forged"));

    // The temporary build is gone, and a rebuild mends it.
    assert_eq!(
        stage.number("select count(*) from projection_builds where purpose = 'verify'").await,
        0
    );
    let projection = projections::by_name("run_history").unwrap();
    let rebuilt =
        projections::rebuild::rebuild(&stage.means(), projection, Effort::lanes(2), |_| {})
            .await
            .unwrap();
    assert!(matches!(rebuilt.comparison, Comparison::Different(_)));
    stage.verify_all().await;
}

#[tokio::test]
async fn a_row_too_few_and_a_row_too_many_are_found() {
    let mut stage = Stage::new().await;
    stage.follow_all();
    happen(&stage, world(2, 30).0).await;
    stage.settled().await;

    let activity = stage.live_schema("activity").await;
    let gone = stage
        .text(&format!(
            "delete from {activity}.activity where position =
                    (select position from {activity}.activity order by position limit 1 offset 5)
             returning position::text"
        ))
        .await;
    let found = difference(&stage, "activity").await;
    assert_eq!((found.table.as_str(), &found.key), ("activity", &gone));
    assert_eq!(found.live, None);
    assert!(found.rebuilt.is_some());

    let timers = stage.live_schema("timers").await;
    stage
        .execute(&format!(
            "insert into {timers}.timers values ('run_0', 'n0', 'org_0', 1, 'delay', now(), 1)"
        ))
        .await;
    let found = difference(&stage, "timers").await;
    assert_eq!((found.key.as_str(), found.rebuilt), ("run_0/n0", None));
    assert!(found.live.is_some());
}
