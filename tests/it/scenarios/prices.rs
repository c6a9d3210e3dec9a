//! Prices start runs and let runs go on: each crossing once, whatever the oracle says else.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::socket_peer::{OURS, STRANGE, SocketPeer, now_ns, price};
use crate::support::{TestApp, app_that_hears};

fn on_price(settings: &Value) -> Value {
    json!({"nodes": {
        "root": {"type": "token-price-cexes", "payload": settings, "children": ["note"]},
        "note": {"type": "log", "payload": {"message": "{{$trigger.body.exactPrice}}"}},
    }})
}

/// The prices that started runs of a workflow, the latest first, when there are so many.
async fn prices_of(app: &TestApp, workflow: &str, count: usize) -> Vec<String> {
    let path = format!("/v1/runs?workflowId={workflow}&status=success");
    let enough = |page: &Value| page["items"].as_array().is_some_and(|it| it.len() >= count);
    let page = app.eventually(|| app.client.data(&path), enough).await;
    let mut prices = Vec::new();
    for run in page["items"].as_array().unwrap() {
        let shown = app.client.data(&format!("/v1/runs/{}", run["id"].as_str().unwrap())).await;
        let price = &shown["executionState"]["root"]["result"]["body"]["exactPrice"];
        prices.push(price.as_str().unwrap().to_owned());
    }
    prices
}

/// Says a price of BTCUSD that counts.
fn says(stork: &SocketPeer, whole: i128) {
    stork.says(price(OURS, "BTCUSD", whole, now_ns()));
}

#[actix_web::test]
async fn a_price_that_crosses_starts_one_run_and_one_that_trembles_or_is_forged_none() {
    // given a trigger with hysteresis, one that fires once, and an oracle that both listen to
    let stork = SocketPeer::start().await;
    let mut app = app_that_hears(stork.feed(None), stork.address).await;
    let crossing = json!({
        "asset": "BTCUSD", "operation": "cross-up", "targetPrice": 100, "hysteresis": 10,
    });
    let crossing = app.published(&on_price(&crossing)).await;
    let [first, ..] = &stork.asked(1).await[..] else { panic!("a subscription") };
    assert_eq!(first.authorization, "Basic a-token");
    assert_eq!(first.message, json!({"type": "subscribe", "data": ["BTCUSD"]}));
    let once = json!({
        "asset": "ETHUSD", "operation": "above", "targetPrice": "2000", "maxTriggers": "1",
    });
    let once = app.published(&on_price(&once)).await;
    // The connection stays: other triggers lose nothing.
    assert_eq!(stork.asked(2).await[1].message["data"], json!(["ETHUSD"]));

    // when it says what does not count: a stranger's, an old and an invented price, no JSON
    let now = now_ns();
    says(&stork, 90);
    stork.says(price(STRANGE, "BTCUSD", 150, now));
    stork.says(price(OURS, "BTCUSD", 150, now - 61_000_000_000));
    let mut forged = price(OURS, "BTCUSD", 99, now);
    forged["data"]["BTCUSD"]["stork_signed_price"]["price"] = "150000000000000000000".into();
    stork.says(&forged);
    stork.says(json!({"type": "oracle_prices", "data": {"BTCUSD": {"price": 150}}}));
    stork.says("{\"type\": \"oracle_prices\", \"data\": ");
    stork.says("[[1]]");
    // and then a crossing in a frame that is a list, and its trembling at the target
    let at = now_ns();
    stork.says(json!([price(OURS, "BTCUSD", 101, at), price(OURS, "ETHUSD", 2_001, at)]));
    stork.says(price(OURS, "BTCUSD", 101, at));
    for whole in [99, 102, 95, 103] {
        says(&stork, whole);
    }
    // and a second crossing, after it had gone back far enough
    says(&stork, 89);
    says(&stork, 104);
    stork.says(price(OURS, "ETHUSD", 1_999, now_ns()));
    stork.says(price(OURS, "ETHUSD", 2_002, now_ns()));

    // then each crossing has started one run
    assert_eq!(prices_of(&app, &crossing, 2).await, ["104", "101"]);
    assert_eq!(prices_of(&app, &once, 1).await, ["2001"]);

    // and a house that opens again knows on which side the price was
    app.after_downtime(async |_| ()).await;
    stork.asked(3).await;
    says(&stork, 105);
    says(&stork, 88);
    says(&stork, 106);
    assert_eq!(prices_of(&app, &crossing, 3).await, ["106", "104", "101"]);
    assert_eq!(app.count_runs().await, 4);
}

#[actix_web::test]
async fn an_oracle_that_pings_and_says_nothing_is_left_and_a_wait_goes_on_by_the_next_one() {
    // given a run that waits for a price, and an oracle that says only what does not count
    let stork = SocketPeer::start().await;
    let silence = Some(Duration::from_millis(500));
    let app = app_that_hears(stork.feed(silence), stork.address).await;
    let waits = json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["wait"]},
        "wait": {"type": "wait", "payload": {
            "timeoutMs": 600_000,
            "triggerType": "token-price-cexes",
            "triggerConfig": {"asset": "BTCUSD", "operation": "below", "targetPrice": 50},
        }},
    }});
    let mut wrong = waits.clone();
    wrong["nodes"]["wait"]["payload"]["triggerConfig"]["targetPrice"] = json!(-1);
    let body = json!({"definition": wrong});
    let found = app.client.post("/v1/workflows/validate", &body).await.data();
    let place = "/nodes/wait/payload/triggerConfig/targetPrice";
    assert_eq!(found["problems"][0]["path"], place, "{found}");
    let workflow = app.published(&waits).await;
    let run = app.started_run(&workflow).await;
    stork.asked(1).await;
    stork.says(price(STRANGE, "BTCUSD", 40, now_ns()));

    // when nothing that counts comes, pings or not
    // then it is asked again over a new connection, and the gap is on record
    assert_eq!(stork.asked(2).await[1].message["data"], json!(["BTCUSD"]));
    let open = "select count(*) from stream_gaps where stream = 'stork' and ended_at is null";
    assert_eq!(app.count(open).await, 1);

    // and the price that comes there lets the run go on
    let answer = app.eventually(
        async || {
            says(&stork, 40);
            app.client.data(&format!("/v1/runs/{run}")).await
        },
        |shown| shown["status"] == "success",
    );
    let waited = answer.await["executionState"]["wait"]["result"].clone();
    assert_eq!(waited["status"], "resumed");
    assert_eq!(waited["source"], "token-price-cexes");
    assert_eq!(waited["triggerResult"]["exactPrice"], "40");
    app.replays(&run).await;
    let closed = "select count(*) from stream_gaps where stream = 'stork' and ended_at is not null";
    assert_eq!(app.count(closed).await, 1);
}
