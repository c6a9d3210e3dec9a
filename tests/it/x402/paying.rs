//! A wallet pays for a request: within bounds and policies, and never twice.

use chainkeel::x402::Version;
use serde_json::{Value, json};

use super::shop::{Manner, SELLER, Shop};
use super::stage::{CHAIN, PLENTY, PRICE, Stage};

/// A stage with a seller.
struct Town {
    stage: Stage,
    shop: Shop,
}

impl Town {
    async fn open() -> Self {
        let chain = Stage::chain().await;
        let shop = Shop::of(&chain.0, chain.1);
        let stage = Stage::open(chain, &[shop.peer.opening()]).await;
        Self { stage, shop }
    }

    /// The same, and the wallet may pay.
    async fn allowed() -> Self {
        let town = Self::open().await;
        town.stage.allow(&json!([])).await;
        town
    }

    /// A run that asks for the weather; how its node ended.
    async fn asked(&self, change: &Value, node: &Value) -> (String, Value) {
        let mut payload = json!({
            "url": self.shop.peer.url("/weather"), "chainId": CHAIN,
            "tokenAddress": self.stage.token.to_checksum(None), "maxPrice": PRICE.to_string(),
        });
        for (name, value) in change.as_object().unwrap() {
            payload[name] = value.clone();
        }
        let mut ask = json!({ "type": "call-x402-endpoint", "payload": payload });
        for (name, value) in node.as_object().unwrap() {
            ask[name] = value.clone();
        }
        let workflow = self
            .stage
            .app
            .published(&json!({ "nodes": {
                "root": { "type": "manual", "payload": {}, "children": ["ask"] }, "ask": ask,
            } }))
            .await;
        let run = self.stage.app.run_of(&workflow, &json!({})).await;
        let path = format!("/v1/runs/{run}");
        let over = |shown: &Value| !shown["finishedAt"].is_null();
        let shown = self.stage.app.eventually(|| self.stage.app.client.data(&path), over).await;
        (run, shown["executionState"]["ask"].clone())
    }

    async fn payments(&self) -> Vec<Value> {
        let page = self.stage.app.client.data("/v1/payments").await;
        page["items"].as_array().unwrap().clone()
    }

    async fn moved(&self, times: u64) {
        assert_eq!(self.stage.has(SELLER).await, times * PRICE);
        assert_eq!(self.stage.has(self.stage.address).await, PLENTY - times * PRICE);
    }
}

#[actix_web::test]
async fn a_node_pays_what_is_asked_and_goes_on_with_what_it_is_given() {
    let town = Town::allowed().await;
    for (version, times) in [(Version::V2, 1), (Version::V1, 2)] {
        town.shop.asks(version, |_| ());
        let (run, ended) = town.asked(&json!({}), &json!({})).await;
        assert_eq!(ended["status"], "success", "{ended}");
        let result = &ended["result"];
        assert_eq!((&result["body"]["celsius"], &result["paid"]), (&json!(3), &json!(true)));
        assert_eq!(result["payment"]["amount"], PRICE.to_string());
        town.moved(times).await;
        town.stage.app.replays(&run).await;
        let id = result["paymentId"].as_str().unwrap();
        let paid = |all: &Vec<Value>| all[0]["id"] == id && all[0]["status"] == "paid";
        town.stage.app.eventually(|| town.payments(), paid).await;
        let shown = town.stage.app.client.data(&format!("/v1/payments/{id}")).await;
        let events: Vec<_> =
            shown["history"].as_array().unwrap().iter().map(|it| it["event"].clone()).collect();
        assert_eq!(events, ["opened", "wanted", "signed", "paid"]);
        assert_eq!(shown["runId"], run.as_str());
    }
    let (each, shown) = town.shop.shown();
    assert_eq!((each.len(), shown), (2, 2));
}

#[actix_web::test]
async fn what_costs_nothing_is_not_paid_for() {
    let town = Town::open().await;
    let (_, ended) = town.asked(&json!({ "url": town.shop.peer.url("/free") }), &json!({})).await;
    assert_eq!(ended["status"], "success", "{ended}");
    assert_eq!(
        (&ended["result"]["paid"], &ended["result"]["body"]["free"]),
        (&json!(false), &json!(true))
    );
    town.moved(0).await;
}

#[actix_web::test]
async fn an_answer_that_is_lost_is_asked_for_again_by_the_same_payload() {
    let town = Town::allowed().await;
    town.shop.does(Manner::Forgetful);
    let (_, ended) = town.asked(&json!({}), &json!({})).await;
    assert_eq!(ended["status"], "success", "{ended}");
    let (each, shown) = town.shop.shown();
    assert_eq!(each.len(), 1, "one authorization");
    assert!(shown >= 2, "shown {shown} times");
    town.moved(1).await;
}

#[actix_web::test]
async fn a_house_that_died_meanwhile_goes_on_with_the_payload_that_it_signed() {
    let mut town = Town::allowed().await;
    town.shop.does(Manner::Broken);
    let workflow = town
        .stage
        .app
        .published(&json!({ "nodes": {
            "root": { "type": "manual", "payload": {}, "children": ["ask"] },
            "ask": { "type": "call-x402-endpoint", "timeoutMs": 50_000, "payload": {
                "url": town.shop.peer.url("/weather"), "chainId": CHAIN,
                "tokenAddress": town.stage.token.to_checksum(None), "maxPrice": PRICE.to_string(),
            } },
        } }))
        .await;
    let run = town.stage.app.run_of(&workflow, &json!({})).await;
    let shown = || async { town.shop.shown().1 };
    town.stage.app.eventually(shown, |times| *times > 0).await;
    town.stage.app.after_downtime(async |_| ()).await;
    town.shop.does(Manner::Honest);
    town.stage.app.until_status(&run, "success").await;
    assert_eq!(town.shop.shown().0.len(), 1, "one authorization");
    town.moved(1).await;
    town.stage.app.replays(&run).await;
}

#[actix_web::test]
async fn while_it_counts_a_repeated_node_presents_the_same_payload() {
    let town = Town::allowed().await;
    town.shop.does(Manner::Refusing);
    let retry = json!({ "retryPolicy": { "maxAttempts": 3, "initialInterval": 10 } });
    let (_, ended) = town.asked(&json!({}), &retry).await;
    assert_eq!(ended["error"]["code"], "payment_refused", "{ended}");
    let (each, shown) = town.shop.shown();
    assert_eq!((each.len(), shown), (1, 3));
    town.moved(0).await;
    let all = town.payments().await;
    assert_eq!((all.len(), &all[0]["status"]), (1, &json!("refused")), "{all:?}");
}

#[actix_web::test]
async fn more_than_may_be_paid_is_not_signed() {
    let town = Town::allowed().await;
    let (_, ended) = town.asked(&json!({ "maxPrice": "9999" }), &json!({})).await;
    assert_eq!(ended["error"]["code"], "price_too_high", "{ended}");
    assert!(ended["error"]["message"].as_str().unwrap().contains("10000"), "{ended}");
    // Another token is another matter.
    let other = json!({ "tokenAddress": "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913" });
    let (_, ended) = town.asked(&other, &json!({})).await;
    assert_eq!(ended["error"]["code"], "payment_impossible", "{ended}");
    assert_eq!(town.shop.shown().1, 0);
    town.moved(0).await;
}

#[actix_web::test]
async fn what_no_policy_allows_is_not_signed_and_limits_count() {
    let town = Town::open().await;
    let (_, ended) = town.asked(&json!({}), &json!({})).await;
    assert_eq!(ended["error"]["code"], "payment_denied", "{ended}");
    assert!(ended["error"]["message"].as_str().unwrap().contains("no policy"), "{ended}");
    assert_eq!(town.shop.shown().1, 0);
    let token = json!({ "token": { "chain": CHAIN, "address": town.stage.token } });
    let most = (PRICE + PRICE / 2).to_string();
    let limit = json!([
        { "id": "daily", "measure": token, "most": most, "per": "day", "by": "organization" },
    ]);
    town.stage.allow(&limit).await;
    let (_, ended) = town.asked(&json!({}), &json!({})).await;
    assert_eq!(ended["status"], "success", "{ended}");
    let (_, ended) = town.asked(&json!({}), &json!({})).await;
    assert_eq!(ended["error"]["code"], "payment_denied", "{ended}");
    assert!(ended["error"]["message"].as_str().unwrap().contains("limit"), "{ended}");
    town.moved(1).await;
}

#[actix_web::test]
async fn what_expires_unused_is_proved_by_the_chain_before_another_one_is_signed() {
    let town = Town::allowed().await;
    town.shop.does(Manner::Broken);
    town.shop.asks(Version::V2, |terms| terms.max_timeout_seconds = 8);
    let node = std::sync::Arc::clone(&town.stage.node);
    let mining = async {
        loop {
            // The chain's time runs with the tests', and its blocks become final.
            node.mine(1).await;
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            if town.shop.shown().1 > 0 {
                node.ask("evm_increaseTime", &json!([60])).await;
                node.mine(20).await;
            }
        }
    };
    let (nothing, patient) = (json!({}), json!({ "timeoutMs": 60_000 }));
    let asking = town.asked(&nothing, &patient);
    let (_, ended) = tokio::select! { ended = asking => ended, () = mining => unreachable!() };
    assert_eq!(ended["error"]["code"], "payment_expired", "{ended}");
    assert_eq!(town.shop.shown().0.len(), 1);
    town.moved(0).await;
    let expired = |all: &Vec<Value>| all[0]["status"] == "expired";
    town.stage.app.eventually(|| town.payments(), expired).await;
}

#[actix_web::test]
async fn who_takes_the_money_and_gives_nothing_is_told_apart() {
    let town = Town::allowed().await;
    town.shop.does(Manner::Greedy);
    town.shop.asks(Version::V2, |terms| terms.max_timeout_seconds = 8);
    let (_, ended) = town.asked(&json!({}), &json!({ "timeoutMs": 60_000 })).await;
    assert_eq!(ended["error"]["code"], "payment_lost", "{ended}");
    assert_eq!(town.shop.shown().0.len(), 1);
    town.moved(1).await;
}

#[actix_web::test]
async fn an_endpoint_is_probed_tried_taken_up_and_paid_no_more_than_its_bound() {
    let town = Town::allowed().await;
    let client = &town.stage.app.client;
    let url = town.shop.peer.url("/weather");
    // probed, which costs nothing
    let probed = client.post("/v1/x402-endpoints/probe", &json!({ "url": url })).await.data();
    assert_eq!((&probed["status"], &probed["x402Version"]), (&json!(402), &json!(2)), "{probed}");
    assert_eq!(probed["offers"][0]["price"], PRICE.to_string());
    let token = town.stage.token.to_checksum(None);
    let endpoint = json!({
        "name": "Weather", "baseUrl": url, "network": "eip155:31337",
        "payTo": SELLER.to_checksum(None), "price": PRICE.to_string(), "tokenAddress": token,
        "tokenSymbol": "CPN", "tokenDecimals": 6, "category": "weather", "tags": ["town"],
    });
    let untried = client.post("/v1/x402-endpoints", &endpoint).await;
    assert_eq!((untried.status, untried.code().as_str()), (409, "paid-endpoint-refuses"));
    town.moved(0).await;
    // tried, which is paid for once, however often it is asked
    let trial = json!({
        "url": url, "network": "eip155:31337", "tokenAddress": token, "maxPrice": PRICE.to_string(),
    });
    for _ in 0..2 {
        let tried = client.request("POST", "/v1/x402-endpoints/test");
        let tried = tried.header("Idempotency-Key", "trial").json(&trial).send().await;
        assert_eq!(tried.data()["body"]["celsius"], 3, "{}", tried.text());
    }
    town.moved(1).await;
    // taken up
    let made = client.post("/v1/x402-endpoints", &endpoint).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.data();
    assert_eq!(made["maxAllowedPrice"], (PRICE * 5).to_string());
    assert_eq!((&made["category"], &made["stats"]["totalCalls"]), (&json!("weather"), &json!(0)));
    let id = made["id"].as_str().unwrap();
    // called by a person, once, and by a node
    let call = json!({ "endpointId": id });
    for _ in 0..2 {
        let called = client.request("POST", "/v1/x402-endpoints/execute");
        let called = called.header("Idempotency-Key", "call").json(&call).send().await;
        assert_eq!(called.data()["paid"], true, "{}", called.text());
    }
    town.moved(2).await;
    let by_endpoint = json!({ "type": "call-x402-endpoint", "payload": { "endpointId": id } });
    let workflow = town
        .stage
        .app
        .published(&json!({ "nodes": {
            "root": { "type": "manual", "payload": {}, "children": ["ask"] }, "ask": by_endpoint,
        } }))
        .await;
    let run = town.stage.app.run_of(&workflow, &json!({})).await;
    town.stage.app.until_status(&run, "success").await;
    town.moved(3).await;
    // more than its bound is not paid, nor is somebody else
    town.shop.asks(Version::V2, |terms| {
        terms.amount = alloy_primitives::U256::from(PRICE * 5 + 1);
    });
    let dear = client.post("/v1/x402-endpoints/execute", &call).await;
    assert_eq!((dear.status, dear.code().as_str()), (422, "payment-failed"), "{}", dear.text());
    town.shop.asks(Version::V2, |terms| {
        terms.amount = alloy_primitives::U256::from(PRICE);
        terms.pay_to = alloy_primitives::Address::repeat_byte(0x66);
    });
    let other = client.post("/v1/x402-endpoints/execute", &call).await;
    assert_eq!(other.status, 422, "{}", other.text());
    assert!(other.text().contains("who is not whom"), "{}", other.text());
    town.moved(3).await;
    let path = format!("/v1/x402-endpoints/{id}");
    // A call is counted when it begins, and when it ends.
    let told = |shown: &Value| shown["stats"]["failureCount"] == 2;
    let shown = town.stage.app.eventually(|| client.data(&path), told).await;
    let stats = &shown["stats"];
    assert_eq!((&stats["successCount"], &stats["failureCount"]), (&json!(2), &json!(2)), "{stats}");
    assert_eq!(stats["spentByToken"][&token], (PRICE * 2).to_string(), "{stats}");
    assert!(stats["lastError"].as_str().unwrap().contains("nothing was paid"), "{stats}");
}

#[actix_web::test]
async fn a_trial_of_another_organization_counts_for_nothing() {
    let town = Town::allowed().await;
    let token = town.stage.token.to_checksum(None);
    let url = town.shop.peer.url("/weather");
    let trial = json!({
        "url": url, "network": CHAIN, "tokenAddress": token, "maxPrice": PRICE.to_string(),
    });
    let tried = town.stage.app.client.post("/v1/x402-endpoints/test", &trial).await;
    assert_eq!(tried.status, 200, "{}", tried.text());
    let other = town.stage.app.organization("Other").await;
    let endpoint = json!({
        "name": "Weather", "baseUrl": url, "network": CHAIN, "payTo": SELLER.to_checksum(None),
        "price": PRICE.to_string(), "tokenAddress": token,
    });
    let refused = other.post("/v1/x402-endpoints", &endpoint).await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    let poor = other.post("/v1/x402-endpoints/test", &trial).await;
    assert_eq!(poor.status, 422, "it has no wallet: {}", poor.text());
    let probed = other.post("/v1/x402-endpoints/probe", &json!({ "url": url })).await;
    assert_eq!(probed.data()["offers"][0]["price"], PRICE.to_string());
    town.moved(1).await;
}
