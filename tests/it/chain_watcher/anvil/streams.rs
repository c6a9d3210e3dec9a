//! Streams that announce blocks, and what they do instead. They make a chain quick, and nothing rests
//! on them.

use std::time::Duration;

use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::stage::Stage;
use crate::support::socket_proxy::SocketProxy;

#[actix_web::test]
async fn a_block_that_is_announced_is_read_at_once_also_after_a_cut_and_an_invented_one() {
    // given a chain that is looked at once an hour, and a stream of its node
    let stage = Stage::of(json!({"delivery": "seen"})).await;
    let (door, stream) = (stage.door(), SocketProxy::before(&stage.node).await);
    let _detector = stage.hearing(&door, &stream, Duration::from_hours(1));
    stage.app.until_enrolled(1).await;
    stream.subscribed(1).await;
    stage.until_followed().await;

    // then a block is read when it is announced
    stage.block_with_a_log().await;
    stage.ledger_holds(&[]).await;

    // and one that the node denies moves nothing, nor does what is no announcement
    let (head, _) = stage.node.head().await;
    stream.announces(u64::try_from(head).unwrap() + 500);
    stream.says(Message::text("{\"method\": \"eth_subscription\", \"params\": "));
    stream.says(Message::binary(vec![0xff_u8, 0]));
    stage.until_asked(&door, "eth_blockNumber", 2).await;
    stage.block_with_a_log().await;
    stage.ledger_holds(&[]).await;

    // and what was mined while the stream was cut is read when it is heard again
    let before = stream.subscriptions();
    stream.cuts();
    stage.block_with_a_log().await;
    stage.block_with_a_log().await;
    stream.subscribed(before + 1).await;
    stage.ledger_holds(&[]).await;

    // and a message that is larger than any announcement ends the connection and nothing else
    let before = stream.subscriptions();
    stream.says(Message::text("x".repeat(512 * 1024)));
    stream.subscribed(before + 1).await;
    stage.block_with_a_log().await;
    stage.ledger_holds(&[]).await;
    let halted = "select count(*) from chain_cursors where halted is not null";
    assert_eq!(stage.app.count(halted).await, 0);
}

#[actix_web::test]
async fn a_websocket_that_pings_but_sends_no_data_is_left_and_every_log_starts_its_run() {
    let stage = Stage::of(json!({"delivery": "seen"})).await;
    let (door, stream) = (stage.door(), SocketProxy::before(&stage.node).await);
    let _detector = stage.hearing(&door, &stream, Duration::from_millis(250));
    stage.app.until_enrolled(1).await;
    stream.subscribed(1).await;
    stage.until_followed().await;
    stream.falls_silent();
    for _ in 0..3 {
        stage.block_with_a_log().await;
    }
    // It is polled, and the stream is made anew.
    stage.ledger_holds(&[]).await;
    // It is silent only beside a chain that grows, whatever was polled by the time it was subscribed to.
    let grown = || async {
        stage.node.mine(1).await;
        stage.until_followed().await;
        stream.subscriptions()
    };
    stage.app.eventually(grown, |found| *found >= 2).await;
    stream.heals();
    stage.block_with_a_log().await;
    stage.ledger_holds(&[]).await;
}
