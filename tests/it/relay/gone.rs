//! Of what was deleted by order the stream has the place.

use chainkeel::primitives::{Clock, SystemClock};

use crate::crash::server::Server;
use crate::retention::Stage;
use crate::support::client::Event;
use crate::support::gateway::{Gateway, token};
use crate::support::nats::{Nats, STREAM};

#[actix::test]
async fn a_stream_that_begins_anew_has_the_places_of_what_was_deleted_and_goes_on() {
    // given a ledger of which runs were deleted by order
    let (stage, _) = Stage::with_old_runs(2).await;
    stage.moved().await;
    crate::retention::settled(&stage).await;
    assert_eq!(stage.pass().await.deleted.len(), 1);
    let there = stage.journal.read_after(0, 10_000).await.unwrap();
    let head = stage.app.head().await;
    let all = usize::try_from(head).unwrap();
    assert!(there.len() < all, "nothing is gone");

    // when a relay fills a stream with it
    let nats = Nats::start();
    let (place, settings) = (
        tempfile::tempdir().unwrap(),
        [
            ("CHAINKEEL_ROLES", "relay".to_owned()),
            ("CHAINKEEL_RELAY_URL", nats.url()),
            ("CHAINKEEL_RELAY_STREAM", STREAM.to_owned()),
        ],
    );
    let _relay = Server::with(&stage.app.database.url, &place, &settings);
    let begun = std::time::Instant::now();
    while nats.standing().await.1 < head {
        assert!(
            begun.elapsed() < std::time::Duration::from_secs(40),
            "{:?}",
            nats.standing().await
        );
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }

    // then each position is there, without a body where there is nothing any more
    let told = nats.told("all").await;
    assert!(told.iter().map(|told| told.sequence).take(all).eq(1..=head));
    for told in told.iter().filter(|told| told.sequence <= head) {
        let is_there = there.iter().any(|event| event.position == told.sequence);
        let is_new = told.sequence > there.last().unwrap().position;
        assert!(is_new || is_there != told.body.is_empty(), "{told:?}");
        assert_eq!(told.id.ends_with(":gone"), told.body.is_empty(), "{told:?}");
    }

    // and a gateway tells of the rest what the server tells
    let gateway = Gateway::of(&stage.app, &nats.url()).await;
    // Whose clock is that of the machine: it takes no token of another year.
    stage.clock.advance(SystemClock.now() - stage.clock.now());
    let ours = gateway.client(&token(&stage.app.client).await);
    let mut server = stage.app.client.stream("/v1/activity/stream", Some(0)).await;
    let first: Vec<Event> = server.take(2).await;
    assert_eq!(ours.stream("/v1/activity/stream", Some(0)).await.take(2).await, first);
}
