//! What an operator wants of a projection: that it rests, or is slow.

use std::time::Duration;

use chainkeel::journal::{NewEvent, StreamId};
use chainkeel::primitives::RunId;
use chainkeel::primitives::{Clock as _, SystemClock};
use chainkeel::projections::runner::Progress;
use chainkeel::projections::wanted::Wanted;
use chainkeel::projections::{self, Effort, builder, orders, wanted};
use tokio::time::Instant;

use super::invention::{happen, world};
use super::stage::{Fused, Stage};

const VIEW: &str = "run_history";

#[tokio::test]
async fn a_projection_that_rests_writes_nothing_and_goes_on_where_it_was() {
    // given events, and a view that is to rest
    let stage = Stage::new().await;
    happen(&stage, world(1, 5).0).await;
    let first = stage.sequenced().await;
    let pause = |is_paused| orders::pause(&stage.app, VIEW, is_paused, SystemClock.now());
    pause(true).await.unwrap();
    let mut runner = stage.runner(projections::by_name(VIEW).unwrap());
    assert_eq!(runner.step().await.unwrap(), Progress::Paused);
    assert_eq!(runner.step().await.unwrap(), Progress::Paused);

    // when it may go on, then it takes all there is
    pause(false).await.unwrap();
    assert_eq!(orders::list(&stage.app).await.unwrap(), []);
    while runner.step().await.unwrap() != (Progress::Advanced { from: 0, to: first }) {}

    // and when it is to rest while it follows, it does from the next event on
    pause(true).await.unwrap();
    tokio::time::sleep(Duration::from_millis(510)).await;
    happen(&stage, world(2, 5).0).await;
    let second = stage.sequenced().await;
    assert_eq!(runner.step().await.unwrap(), Progress::Paused);
    assert_eq!(stage.positions.of(VIEW).await.unwrap(), first);
    pause(false).await.unwrap();
    loop {
        if let Progress::Advanced { from, to } = runner.step().await.unwrap() {
            assert!(from >= first);
            if to == second {
                return;
            }
        }
    }
}

#[tokio::test]
async fn the_checkpoint_follows_also_where_nothing_concerns_the_view() {
    // given a view that is followed, and events of which the last do not concern it
    let mut stage = Stage::new().await;
    let users = projections::by_name("users").unwrap();
    stage.follow(users);
    happen(&stage, world(3, 5).0).await;
    let head = stage.sequenced().await;
    let last = stage.journal.read_after(head - 1, 1).await.unwrap();
    assert!(!users.concerns(&last[0]), "{:?}", last[0]);

    // when its readers have seen them, then the checkpoint follows by itself
    stage.reached("users", head).await;
    let stored =
        "select position from projection_builds where projection = 'users' and state = 'live'";
    let followed = async {
        while stage.number(stored).await < head {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(super::stage::PATIENCE, followed).await.expect("the checkpoint follows");
}

#[tokio::test]
async fn a_projection_that_is_to_be_slow_waits_as_long_as_its_events_are_worth() {
    // given a view that may take as many events a second as there are
    let stage = Stage::new().await;
    happen(&stage, world(1, 5).0).await;
    let head = stage.sequenced().await;
    let bound = Some(i32::try_from(head).unwrap());
    orders::throttle(&stage.app, VIEW, bound, SystemClock.now()).await.unwrap();
    let mut runner = stage.runner(projections::by_name(VIEW).unwrap());
    let began = Instant::now();

    // when it has taken these and one lot more
    let mut at = 0;
    while at < head {
        let Progress::Advanced { to, .. } = runner.step().await.unwrap() else { continue };
        at = to;
    }
    happen(&stage, world(2, 1).0).await;
    stage.sequenced().await;
    while !matches!(runner.step().await.unwrap(), Progress::Advanced { .. }) {}

    // then that took a second at the least
    assert!(began.elapsed() >= Duration::from_millis(990), "{:?}", began.elapsed());
    orders::throttle(&stage.app, VIEW, None, SystemClock.now()).await.unwrap();
    assert_eq!(orders::list(&stage.app).await.unwrap(), []);
}

/// What is wanted of the view, once somebody looked who carries it out.
async fn carried_out(stage: &Stage) -> Wanted {
    let done = async {
        loop {
            builder::carry_out(&stage.means(), Effort::FULL, &SystemClock).await.unwrap();
            let wanted = wanted::list(&stage.app).await.unwrap().pop().unwrap();
            if wanted.finished_at.is_some() {
                return wanted;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(super::stage::PATIENCE, done).await.expect("somebody carries it out")
}

#[tokio::test]
async fn a_rebuild_that_is_wanted_is_carried_out_by_the_next_where_its_process_dies() {
    // given a view that is followed, and that is wanted anew
    let mut stage = Stage::new().await;
    let view = projections::by_name(VIEW).unwrap();
    stage.follow(view);
    happen(&stage, world(1, 40).0).await;
    let head = stage.sequenced().await;
    stage.reached(VIEW, head).await;
    let before = stage.live_schema(VIEW).await;
    let now = SystemClock.now();
    let first = wanted::want(&stage.app, VIEW, ("admin", None), now).await.unwrap();
    assert_eq!((first.phase.as_str(), first.outcome), ("waiting", None));

    // when whoever begins it is cut off again and again, and it is wanted once more meanwhile
    for polls in (1..200).step_by(17) {
        let means = stage.means();
        let cut_off =
            Fused::after(polls, builder::carry_out(&means, Effort::FULL, &SystemClock)).await;
        cut_off.transpose().unwrap();
    }
    let later = now + Duration::from_hours(1);
    let again = wanted::want(&stage.app, VIEW, ("mallory", Some(1_000_000)), later).await.unwrap();
    let done = carried_out(&stage).await;

    // then it was done, once for who was first where it was not over before
    let second = again.wanted_at == later;
    assert_eq!(done.wanted_by, if second { "mallory" } else { "admin" });
    let outcome = done.outcome.as_deref();
    assert!(matches!(outcome, Some("same" | "notCompared")), "{done:?}");
    assert_ne!(stage.live_schema(VIEW).await, before);
    stage.verify_all().await;
}

#[tokio::test]
async fn a_rebuild_that_cannot_be_made_is_noted_and_readers_keep_what_they_have() {
    // given a ledger with an event that no view can take
    let stage = Stage::new().await;
    happen(&stage, world(1, 5).0).await;
    let poison = NewEvent {
        event_type: "exploded".into(),
        event_version: "1.0".into(),
        payload: r#"{"exploded":{}}"#.to_owned(),
    };
    stage.record(&StreamId::run(RunId::generate()), 0, vec![poison]).await;
    let head = stage.sequenced().await;
    let before = stage.live_schema(VIEW).await;

    // when the view is wanted anew
    wanted::want(&stage.app, VIEW, ("admin", None), SystemClock.now()).await.unwrap();
    let failed = carried_out(&stage).await;

    // then the order says where it failed, nothing changed, and it can be ordered again
    assert_eq!(failed.outcome.as_deref(), Some("failed"));
    let detail = failed.detail.unwrap_or_default();
    assert!(detail.contains(&format!("position {head}")), "{detail}");
    assert_eq!(stage.live_schema(VIEW).await, before);
    let again = wanted::want(&stage.app, VIEW, ("admin", None), SystemClock.now()).await.unwrap();
    assert_eq!((again.phase.as_str(), again.finished_at), ("waiting", None));
}
