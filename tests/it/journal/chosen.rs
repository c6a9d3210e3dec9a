//! Readers whom few events concern: what is passed over is not read, and what concerns them is never passed over.

use std::time::Duration;

use chainkeel::journal::{Append, Interest, Journal, NewEvent, StreamId, Subscription, Tail};
use tokio::time::{sleep, timeout};

use super::ledger::{Ledger, append, run};

/// Nothing on these machines takes this long; what does has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// The interest of one whom of each run the event `told` concerns, and of workflows all.
fn told() -> Interest {
    Interest::new(|kind, name| kind == "workflow" || (kind == "run" && name == "told"))
}

/// An append of events of these types.
fn of_types(stream: &StreamId, types: &[&str]) -> Append {
    let mut order = append(stream, 0, types.len());
    for (event, name) in order.events.iter_mut().zip(types) {
        event.event_type = (*name).to_owned().into();
    }
    order
}

/// Batches until the place is at the end: the positions that were handed out.
async fn read_to(subscription: &mut Subscription, end: i64) -> Vec<i64> {
    let mut positions = Vec::new();
    while subscription.position() < end {
        let batch = timeout(PATIENCE, subscription.next()).await.unwrap().unwrap();
        positions.extend(batch.iter().map(|event| event.position));
    }
    positions
}

/// The positions of the events of a type, as the ledger has them.
async fn places_of(ledger: &Ledger, name: &str) -> Vec<i64> {
    sqlx::query_scalar(
        "select position from event_log join events using (aggregate_type, aggregate_id, sequence)
          where events.event_type = $1 order by position",
    )
    .bind(name)
    .fetch_all(&ledger.database.pool)
    .await
    .unwrap()
}

pub(super) async fn head_at(tail: &Tail, position: i64) {
    let mut head = tail.watch_head();
    timeout(PATIENCE, head.wait_for(|head| *head >= position)).await.unwrap().unwrap();
}

async fn write(journal: &Journal, times: usize) {
    for _ in 0..times {
        journal.append(of_types(&run(), &["begun", "noted", "told", "noted"])).await.unwrap();
        sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_order_tells_the_type_of_each_event() {
    let mut ledger = Ledger::new().await;
    let tail = ledger.tail().await;
    ledger.journal.append(of_types(&run(), &["begun", "told"])).await.unwrap();
    head_at(&tail, 2).await;

    let spots = ledger.journal.spots_after(0, 10).await.unwrap();

    let types: Vec<_> = spots.iter().map(|spot| spot.event_type.as_deref()).collect();
    assert_eq!(types, [Some("begun"), Some("told")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_nobody_wants_everything_the_tail_reads_what_somebody_wants_and_moves_on() {
    let mut ledger = Ledger::new().await;
    let tail = ledger.tail().await;
    let mut few = tail.subscribe_to(told(), 0);
    let mut none = tail.subscribe_to(Interest::new(|_, _| false), 0);
    let stream = run();
    ledger.journal.append(of_types(&stream, &["begun", "told", "noted"])).await.unwrap();

    // Who waits for the position of an event hears of it, though it is read by nobody.
    assert_eq!(tail.wait_for(&stream, 3, PATIENCE).await, Some(3));
    let read = ledger.journal.read_chosen(0, 10, &[told()]).await.unwrap();
    assert_eq!(read.events.iter().map(|event| event.position).collect::<Vec<_>>(), [2]);
    assert_eq!((read.to, read.spots.len()), (3, 3));
    assert_eq!(read_to(&mut few, 3).await, [2]);
    // What another wanted may come along.
    assert!(read_to(&mut none, 3).await.iter().all(|position| *position == 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_sees_what_concerns_it_from_wherever_it_begins_while_others_come_and_go() {
    const TIMES: i64 = 100;
    const TOTAL: i64 = TIMES * 4;
    let mut ledger = Ledger::new().await;
    let tail = ledger.tail().await;
    let journal = ledger.journal.clone();
    let writer = tokio::spawn(async move { write(&journal, 100).await });

    let readers: Vec<_> = (0..TOTAL)
        .map(|after| {
            let tail = tail.clone();
            tokio::spawn(async move {
                sleep(Duration::from_millis(u64::try_from(after * 7 % 300).unwrap())).await;
                // Every eighth wants everything: the tail reads now this way, now that.
                let wants_all = after % 8 == 0;
                let mut subscription = if wants_all {
                    tail.subscribe(after)
                } else {
                    tail.subscribe_to(told(), after)
                };
                (after, wants_all, read_to(&mut subscription, TOTAL).await)
            })
        })
        .collect();
    let mut seen = Vec::new();
    for reader in readers {
        seen.push(reader.await.unwrap());
    }
    writer.await.unwrap();

    let wanted = places_of(&ledger, "told").await;
    assert_eq!(i64::try_from(wanted.len()).unwrap(), TIMES);
    for (after, wants_all, positions) in seen {
        assert!(
            positions.is_sorted_by(|one, next| one < next),
            "each once, in order, after {after}"
        );
        assert!(positions.first().is_none_or(|first| *first > after));
        if wants_all {
            assert_eq!(positions, (after + 1..=TOTAL).collect::<Vec<_>>(), "after {after}");
        } else {
            let concerned = wanted.iter().filter(|position| **position > after);
            assert!(
                concerned.clone().all(|it| positions.binary_search(it).is_ok()),
                "after {after}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_who_takes_over_reads_everything_from_its_position_though_it_was_passed_over() {
    let mut ledger = Ledger::new().await;
    let tail = ledger.tail().await;
    let mut few = tail.subscribe_to(told(), 0);
    write(&ledger.journal, 10).await;
    assert_eq!(read_to(&mut few, 40).await.len(), 10, "the others were not read");

    // The checkpoint of whoever led before is far behind the head.
    let mut leader = tail.subscribe(7);
    write(&ledger.journal, 10).await;

    assert_eq!(read_to(&mut leader, 80).await, (8..=80).collect::<Vec<_>>());
    drop(leader);
    write(&ledger.journal, 1).await;
    read_to(&mut few, 84).await;
    write(&ledger.journal, 9).await;
    assert_eq!(read_to(&mut few, 120).await.len(), 9, "and again they are not");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_who_passes_over_and_then_wants_everything_misses_nothing_behind_its_place() {
    let mut ledger = Ledger::new().await;
    let tail = ledger.tail().await;
    let mut subscription = tail.subscribe_to(Interest::new(|_, _| false), 0);
    let journal = ledger.journal.clone();
    let writer = tokio::spawn(async move { write(&journal, 100).await });

    let mut passed = 0;
    while passed < 100 {
        let next = subscription.next_unless(|to| {
            passed = to;
            false
        });
        timeout(PATIENCE, next).await.unwrap().unwrap();
    }
    let (mut place, mut wide) = (subscription.position(), Vec::new());
    while place < 300 {
        let next = subscription.next_unless(|_| true);
        let batch = timeout(PATIENCE, next).await.unwrap().unwrap();
        wide.extend(batch.iter().map(|event| event.position));
        place = subscription.position();
    }
    assert_eq!(wide, (passed + 1..=place).collect::<Vec<_>>());

    subscription.narrow();
    writer.await.unwrap();
    read_to(&mut subscription, 400).await;
    write(&ledger.journal, 1).await;
    assert!(read_to(&mut subscription, 404).await.is_empty(), "it passes over again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn places_from_before_the_order_told_types_are_read_by_everybody() {
    let mut ledger = Ledger::new().await;
    let tail = ledger.tail().await;
    write(&ledger.journal, 5).await;
    head_at(&tail, 20).await;
    // As they were given by the release before.
    sqlx::query("update event_log set event_type = null where position <= 10")
        .execute(&ledger.database.pool)
        .await
        .unwrap();

    let mut few = tail.subscribe_to(told(), 0);
    let positions = read_to(&mut few, 20).await;

    let mut expected: Vec<i64> = (1..=10).collect();
    expected.extend(places_of(&ledger, "told").await.into_iter().filter(|it| *it > 10));
    assert_eq!(positions, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_is_gone_is_noticed_by_whom_it_concerns() {
    let mut ledger = Ledger::new().await;
    let tail = ledger.tail().await;
    let stream = run();
    ledger.journal.append(of_types(&stream, &["begun", "told"])).await.unwrap();
    head_at(&tail, 2).await;
    for (sequence, noticed) in [(1, false), (2, true)] {
        let order = "delete from events where aggregate_id = $1 and sequence = $2";
        let pool = &ledger.database.pool;
        sqlx::query(order).bind(&stream.aggregate_id).bind(sequence).execute(pool).await.unwrap();
        let read = ledger.journal.read_chosen(0, 10, &[told()]).await;
        assert_eq!(read.is_err(), noticed);
        assert!(ledger.journal.read_after(0, 10).await.is_err());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_events_that_concern_somebody_come_in_parts_and_complete() {
    let mut ledger = Ledger::new().await;
    let tail = ledger.tail().await;
    let stream = run();
    let mut order = of_types(&stream, &["told", "noted", "told", "told", "noted", "told", "noted"]);
    for NewEvent { payload, .. } in &mut order.events {
        *payload = format!(r#"{{"text":"{}"}}"#, "x".repeat(1_500_000));
    }
    ledger.journal.append(order).await.unwrap();
    head_at(&tail, 7).await;

    let mut few = tail.subscribe_to(told(), 0);
    let mut seen = Vec::new();
    while few.position() < 7 {
        let batch = timeout(PATIENCE, few.next()).await.unwrap().unwrap();
        assert!(batch.len() <= 2 && batch.iter().all(|event| event.payload.len() > 1_500_000));
        seen.extend(batch.iter().map(|event| event.position));
    }
    assert_eq!(seen, [1, 3, 4, 6]);
}
