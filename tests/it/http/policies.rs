//! Policies of what keys may sign.

use serde_json::{Value, json};

use crate::support::{app, chainkeel};

const TOKEN: &str = "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913";
const FRIEND: &str = "0x1111111111111111111111111111111111111111";

fn pays(counterparty: &Value) -> Value {
    json!({ "form": 1, "rules": [{ "id": "pay", "effect": "allow", "when": {
        "token": { "in": [TOKEN] }, "action": { "in": ["transfer"] }, "counterparty": counterparty,
    }}]})
}

fn transfer(to: &str) -> Value {
    let data = format!("0xa9059cbb{:0>64}{:064x}", &to[2..], 1);
    json!({
        "wallet": "treasury",
        "transaction": { "chainId": 8453, "from": FRIEND, "to": TOKEN, "data": data },
    })
}

#[actix_web::test]
async fn policies_are_defined_asked_delayed_withdrawn_and_removed_and_are_nobody_elses() {
    let app = app().await;
    let ask = async |to: &str| {
        let answer = app.client.post("/v1/policies/simulate", &transfer(to)).await.data();
        answer["outcome"].as_str().unwrap().to_owned()
    };
    let define = async |name: &str, document: &Value| {
        app.client.post("/v1/policies", &json!({ "name": name, "document": document })).await
    };
    let thief = "0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee";

    // given no policy, nothing may be signed; given one, what it says
    assert_eq!(ask(FRIEND).await, "deny");
    let said = chainkeel(&app, &["policy", "list"]);
    assert!(said.out.contains("no policy yet"), "{} {}", said.out, said.err);
    let defined = define("pay", &pays(&json!({ "in": [FRIEND] }))).await.data();
    assert_eq!((&defined["current"]["version"], &defined["waiting"]), (&json!(1), &Value::Null));
    assert_eq!((ask(FRIEND).await, ask(thief).await), ("allow".to_owned(), "deny".to_owned()));

    // when a delay is set, a loosening waits, and may be withdrawn
    app.client.post("/v1/policies/delay", &json!({ "seconds": 86_400 })).await.data();
    let loosened = define("pay", &pays(&json!("any"))).await.data();
    assert_eq!(loosened["current"]["version"], 1);
    assert_eq!(loosened["waiting"]["next"]["version"], 2);
    assert_eq!(ask(thief).await, "deny");
    app.client.post("/v1/policies/pay/withdraw", &json!({})).await.data();
    let again = app.client.post("/v1/policies/pay/withdraw", &json!({})).await;
    assert_eq!((again.status, again.code().as_str()), (409, "policy-refuses"));
    let watched =
        app.client.post("/v1/policies/pay/mode", &json!({ "mode": "monitor" })).await.data();
    assert_eq!(watched["current"]["mode"], "enforce");

    // and a policy that only denies counts at once, and goes only after the delay
    define("stop", &json!({ "form": 1, "rules": [{ "id": "stop", "effect": "deny" }] }))
        .await
        .data();
    assert_eq!(ask(FRIEND).await, "deny");
    let removed = app.client.request("DELETE", "/v1/policies/stop").send().await.data();
    assert!(removed["countsFrom"].is_string(), "{removed}");
    assert_eq!(ask(FRIEND).await, "deny");

    // and what is wrong is told by its place, and changes nothing
    let wrong =
        define("odd", &json!({ "form": 1, "rules": [{ "id": "a", "effect": "maybe" }] })).await;
    assert_eq!((wrong.status, wrong.code().as_str()), (422, "invalid-body"));
    assert!(wrong.text().contains("/document/rules/0/effect"), "{}", wrong.text());
    let bytes = json!({ "wallet": "w", "transaction": {
        "chainId": 1, "from": FRIEND, "to": TOKEN, "data": "0xa9059c",
    }});
    let malformed = app.client.post("/v1/policies/simulate", &bytes).await.data();
    assert_eq!(malformed["outcome"], "malformed");

    // and another organization sees none of it
    let stranger = app.client.within(&app.founded("Stranger").await);
    assert_eq!(stranger.data("/v1/policies").await["items"], json!([]));
    for (method, path, body) in [
        ("GET", "/v1/policies/pay", None),
        ("DELETE", "/v1/policies/pay", None),
        ("POST", "/v1/policies/pay/mode", Some(json!({ "mode": "off" }))),
        ("POST", "/v1/policies/pay/withdraw", Some(json!({}))),
    ] {
        let request = stranger.request(method, path);
        let request = if let Some(body) = &body { request.json(body) } else { request };
        let answer = request.send().await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (404, "policy-not-found"),
            "{method} {path}"
        );
    }
}
