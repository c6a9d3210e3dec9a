//! A source with a stream: what the stream tells starts runs at once, and what it does not tell is
//! found by asking, whatever the stream does. Each item starts one run.

use std::sync::Mutex;

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use chainkeel::catalog::{By, Source};
use chainkeel::primitives::{Clock as _, SystemClock};
use serde_json::{Value, json};

use crate::support::peer::Peer;
use crate::support::socket_peer::SocketPeer;
use crate::support::{TestApp, app_that_asks};

const MARKET: &str = "0xdd22472e552920b8438158ea7238bfadfa4f736aa4cee91a6b86c39ead110917";

/// The trades that are answered when it is asked, the newest first.
static TRADES: Mutex<Vec<Value>> = Mutex::new(Vec::new());

fn configure(config: &mut ServiceConfig) {
    config.route("/trades", web::get().to(trades));
}

async fn trades() -> HttpResponse {
    HttpResponse::Ok().json(&*TRADES.lock().unwrap())
}

fn trade(name: &str) -> Value {
    json!({
        "transactionHash": format!("0x{name}"), "asset": "7", "conditionId": MARKET,
        "proxyWallet": "0x56687bf447db6ffa42ffe2204a05edaa20f55839", "side": "BUY",
        "size": 12.5, "price": 0.45, "timestamp": SystemClock.now().unix_timestamp() + 5,
    })
}

fn frame(trade: &Value) -> Value {
    json!({"topic": "activity", "type": "trades", "payload": trade})
}

/// What is answered from now on has this trade, too.
fn happens(name: &str) -> Value {
    let trade = trade(name);
    TRADES.lock().unwrap().insert(0, trade.clone());
    trade
}

/// Waits until so many runs have begun, while the peer says so again and again.
async fn until_runs(app: &TestApp, count: i64, says: impl Fn()) {
    let counted = async || {
        says();
        app.count_runs().await
    };
    app.eventually(counted, |found| *found >= count).await;
    assert_eq!(app.count_runs().await, count);
}

#[actix_web::test]
async fn each_trade_starts_one_run_while_its_stream_lies_pings_and_is_cut() {
    // given a source that is asked every ten minutes, and its stream
    let (peer, stream) = (Peer::start(configure), SocketPeer::start().await);
    let mut source = Source::named("polymarket-market-trade").unwrap().clone();
    let By::Poll(asked) = &mut source.by else { panic!("it is asked") };
    asked.url = format!("{}?market={{market}}", peer.url("/trades"));
    asked.interval_seconds = 600;
    let told = asked.stream.as_mut().unwrap();
    told.url = format!("ws://{}/", stream.address);
    told.silence_seconds = 1;
    let subscription = told.subscribe.clone();
    happens("a0");
    let app = app_that_asks(source, &[peer.opening(), stream.address.to_string()]).await;
    let definition = json!({"nodes": {
        "root": {"type": "polymarket-market-trade", "payload": {"market": MARKET}, "children": ["note"]},
        "note": {"type": "log", "payload": {"message": "{{$trigger.body}}"}},
    }});
    let id = app.published(&definition).await;
    assert_eq!(stream.asked(1).await[0].message, subscription);
    let path = format!("/v1/workflows/{id}/source");
    let read = |shown: &Value| shown["status"] == "reading";
    app.eventually(|| app.client.data(&path), read).await;

    // when it tells a trade, twice and a third time in capitals, among what is none of this market's
    // and what cannot be read
    let first = trade("a1");
    let (mut shouted, mut other, mut nameless) = (first.clone(), trade("b1"), trade("c1"));
    shouted["transactionHash"] = json!("0xA1");
    other["conditionId"] = json!("0x01");
    nameless["transactionHash"] = json!({"a": [1]});
    until_runs(&app, 1, || {
        stream.says("{\"topic\": \"activity\", ");
        stream.says("[[1], null, \"PONG\"]");
        stream.says_bytes(&[0xff, 0x00]);
        stream.says(json!([frame(&other), 7, frame(&nameless), frame(&first)]));
        stream.says(frame(&first));
        stream.says(frame(&shouted));
    })
    .await;

    // when it is asked afterwards, since a frame does not say all of the trade that it tells of
    TRADES.lock().unwrap().insert(0, first);
    happens("a2");
    until_runs(&app, 2, || stream.says(frame(&json!({"conditionId": MARKET})))).await;

    // when the stream pings and tells nothing, while something happens
    happens("a3");
    until_runs(&app, 3, || ()).await;
    let gaps = "select count(*) from stream_gaps where stream = 'polymarket-market-trade'
                   and ended_at is null";
    assert_eq!(app.count(gaps).await, 1);

    // when it is cut between two trades, of which it tells the second
    let connections = stream.asked(1).await.len();
    stream.hangs_up();
    happens("a4");
    stream.asked(connections + 1).await;
    let fifth = happens("a5");
    until_runs(&app, 5, || stream.says(frame(&fifth))).await;

    // when a message is larger than any may be
    stream.says("x".repeat(2 * 1024 * 1024));
    happens("a6");
    until_runs(&app, 6, || ()).await;

    // then it is heard again, and everything was once
    let last = trade("a7");
    until_runs(&app, 7, || stream.says(frame(&last))).await;
    app.eventually(|| app.count(gaps), |open| *open == 0).await;
    assert_eq!(app.count_runs().await, 7);
}
