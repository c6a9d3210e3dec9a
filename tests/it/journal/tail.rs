//! Following the ledger: from any position, without a gap or a duplicate.

use std::time::Duration;

use chainkeel::journal::{Bells, StreamId, Subscription, Tail};
use tokio::time::{Instant, sleep, timeout};

use super::ledger::{Ledger, append, event, run};

async fn collect(subscription: &mut Subscription, until: i64) -> Vec<i64> {
    let mut positions = Vec::new();
    while positions.last().is_none_or(|last| *last < until) {
        let batch = timeout(Duration::from_secs(10), subscription.next()).await.unwrap().unwrap();
        positions.extend(batch.iter().map(|event| event.position));
    }
    positions
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscriber_resumes_at_every_position_while_the_ledger_grows() {
    const TOTAL: i64 = 400;
    let mut ledger = Ledger::new().await;
    let tail = ledger.tail().await;
    let journal = ledger.journal.clone();
    let writer = tokio::spawn(async move {
        for _ in 0..TOTAL / 4 {
            journal.append(append(&run(), 0, 4)).await.unwrap();
            sleep(Duration::from_millis(2)).await;
        }
    });

    let readers: Vec<_> = (0..TOTAL)
        .map(|after| {
            let tail = tail.clone();
            tokio::spawn(async move {
                // At different times, so that some begin behind, some ahead of the head.
                sleep(Duration::from_millis(u64::try_from(after * 7 % 300).unwrap())).await;
                let positions = collect(&mut tail.subscribe(after), TOTAL).await;
                assert_eq!(positions, (after + 1..=TOTAL).collect::<Vec<_>>(), "after {after}");
            })
        })
        .collect();
    for reader in readers {
        reader.await.unwrap();
    }
    writer.await.unwrap();
    assert_eq!(tail.head(), TOTAL);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_subscriber_reads_the_ledger_itself_and_holds_up_nobody() {
    let mut ledger = Ledger::new().await;
    let tail = ledger.tail().await;
    let (mut slow, mut quick) = (tail.subscribe(0), tail.subscribe(0));
    ledger.journal.append(append(&run(), 0, 1)).await.unwrap();
    assert_eq!(collect(&mut slow, 1).await, [1]);

    // More readings than the backlog keeps.
    for _ in 0..100 {
        let stream = run();
        ledger.journal.append(append(&stream, 0, 1)).await.unwrap();
        assert!(tail.wait_for(&stream, 1, Duration::from_secs(5)).await.is_some());
        collect(&mut quick, tail.head()).await;
    }

    assert_eq!(collect(&mut slow, 101).await, (2..=101).collect::<Vec<_>>());
    assert_eq!((slow.fell_behind(), quick.fell_behind()), (1, 0));
    assert_eq!(slow.position(), 101);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_waits_for_the_position_of_its_event() {
    let mut ledger = Ledger::new().await;
    let stream = run();
    ledger.journal.append(append(&stream, 0, 2)).await.unwrap();
    let tail = ledger.tail().await;
    let second = Duration::from_secs(1);

    assert_eq!(tail.wait_for(&stream, 1, second).await, Some(1));
    assert_eq!(tail.wait_for(&stream, 2, second).await, Some(2));
    assert_eq!(tail.wait_for(&stream, 1, second).await, Some(1), "also an older one");
    assert_eq!(tail.wait_for(&stream, 3, Duration::from_millis(120)).await, None);

    let waiting = {
        let (tail, stream) = (tail.clone(), stream.clone());
        tokio::spawn(async move { tail.wait_for(&stream, 3, Duration::from_secs(5)).await })
    };
    sleep(Duration::from_millis(100)).await;
    ledger.journal.append(append(&stream, 2, 1)).await.unwrap();
    assert_eq!(waiting.await.unwrap(), Some(3));
    let mut heads = tail.watch_head();
    assert_eq!(*heads.borrow_and_update(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_is_told_within_milliseconds_here_and_in_another_process() {
    let mut ledger = Ledger::new().await;
    let here = ledger.tail().await;
    // Another process: bells of its own, which ring by NOTIFY alone, and a poll that never comes.
    let bells = Bells::default();
    let (elsewhere, reader) =
        Tail::open(ledger.journal.clone(), bells.clone(), Duration::from_mins(10)).await.unwrap();
    ledger.host(async move {
        reader.run().await;
    });
    let pool = ledger.app.clone();
    ledger.host(async move {
        bells.listen(&pool).await.unwrap();
    });
    sleep(Duration::from_millis(300)).await;

    let mut delays = Vec::new();
    for _ in 0..20 {
        let stream = run();
        ledger.journal.append(append(&stream, 0, 1)).await.unwrap();
        let appended = Instant::now();
        let patience = Duration::from_secs(5);
        let (a, b) = tokio::join!(
            here.wait_for(&stream, 1, patience),
            elsewhere.wait_for(&stream, 1, patience)
        );
        assert!(a.is_some() && a == b);
        delays.push(appended.elapsed());
        sleep(Duration::from_millis(20)).await;
    }
    delays.sort();
    assert!(delays[10] < Duration::from_millis(100), "{delays:?}");
    assert_eq!(elsewhere.head(), 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_append_elsewhere_wakes_the_sequencer_by_notification() {
    let ledger = Ledger::new().await;
    let (pool, bells) = (ledger.app.clone(), Bells::default());
    let ear = bells.clone();
    let listening = tokio::spawn(async move { ear.listen(&pool).await });
    sleep(Duration::from_millis(300)).await;
    bells.appended.wait(Duration::from_secs(1)).await; // it rings once when it begins

    let stream = run();
    ledger.journal.append(append(&stream, 0, 1)).await.unwrap();

    let before = Instant::now();
    bells.appended.wait(Duration::from_secs(10)).await;
    assert!(before.elapsed() < Duration::from_secs(5));

    // What comes at the heels of that is not told at once, and is told.
    ledger.journal.append(append(&stream, 1, 1)).await.unwrap();
    let before = Instant::now();
    bells.appended.wait(Duration::from_secs(10)).await;
    assert!(before.elapsed() < Duration::from_secs(5));
    listening.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_events_come_in_smaller_batches_and_complete() {
    let mut ledger = Ledger::new().await;
    let tail = ledger.tail().await;
    let stream = run();
    let mut order = append(&stream, 0, 5);
    for event_ in &mut order.events {
        *event_ = event(&"x".repeat(1_500_000));
    }
    ledger.journal.append(order).await.unwrap();

    let mut subscription = tail.subscribe(0);
    let mut seen = 0;
    while seen < 5 {
        let batch = timeout(Duration::from_secs(10), subscription.next()).await.unwrap().unwrap();
        assert!(batch.len() <= 2);
        assert!(batch.iter().all(|event| event.payload.len() > 1_500_000));
        seen += batch.len();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_is_run_again_goes_on_where_it_was() {
    let mut ledger = Ledger::new().await;
    let mut sequencer = ledger.sequencer().await;
    let poll = Duration::from_millis(50);
    let (tail, reader) =
        Tail::open(ledger.journal.clone(), ledger.bells.clone(), poll).await.unwrap();
    let mut subscription = tail.subscribe(0);
    for round in 1..=3 {
        let running = {
            let reader = reader.clone();
            tokio::spawn(async move { reader.run().await })
        };
        ledger.journal.append(append(&run(), 0, 2)).await.unwrap();
        sequencer.tick().await.unwrap();
        assert_eq!(collect(&mut subscription, round * 2).await, [round * 2 - 1, round * 2]);
        running.abort();
        assert!(running.await.unwrap_err().is_cancelled());
    }
    ledger.host(async {});
}

#[tokio::test]
async fn a_stream_of_another_process_is_found_without_its_notification() {
    let ledger = Ledger::new().await;
    let mut sequencer = ledger.sequencer().await;
    let workflow = StreamId::new("workflow", "wf_1");
    let mut order = append(&run(), 0, 1);
    order.stream = workflow.clone();
    ledger.journal.append(order).await.unwrap();
    assert_eq!(ledger.journal.position_of(&workflow, 1).await.unwrap(), None);
    sequencer.tick().await.unwrap();
    assert_eq!(ledger.journal.position_of(&workflow, 1).await.unwrap(), Some(1));
    let events = ledger.journal.read_after(0, 10).await.unwrap();
    assert_eq!((&*events[0].aggregate_type, events[0].aggregate_id.as_str()), ("workflow", "wf_1"));
}
