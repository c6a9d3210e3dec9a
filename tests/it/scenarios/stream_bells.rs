//! Streams that say when it is worth asking a source.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chainkeel::actors::detector::Ringer;
use chainkeel::catalog::Bell;
use chainkeel::primitives::{OrganizationId, WorkflowId};
use chainkeel::triggers::{Listing, Live, TriggerIndex};
use serde_json::json;
use tokio::sync::mpsc;

use crate::support::peer::door;
use crate::support::socket_peer::SocketPeer;

const KIND: &str = "polymarket-market-trade";

/// A live workflow that listens to this token.
fn listener(index: &TriggerIndex, token: &str) -> WorkflowId {
    let settings = json!({"market": format!("0x{:064}", 1), "assetIds": [token]});
    let definition = json!({"nodes": {"root": {"type": KIND, "payload": settings}}});
    let definition = Arc::new(engine::parse(&definition).unwrap());
    let workflow = WorkflowId::generate();
    let listing = Listing {
        organization: OrganizationId::DEFAULT,
        webhook_secret_hash: token.to_owned(),
        live: Some(Live { version: 1, definition }),
        paused: false,
        since: None,
        limits: None,
        private_to: None,
    };
    index.list(workflow, listing);
    workflow
}

#[actix_web::test]
async fn a_stream_rings_for_what_its_frames_are_about_and_is_left_when_it_only_answers_pings() {
    // given two triggers that listen to a token each
    let peer = SocketPeer::start().await;
    let bell = Bell {
        url: format!("ws://{}/ws/market", peer.address),
        subscribe: json!({"assets_ids": "{names}", "type": "market"}),
        ping: "PING".to_owned(),
        ping_seconds: 1,
        silence_seconds: 2,
        names: "assetIds".to_owned(),
        wanted: BTreeMap::from([("/event_type".to_owned(), "last_trade_price".to_owned())]),
        name: "/asset_id".to_owned(),
    };
    let index = Arc::<TriggerIndex>::default();
    let (seventh, eighth) = (listener(&index, "7"), listener(&index, "8"));
    let (rung, mut rings) = mpsc::channel(16);
    let egress = door(&[peer.address.to_string()]);
    let ringer = Ringer { index, egress, rung };
    let story = async {
        // then both are asked about once the stream is heard: something may have come before
        let subscription = json!({"assets_ids": ["7", "8"], "type": "market"});
        assert_eq!(peer.asked(1).await[0].message, subscription);
        let both = BTreeSet::from([seventh, eighth]);
        let first = [rings.recv().await.unwrap(), rings.recv().await.unwrap()];
        assert_eq!(BTreeSet::from(first), both);

        // when a frame is a list, and holds a trade of one and a book of the other
        peer.says(json!([
            {"event_type": "book", "asset_id": "7", "bids": [{"price": "0.4", "size": "1"}]},
            {"event_type": "last_trade_price", "asset_id": "8", "price": "0.45"},
        ]));
        peer.says("{\"event_type\": \"last_trade_price\", ");
        peer.says(json!({"event_type": "last_trade_price", "asset_id": "7", "price": "0.41"}));
        // then each trade rings for whom it is about
        assert_eq!((rings.recv().await, rings.recv().await), (Some(eighth), Some(seventh)));

        // when pings are answered, and nothing else is said
        assert_eq!(peer.asked(2).await[1].message, "PING");
        peer.says("PONG");
        // then it is listened to anew, and both are asked about
        let mut asked = 3;
        while peer.asked(asked).await[asked - 1].message != subscription {
            peer.says("PONG");
            asked += 1;
        }
        let again = [rings.recv().await.unwrap(), rings.recv().await.unwrap()];
        assert_eq!(BTreeSet::from(again), both);
    };
    tokio::select! {
        () = ringer.listen(KIND, &bell) => panic!("it listens for ever"),
        () = story => {}
    }
}
