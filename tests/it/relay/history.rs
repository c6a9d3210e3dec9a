//! Who publishes what is not next is refused, and a stream that tells another history takes nothing more.

use std::time::Duration;

use bytes::Bytes;
use chainkeel::relay::{Error, Ledger, Marks, Message, Stream, Taken};

use super::{all_is_told, expected, identity, traffic};
use crate::support::nats::{Nats, STREAM};
use crate::support::{app_that_relays, definitions};

/// Longer than a relay needs for what waits.
const A_WHILE: Duration = Duration::from_secs(2);

/// An event that is on no ledger.
fn message(ledger: &Ledger, position: i64) -> Message {
    Message {
        position,
        id: ledger.message_id(position, "made up"),
        subject: ledger.subject("org", "run", "made_up"),
        body: Bytes::from_static(b"{}"),
        marks: Marks::default(),
    }
}

#[actix::test]
async fn whoever_is_behind_or_ahead_is_refused() {
    // given a stream with three events
    let (nats, ledger) = (Nats::start(), Ledger::of(&[5; 32]));
    let stream = Stream::reach(&nats.target(), &ledger).await.unwrap();
    assert_eq!(stream.standing().await.unwrap(), None);
    stream.settle(&nats.target()).await.unwrap();
    let publish = async |position, after: Option<&str>| {
        stream.publish(message(&ledger, position), after).await.unwrap().taken().await
    };
    for position in 1..=3 {
        assert_eq!(publish(position, None).await.unwrap(), Taken::Stored);
    }

    // then the same is known, and all that is not next is refused
    assert_eq!(publish(3, None).await.unwrap(), Taken::Known);
    for position in [5, 6, 1_000] {
        let refused = publish(position, None).await.unwrap_err();
        assert!(
            matches!(refused, Error::OutOfTurn { position: it } if it == position),
            "{refused}"
        );
    }

    // and another event at a position that is taken, and what follows that one
    let other = Message { id: ledger.message_id(3, "another"), ..message(&ledger, 3) };
    let before = other.id.clone();
    let refused = stream.publish(other, None).await.unwrap().taken().await.unwrap_err();
    assert!(matches!(refused, Error::OutOfTurn { position: 3 }), "{refused}");
    let refused = publish(4, Some(&before)).await.unwrap_err();
    assert!(matches!(refused, Error::OutOfTurn { position: 4 }), "{refused}");
    assert_eq!(publish(4, Some(&message(&ledger, 3).id)).await.unwrap(), Taken::Stored);
    assert_eq!(nats.standing().await, (1, 4, 4));

    // and another ledger is not let in
    let other = Stream::reach(&nats.target(), &Ledger::of(&[6; 32])).await.unwrap();
    let refused = other.settle(&nats.target()).await.unwrap_err();
    assert!(matches!(refused, Error::Foreign { .. }) && refused.wants_a_person(), "{refused}");

    // and a sequence that is not the position is noticed
    let context = nats.context().await;
    context.get_stream(STREAM).await.unwrap().purge().sequence(100).await.unwrap();
    let shifted = publish(5, None).await.unwrap_err();
    assert!(matches!(shifted, Error::Shifted { position: 5, sequence: 100 }), "{shifted}");
}

#[actix::test]
async fn limits_follow_the_settings_and_nothing_is_lost_by_it() {
    let (nats, ledger) = (Nats::start(), Ledger::of(&[5; 32]));
    let stream = Stream::reach(&nats.target(), &ledger).await.unwrap();
    stream.settle(&nats.target()).await.unwrap();
    stream.publish(message(&ledger, 1), None).await.unwrap().taken().await.unwrap();
    let other = chainkeel::relay::Target {
        keep: Duration::from_hours(1),
        keep_bytes: 1_000_000,
        ..nats.target()
    };
    stream.settle(&other).await.unwrap();
    let context = nats.context().await;
    let is = context.get_stream(STREAM).await.unwrap().cached_info().clone();
    assert_eq!((is.config.max_age, is.config.max_bytes), (other.keep, 1_000_000));
    assert_eq!(is.state.messages, 1);
}

#[actix::test]
async fn a_stream_that_has_another_event_than_the_ledger_takes_nothing_more() {
    // given a stream that ends with an event which is on no ledger, as after a restored backup
    let nats = Nats::start();
    let app = app_that_relays(nats.target()).await;
    let workflow = app.published(&definitions::pure()).await;
    let head = app.head().await;
    nats.until(head).await;
    let ledger = identity(&app.database).await;
    let stream = Stream::reach(&nats.target(), &ledger).await.unwrap();
    let made_up = stream.publish(message(&ledger, head + 1), None).await.unwrap();
    assert_eq!(made_up.taken().await.unwrap(), Taken::Stored);

    // when the ledger goes on another way
    traffic(&app, &workflow, 3).await;
    assert!(app.head().await > head + 3);

    // then the relay adds nothing to it
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(nats.standing().await.1, head + 1);

    // until somebody deletes the stream
    nats.context().await.delete_stream(STREAM).await.unwrap();
    all_is_told(&app, &nats, "all").await;
    assert!(expected(&app.database).await.len() > 10);
}
