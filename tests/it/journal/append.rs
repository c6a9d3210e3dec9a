//! What becomes of appends, alone and in company.

use chainkeel::journal::{
    Config, Error, INLINE_BYTES, Inbox, Outcome, PAYLOAD_BYTES, Receipt, Reply, Side,
};
use chainkeel::primitives::{CommandId, OrganizationId, RunId};

use super::ledger::{Ledger, append, event, in_one_flush, insert, run, slot};

const ONE_LANE: Config = Config {
    lanes: 1,
    queue: 4096,
    queue_bytes: 64 * 1024 * 1024,
    flush_events: 512,
    flush_bytes: 1024 * 1024,
    linger: std::time::Duration::from_millis(1),
    patience: std::time::Duration::from_secs(30),
};

#[tokio::test]
async fn what_was_appended_is_read_back_in_order() {
    let ledger = Ledger::new().await;
    let stream = run();

    let first = append(&stream, 0, 3);
    let metadata = first.metadata.clone();
    assert_eq!(ledger.journal.append(first).await.unwrap(), Outcome::Appended { last: 3 });
    let second = ledger.journal.append(append(&stream, 3, 2)).await.unwrap();
    assert_eq!(second, Outcome::Appended { last: 5 });

    let events = ledger.journal.read_stream(&stream, 0, 100).await.unwrap();
    let sequences: Vec<i64> = events.iter().map(|event| event.sequence).collect();
    assert_eq!(sequences, [1, 2, 3, 4, 5]);
    let first = &events[0];
    assert_eq!((first.event_type.as_str(), first.event_version.as_str()), ("noted", "1.0"));
    assert_eq!(first.payload, r#"{"noted":{"text":"0"}}"#);
    assert_eq!(first.organization, OrganizationId::DEFAULT);
    assert_eq!(first.position, 0);
    let map = first.metadata_map().unwrap();
    assert_eq!(map["actor"], "test");
    assert_eq!(map["command_id"], metadata.command.to_string());
    assert_eq!(ledger.journal.read_stream(&stream, 3, 1).await.unwrap()[0].sequence, 4);
}

#[tokio::test]
async fn a_conflict_fails_nobody_else_in_its_flush() {
    let mut ledger = Ledger::at_rest(ONE_LANE).await;
    let streams: Vec<_> = (0..5).map(|_| run()).collect();

    let outcomes = in_one_flush(
        &mut ledger,
        vec![
            append(&streams[0], 0, 1),
            append(&streams[1], 7, 1), // nobody wrote 7 events
            append(&streams[2], 0, 2),
            append(&streams[3], 1, 1),
            append(&streams[4], 0, 3),
        ],
    )
    .await;

    assert_eq!(
        outcomes,
        [
            Outcome::Appended { last: 1 },
            Outcome::Conflict,
            Outcome::Appended { last: 2 },
            Outcome::Conflict,
            Outcome::Appended { last: 3 },
        ]
    );
    for (stream, count) in streams.iter().zip([1, 0, 2, 0, 3]) {
        assert_eq!(ledger.commands_of(stream).await.len(), count);
    }
}

#[tokio::test]
async fn a_gap_inside_somebody_elses_append_is_a_conflict_for_the_whole_chain() {
    let mut ledger = Ledger::at_rest(ONE_LANE).await;
    let stream = run();
    let mut somebody = ledger.app.acquire().await.unwrap();
    for sequence in 1..=2 {
        insert(&mut somebody, &stream.aggregate_id, sequence).await;
    }

    // Somebody else's two events end in the middle of the first append's three.
    let outcomes =
        in_one_flush(&mut ledger, vec![append(&stream, 0, 3), append(&stream, 3, 1)]).await;

    assert_eq!(outcomes, [Outcome::Conflict, Outcome::Conflict]);
}

#[tokio::test]
async fn appends_of_one_stream_in_one_flush_are_recorded_in_their_order() {
    let mut ledger = Ledger::at_rest(ONE_LANE).await;
    let (stream, other) = (run(), run());
    let appends = vec![
        append(&stream, 0, 2),
        append(&other, 0, 1),
        append(&stream, 2, 1),
        append(&stream, 3, 4),
        append(&stream, 3, 1), // a rival of the one before
        append(&stream, 7, 1),
    ];

    let outcomes = in_one_flush(&mut ledger, appends).await;

    assert_eq!(
        outcomes,
        [
            Outcome::Appended { last: 2 },
            Outcome::Appended { last: 1 },
            Outcome::Appended { last: 3 },
            Outcome::Appended { last: 7 },
            Outcome::Conflict,
            Outcome::Appended { last: 8 },
        ]
    );
    let sequences: Vec<i64> = ledger.commands_of(&stream).await.iter().map(|(n, _)| *n).collect();
    assert_eq!(sequences, (1..=8).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_same_command_at_the_same_place_is_recorded_once() {
    let ledger = Ledger::new().await;
    let stream = run();
    let order = append(&stream, 0, 3);

    let first = ledger.journal.append(order.clone()).await.unwrap();
    let again = ledger.journal.append(order.clone()).await.unwrap();
    ledger.journal.append(append(&stream, 3, 1)).await.unwrap();
    let late = ledger.journal.append(order).await.unwrap();

    assert_eq!(first, Outcome::Appended { last: 3 });
    assert_eq!(again, Outcome::Duplicate { last: 3 });
    assert_eq!(late, Outcome::Duplicate { last: 3 });
    assert_eq!(ledger.commands_of(&stream).await.len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_that_was_faster_by_a_moment_is_a_conflict_for_its_rival_alone() {
    let mut ledger = Ledger::at_rest(ONE_LANE).await;
    let (contested, other) = (run(), run());
    let mut faster = ledger.app.begin().await.unwrap();
    insert(&mut faster, &contested.aggregate_id, 1).await;

    // The flush cannot see the other's event, and waits for its transaction.
    let commit = tokio::spawn(async move {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        faster.commit().await.unwrap();
    });
    let orders = vec![append(&contested, 0, 1), append(&other, 0, 1)];
    let outcomes = in_one_flush(&mut ledger, orders).await;

    commit.await.unwrap();
    assert_eq!(outcomes, [Outcome::Conflict, Outcome::Appended { last: 1 }]);
}

#[tokio::test]
async fn a_trigger_starts_one_run_however_often_it_fires() {
    let mut ledger = Ledger::at_rest(ONE_LANE).await;
    let streams: Vec<_> = (0..4).map(|_| run()).collect();
    let start = |stream| {
        let mut order = append(stream, 0, 2);
        order.side.push(Side::Claim { trigger_id: "block-7".to_owned() });
        order
    };

    let outcomes = in_one_flush(&mut ledger, streams[..3].iter().map(start).collect()).await;
    let later = ledger.journal.append(start(&streams[3])).await.unwrap();

    let run = streams[0].aggregate_id.clone();
    assert_eq!(outcomes[0], Outcome::Appended { last: 2 });
    assert_eq!(outcomes[1], Outcome::ClaimTaken { run: run.clone() });
    assert_eq!(outcomes[2], Outcome::ClaimTaken { run: run.clone() });
    assert_eq!(later, Outcome::ClaimTaken { run });
    for stream in &streams[1..] {
        assert_eq!(ledger.commands_of(stream).await, []);
    }
}

#[tokio::test]
async fn the_claim_of_another_organization_is_another_claim() {
    let ledger = Ledger::new().await;
    for organization in [OrganizationId::DEFAULT, OrganizationId::generate()] {
        let mut order = append(&run(), 0, 1);
        order.metadata.organization = organization;
        order.side.push(Side::Claim { trigger_id: "block-7".to_owned() });
        assert_eq!(ledger.journal.append(order).await.unwrap(), Outcome::Appended { last: 1 });
    }
}

fn receipt(key: &str, response: &str) -> Receipt {
    Receipt {
        organization: OrganizationId::DEFAULT,
        principal: "admin".to_owned(),
        route: "POST /v1/workflows".to_owned(),
        key: key.to_owned(),
        fingerprint: "f".to_owned(),
        status: 201,
        response: response.to_owned(),
    }
}

#[tokio::test]
async fn a_receipt_is_written_with_the_events_or_not_at_all() {
    let mut ledger = Ledger::at_rest(ONE_LANE).await;
    let order = |expected, receipt| {
        let mut order = append(&run(), expected, 1);
        order.side.push(Side::Receipt(receipt));
        order
    };

    let outcomes = in_one_flush(
        &mut ledger,
        vec![
            order(0, receipt("a", r#"{"first":true}"#)),
            order(0, receipt("a", r#"{"first":false}"#)),
            order(9, receipt("b", "{}")),
            order(0, receipt("c", "{}")),
        ],
    )
    .await;

    assert_eq!(
        outcomes,
        [
            Outcome::Appended { last: 1 },
            Outcome::ReceiptTaken,
            Outcome::Conflict,
            Outcome::Appended { last: 1 },
        ]
    );
    let find = |key: &'static str| {
        ledger.journal.receipt(OrganizationId::DEFAULT, "admin", "POST /v1/workflows", key)
    };
    assert_eq!(find("a").await.unwrap(), Some(receipt("a", r#"{"first":true}"#)));
    assert_eq!(find("b").await.unwrap(), None);
    assert_eq!(find("c").await.unwrap(), Some(receipt("c", "{}")));
}

#[tokio::test]
async fn a_receipt_is_forgotten_after_a_day() {
    let ledger = Ledger::new().await;
    let order = || {
        let mut order = append(&run(), 0, 1);
        order.side.push(Side::Receipt(receipt("a", "{}")));
        order
    };
    let find =
        || ledger.journal.receipt(OrganizationId::DEFAULT, "admin", "POST /v1/workflows", "a");
    ledger.journal.append(order()).await.unwrap();
    let age = || async {
        sqlx::query(
            "update idempotency_receipts set created_at = created_at - interval '25 hours'",
        )
        .execute(&ledger.database.pool)
        .await
        .unwrap();
    };

    age().await;
    assert_eq!(find().await.unwrap(), None);
    assert_eq!(ledger.journal.append(order()).await.unwrap(), Outcome::Appended { last: 1 });
    assert!(find().await.unwrap().is_some());
    assert_eq!(ledger.journal.purge_receipts().await.unwrap(), 0);
    age().await;
    assert_eq!(ledger.journal.purge_receipts().await.unwrap(), 1);
}

#[tokio::test]
async fn a_claim_that_is_refused_leaves_no_receipt() {
    let ledger = Ledger::new().await;
    let order = |key| {
        let mut order = append(&run(), 0, 1);
        order.side.push(Side::Claim { trigger_id: "t".to_owned() });
        order.side.push(Side::Receipt(receipt(key, "{}")));
        order
    };
    ledger.journal.append(order("a")).await.unwrap();
    let refused = ledger.journal.append(order("b")).await.unwrap();

    assert!(matches!(refused, Outcome::ClaimTaken { .. }));
    let receipt =
        ledger.journal.receipt(OrganizationId::DEFAULT, "admin", "POST /v1/workflows", "b").await;
    assert_eq!(receipt.unwrap(), None);
}

#[tokio::test]
async fn a_command_leaves_the_inbox_with_the_append_that_executes_it() {
    let ledger = Ledger::new().await;
    let inbox = Inbox::new(ledger.app.clone());
    let stream = run();
    let run: RunId = stream.aggregate_id.parse().unwrap();
    let (done, refused) = (CommandId::generate(), CommandId::generate());
    for command in [done, done, refused] {
        inbox.put(command, slot(&stream), run, r#"{"cancel":{}}"#).await.unwrap();
    }
    let letters = inbox.take(&[slot(&stream)], 10).await.unwrap();
    assert_eq!(letters.iter().map(|letter| letter.command).collect::<Vec<_>>(), [done, refused]);
    assert_eq!(letters[0].payload, r#"{"cancel":{}}"#);
    assert_eq!(inbox.reply(done).await.unwrap(), Reply::Waiting);

    let mut conflicting = append(&stream, 5, 1);
    conflicting.side.push(Side::InboxDone(done));
    assert_eq!(ledger.journal.append(conflicting).await.unwrap(), Outcome::Conflict);
    assert_eq!(inbox.reply(done).await.unwrap(), Reply::Waiting);

    let mut order = append(&stream, 0, 1);
    order.side.push(Side::InboxDone(done));
    ledger.journal.append(order).await.unwrap();
    inbox.refuse(refused, r#"{"code":"already-resumed"}"#).await.unwrap();

    assert_eq!(inbox.reply(done).await.unwrap(), Reply::Done);
    assert_eq!(
        inbox.reply(refused).await.unwrap(),
        Reply::Refused(r#"{"code":"already-resumed"}"#.to_owned())
    );
    assert_eq!(inbox.take(&[slot(&stream)], 10).await.unwrap(), []);
}

#[tokio::test]
async fn a_large_payload_lives_beside_the_event_and_reads_back_the_same() {
    let ledger = Ledger::new().await;
    let stream = run();
    let mut order = append(&stream, 0, 3);
    order.events[1] = event(&"x".repeat(INLINE_BYTES));
    let large = order.events[1].payload.clone();
    ledger.journal.append(order.clone()).await.unwrap();
    order.stream = run();
    ledger.journal.append(order).await.unwrap();

    let events = ledger.journal.read_stream(&stream, 0, 10).await.unwrap();
    assert_eq!(events[1].payload, large);
    let stored: Vec<String> = sqlx::query_scalar(
        "select payload::text from events where aggregate_id = $1 order by sequence",
    )
    .bind(&stream.aggregate_id)
    .fetch_all(&ledger.app)
    .await
    .unwrap();
    assert!(stored[1].starts_with(r#"{"$split":[{"at":"#) && stored[1].len() < 200);
    let blobs: i64 =
        sqlx::query_scalar("select count(*) from blobs").fetch_one(&ledger.app).await.unwrap();
    assert_eq!(blobs, 1);
}

#[tokio::test]
async fn what_cannot_be_recorded_is_refused_and_fails_nobody_else() {
    let mut ledger = Ledger::at_rest(ONE_LANE).await;
    let refused = |order| {
        let journal = ledger.journal.clone();
        async move { matches!(journal.append(order).await, Err(Error::Unacceptable(_))) }
    };
    assert!(refused(append(&run(), 0, 0)).await);
    assert!(refused(append(&run(), -1, 1)).await);
    let mut nul = append(&run(), 0, 1);
    nul.metadata.actor = "a\0b".to_owned();
    assert!(refused(nul).await);
    let mut huge = append(&run(), 0, 1);
    huge.events[0] = event(&"x".repeat(PAYLOAD_BYTES));
    assert!(refused(huge).await);
    let mut reference = append(&run(), 0, 1);
    reference.events[0].payload = r#"{"$blob":{"sha256":"00","size":1}}"#.to_owned();
    assert!(refused(reference).await);
    let mut split = append(&run(), 0, 1);
    split.events[0].payload = r#"{"$split":[],"rest":{}}"#.to_owned();
    assert!(refused(split).await);

    // These the database refuses.
    let mut broken = append(&run(), 0, 1);
    broken.events[0].payload = "{".to_owned();
    let mut nowhere = append(&run(), 0, 1);
    nowhere.stream.aggregate_id = "run_00000000000000000000000000".to_owned(); // 1970
    let good = append(&run(), 0, 1);
    let calls: Vec<_> = [broken, nowhere, good]
        .into_iter()
        .map(|order| {
            let journal = ledger.journal.clone();
            tokio::spawn(async move { journal.append(order).await })
        })
        .collect();
    while ledger.journal.queued() < 3 {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    ledger.run_lanes();
    let outcomes = futures::future::try_join_all(calls).await.unwrap();
    assert!(matches!(outcomes[0], Err(Error::Database { .. })), "{outcomes:?}");
    assert!(matches!(outcomes[1], Err(Error::Database { .. })), "{outcomes:?}");
    assert!(matches!(outcomes[2], Ok(Outcome::Appended { last: 1 })), "{outcomes:?}");
}

#[tokio::test]
async fn a_full_queue_says_so_instead_of_growing() {
    let mut ledger = Ledger::at_rest(Config { queue: 2, ..ONE_LANE }).await;
    let calls: Vec<_> = (0..2)
        .map(|_| {
            let journal = ledger.journal.clone();
            tokio::spawn(async move { journal.append(append(&run(), 0, 1)).await })
        })
        .collect();
    while ledger.journal.queued() < 2 {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }

    let third = ledger.journal.append(append(&run(), 0, 1)).await;

    assert!(matches!(third, Err(Error::Busy(_))), "{third:?}");
    ledger.run_lanes();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap(), Outcome::Appended { last: 1 });
    }
}

#[tokio::test]
async fn a_journal_that_closes_records_what_waits_and_takes_nothing_more() {
    let ledger = Ledger::at_rest(ONE_LANE).await;
    let stream = run();
    let journal = ledger.journal.clone();
    let order = append(&stream, 0, 1);
    let waiting = tokio::spawn(async move { journal.append(order).await });
    while ledger.journal.queued() < 1 {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }

    ledger.journal.close();
    let refused = ledger.journal.append(append(&run(), 0, 1)).await;
    ledger.lanes[0].run().await;

    assert!(matches!(refused, Err(Error::Closed)), "{refused:?}");
    assert_eq!(waiting.await.unwrap().unwrap(), Outcome::Appended { last: 1 });
}

#[tokio::test]
async fn the_role_that_serves_may_not_change_what_is_recorded() {
    let ledger = Ledger::new().await;
    ledger.journal.append(append(&run(), 0, 1)).await.unwrap();
    for order in [
        "update events set payload = '{}'",
        "delete from events",
        "truncate events",
        "update event_log set position = position + 1",
        "delete from event_log",
        "update blobs set content = ''",
        "delete from trigger_claims",
        "create table mine (x int)",
    ] {
        let refused = sqlx::query(order).execute(&ledger.app).await.unwrap_err();
        let code = refused.as_database_error().and_then(|error| error.code().map(String::from));
        assert_eq!(code.as_deref(), Some("42501"), "{order}: {refused}");
    }
}
