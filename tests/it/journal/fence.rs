//! Ownership of slots: an append under a lost epoch never becomes durable.

use std::time::Duration;

use chainkeel::journal::{Error, Fence, Leases, Outcome, SLOTS};
use sqlx::Executor;
use tokio::time::sleep;

use super::ledger::{Ledger, append, fence, insert, run, slot};

const LEASE: Duration = Duration::from_millis(600);

/// Two workers of which the first has all slots and has just died.
async fn after_a_death(ledger: &Ledger) -> (Vec<Fence>, Leases) {
    let first = ledger.join(LEASE).await;
    let held = first.acquire_slots().await.unwrap();
    assert_eq!(held.len(), 256);
    sleep(LEASE + Duration::from_millis(50)).await;
    (held, ledger.join(Duration::from_mins(1)).await)
}

#[tokio::test]
async fn an_append_under_the_present_epoch_is_recorded() {
    let ledger = Ledger::new().await;
    let worker = ledger.join(LEASE).await;
    let slots = worker.acquire_slots().await.unwrap();
    let mut order = append(&run(), 0, 1);
    order.fence = fence(&slots, &order.stream);
    assert_eq!(ledger.journal.append(order).await.unwrap(), Outcome::Appended { last: 1 });
}

#[tokio::test]
async fn a_zombies_append_is_refused_and_fails_nobody_else() {
    let ledger = Ledger::new().await;
    let (former, heir) = after_a_death(&ledger).await;
    let present = heir.acquire_slots().await.unwrap();
    assert_eq!(present.len(), 256);
    assert!(present.iter().all(|slot| slot.epoch == 2));

    let (zombies, heirs) = (run(), run());
    let mut zombie = append(&zombies, 0, 1);
    zombie.fence = fence(&former, &zombies);
    let mut good = append(&heirs, 0, 1);
    good.fence = fence(&present, &heirs);
    let (zombie, good) = tokio::join!(ledger.journal.append(zombie), ledger.journal.append(good));

    assert_eq!(zombie.unwrap(), Outcome::Fenced);
    assert_eq!(good.unwrap(), Outcome::Appended { last: 1 });
    assert_eq!(ledger.commands_of(&zombies).await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_takeover_waits_for_an_append_in_flight() {
    let ledger = Ledger::new().await;
    let (former, heir) = after_a_death(&ledger).await;
    let stream = run();
    // An event at the same place, whose transaction is open, holds the append up behind its fence.
    let mut obstacle = ledger.app.begin().await.unwrap();
    insert(&mut obstacle, &stream.aggregate_id, 1).await;
    let mut order = append(&stream, 0, 1);
    order.fence = fence(&former, &stream);
    let journal = ledger.journal.clone();
    let in_flight = tokio::spawn(async move { journal.append(order).await.unwrap() });
    sleep(Duration::from_millis(300)).await;

    let takeover = tokio::spawn(async move { heir.acquire_slots().await.unwrap() });
    sleep(Duration::from_millis(300)).await;
    assert!(!in_flight.is_finished() && !takeover.is_finished());
    obstacle.rollback().await.unwrap();

    assert_eq!(in_flight.await.unwrap(), Outcome::Appended { last: 1 });
    assert_eq!(takeover.await.unwrap().len(), 256);
    let mut zombie = append(&stream, 1, 1);
    zombie.fence = fence(&former, &stream);
    assert_eq!(ledger.journal.append(zombie).await.unwrap(), Outcome::Fenced);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_append_queued_behind_a_takeover_is_refused() {
    let ledger = Ledger::new().await;
    let worker = ledger.join(Duration::from_mins(1)).await;
    let slots = worker.acquire_slots().await.unwrap();
    let stream = run();
    let mut takeover = ledger.app.begin().await.unwrap();
    sqlx::query("update slot_leases set epoch = epoch + 1 where slot = $1")
        .bind(slot(&stream))
        .execute(&mut *takeover)
        .await
        .unwrap();

    let mut order = append(&stream, 0, 1);
    order.fence = fence(&slots, &stream);
    let journal = ledger.journal.clone();
    let queued = tokio::spawn(async move { journal.append(order).await.unwrap() });
    sleep(Duration::from_millis(300)).await;
    assert!(!queued.is_finished());
    takeover.commit().await.unwrap();

    assert_eq!(queued.await.unwrap(), Outcome::Fenced);
    assert_eq!(ledger.commands_of(&stream).await, []);
}

#[tokio::test]
async fn a_chain_under_a_lost_epoch_is_refused_as_a_whole() {
    let ledger = Ledger::new().await;
    let (former, heir) = after_a_death(&ledger).await;
    heir.acquire_slots().await.unwrap();
    let stream = run();
    let zombies = (0..3).map(|expected| {
        let mut order = append(&stream, expected, 1);
        order.fence = fence(&former, &stream);
        ledger.journal.append(order)
    });
    let outcomes = futures::future::try_join_all(zombies).await.unwrap();
    assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Fenced), "{outcomes:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rivals_over_the_slots_never_record_two_histories() {
    let ledger = Ledger::new().await;
    let streams: Vec<_> = (0..8).map(|_| run()).collect();
    // Workers that stall now and then for longer than their lease, as if stopped and continued.
    let rivals = (0..3_u64).map(|number| {
        let (pool, journal) = (ledger.app.clone(), ledger.journal.clone());
        let streams = streams.clone();
        tokio::spawn(async move {
            let lease = Duration::from_millis(60);
            let mut recorded = 0_usize;
            for round in 0..15 {
                let worker = chainkeel::primitives::WorkerId::generate();
                let runs = chainkeel::journal::Runs::Wanted;
                let leases =
                    Leases::join(pool.clone(), worker, "rival", runs, lease).await.unwrap();
                let slots = leases.acquire_slots().await.unwrap();
                for stream in &streams {
                    let Some(fence) = fence(&slots, stream) else { continue };
                    let events = journal.read_stream(stream, 0, 10_000).await.unwrap();
                    if (round + number) % 4 == 0 {
                        sleep(lease * 2).await;
                    }
                    let mut order = append(stream, events.len() as i64, 2);
                    order.fence = Some(fence);
                    if let Outcome::Appended { .. } = journal.append(order).await.unwrap() {
                        recorded += 2;
                    }
                }
                sleep(Duration::from_millis(5)).await;
            }
            recorded
        })
    });
    let recorded: usize = futures::future::try_join_all(rivals).await.unwrap().iter().sum();

    let mut found = 0;
    for stream in &streams {
        let events = ledger.journal.read_stream(stream, 0, 10_000).await.unwrap();
        let dense = (1..).zip(&events).all(|(number, event)| event.sequence == number);
        assert!(dense);
        found += events.len();
    }
    assert_eq!(found, recorded);
    assert!(recorded > 20, "the test has done something: {recorded}");
}

#[tokio::test]
async fn workers_share_the_slots_fairly_and_give_back_what_is_too_much() {
    let ledger = Ledger::new().await;
    let first = ledger.join(Duration::from_mins(1)).await;
    assert_eq!(first.acquire_slots().await.unwrap().len(), 256);
    assert_eq!(first.surplus().await.unwrap(), 0);

    let second = ledger.join(Duration::from_mins(1)).await;
    assert_eq!(second.acquire_slots().await.unwrap(), [], "nothing is free");
    assert_eq!(first.surplus().await.unwrap(), 128);
    let give: Vec<i16> = first.slots().await.unwrap()[..128].iter().map(|held| held.slot).collect();
    first.release_slots(&give).await.unwrap();
    let taken = second.acquire_slots().await.unwrap();
    assert_eq!(taken.len(), 128);
    assert!(taken.iter().all(|held| held.epoch == 2 && give.contains(&held.slot)));
    assert_eq!(first.acquire_slots().await.unwrap(), []);
    assert_eq!(second.owner_of(give[0]).await.unwrap(), Some(second.worker()));

    second.leave().await.unwrap();
    assert_eq!(first.acquire_slots().await.unwrap().len(), 128);
    assert_eq!(first.slots().await.unwrap().len(), usize::try_from(SLOTS).unwrap());
}

#[tokio::test]
async fn a_heartbeat_keeps_a_worker_alive_and_does_not_wait_for_appends() {
    let ledger = Ledger::new().await;
    let worker = ledger.join(LEASE).await;
    worker.acquire_slots().await.unwrap();
    let mut append_in_flight = ledger.app.begin().await.unwrap();
    append_in_flight.execute("select slot from slot_leases for share").await.unwrap();
    for _ in 0..6 {
        sleep(LEASE / 4).await;
        tokio::time::timeout(LEASE / 4, worker.heartbeat()).await.unwrap().unwrap();
        assert!(worker.alive());
    }
    append_in_flight.rollback().await.unwrap();
    let rival = ledger.join(LEASE).await;
    assert_eq!(rival.acquire_slots().await.unwrap(), []);
}

#[tokio::test]
async fn a_worker_stops_itself_before_others_think_it_dead_and_cannot_rise_again() {
    let ledger = Ledger::new().await;
    let worker = ledger.join(LEASE).await;
    worker.heartbeat().await.unwrap();
    assert!(worker.alive());
    sleep(LEASE / 2).await;
    assert!(!worker.alive());
    worker.heartbeat().await.unwrap();
    assert!(worker.alive(), "late, and still in time");

    sleep(LEASE + Duration::from_millis(50)).await;
    assert!(matches!(worker.heartbeat().await, Err(Error::LeaseLost(_))));
    assert!(!worker.alive());
}

#[tokio::test]
async fn a_successor_buries_its_predecessor_without_waiting() {
    let ledger = Ledger::new().await;
    let predecessor = ledger.join(Duration::from_mins(10)).await;
    predecessor.acquire_slots().await.unwrap();

    assert_eq!(Leases::bury(&ledger.app, "test").await.unwrap(), 1);
    let successor = ledger.join(LEASE).await;

    assert_eq!(successor.acquire_slots().await.unwrap().len(), 256);
    assert!(matches!(predecessor.heartbeat().await, Err(Error::LeaseLost(_))));
}

#[tokio::test]
async fn a_lease_of_any_kind_has_one_owner_and_a_growing_epoch() {
    let ledger = Ledger::new().await;
    let first = ledger.join(LEASE).await;
    let second = ledger.join(Duration::from_mins(1)).await;
    assert_eq!(first.acquire("chain", "1").await.unwrap(), Some(1));
    assert_eq!(second.acquire("chain", "1").await.unwrap(), None);
    assert_eq!(second.acquire("chain", "137").await.unwrap(), Some(1));
    first.release("chain", "1").await.unwrap();
    assert_eq!(second.acquire("chain", "1").await.unwrap(), Some(2));
    assert_eq!(first.acquire("schedules", "").await.unwrap(), Some(1));
    sleep(LEASE + Duration::from_millis(50)).await;
    assert_eq!(second.acquire("schedules", "").await.unwrap(), Some(2));
}
