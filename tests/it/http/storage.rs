//! What workflows keep, as people and programs see it.

use serde_json::{Value, json};

use crate::support::app;

const RATE: &str = "/v1/organization/storage/rates/eur%2Fusd";

#[actix_web::test]
async fn a_value_is_set_read_listed_and_removed() {
    let app = app().await;
    let set = |body: Value| app.client.request("PUT", RATE).json(&body).send();
    let first = set(json!({ "value": { "rate": "1.08" } })).await;
    let data = first.data();
    assert_eq!((&data["store"], &data["key"]), (&json!("rates"), &json!("eur/usd")));
    assert_eq!((&data["value"], &data["version"]), (&json!({ "rate": "1.08" }), &json!(1)));
    assert_eq!(app.client.data(RATE).await, data);
    let second = set(json!({ "value": null, "expectedVersion": 1 })).await;
    assert_eq!((&second.data()["value"], &second.data()["version"]), (&json!(null), &json!(2)));

    let position = app.head().await;
    let keys = app
        .client
        .data(&format!("/v1/organization/storage/rates?prefix=eur&minPosition={position}"))
        .await;
    assert_eq!(
        (&keys["items"][0]["key"], &keys["items"][0]["version"]),
        (&json!("eur/usd"), &json!(2))
    );
    assert_eq!(keys["items"].as_array().map(Vec::len), Some(1));
    let others = app.client.data("/v1/organization/storage/default").await;
    assert_eq!(others["items"], json!([]));

    let stale = app.client.request("DELETE", &format!("{RATE}?expectedVersion=1")).send().await;
    assert_eq!((stale.status, &stale.json()["code"]), (409, &json!("version-conflict")));
    let removed = app.client.request("DELETE", RATE).send().await;
    assert_eq!(removed.data(), json!({ "store": "rates", "key": "eur/usd" }));
    for gone in [app.client.get(RATE).await, app.client.request("DELETE", RATE).send().await] {
        assert_eq!((gone.status, &gone.json()["code"]), (404, &json!("entry-not-found")));
    }
}

#[actix_web::test]
async fn a_change_that_somebody_else_made_is_a_conflict() {
    let app = app().await;
    let set = |body: Value| app.client.request("PUT", RATE).json(&body).send();
    set(json!({ "value": 1, "expectedVersion": 0 })).await.data();
    for expected in [0, 2] {
        let refused = set(json!({ "value": 2, "expectedVersion": expected })).await;
        assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("version-conflict")));
        assert!(refused.json()["message"].as_str().unwrap().contains("at version 1"));
    }
    assert_eq!(app.client.data(RATE).await["value"], 1);
}

#[actix_web::test]
async fn a_request_that_is_repeated_with_its_key_is_answered_as_it_was() {
    let app = app().await;
    let send = |method: &'static str, key: &'static str, body: Value| {
        let request = app.client.request(method, RATE).header("Idempotency-Key", key);
        if body.is_null() { request.send() } else { request.json(&body).send() }
    };
    let first = send("PUT", "one", json!({ "value": 1 })).await.data();
    send("PUT", "two", json!({ "value": 2 })).await.data();
    let before = app.count_events().await;
    let again = send("PUT", "one", json!({ "value": 1 })).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.data(), first);
    let other = send("PUT", "one", json!({ "value": 3 })).await;
    assert_eq!(other.json()["code"], "idempotency-mismatch");
    assert_eq!(app.count_events().await, before);
    for _ in 0..2 {
        assert_eq!(send("DELETE", "three", Value::Null).await.status, 200);
    }
    assert_eq!(app.count_events().await, before + 1);
}

#[actix_web::test]
async fn what_no_entry_can_be_is_refused_and_writes_nothing() {
    let app = app().await;
    let put = |path: &str, body: Value| {
        app.client.request("PUT", &format!("/v1/organization/storage/{path}")).json(&body).send()
    };
    let one = json!({ "value": 1 });
    let table = [
        (put("a%20b/k", one.clone()).await, 400, "invalid-path"),
        (put(&format!("{}/k", "s".repeat(65)), one.clone()).await, 400, "invalid-path"),
        (put(&format!("s/{}", "k".repeat(257)), one.clone()).await, 400, "invalid-path"),
        (put("s/a%0Ab", one).await, 400, "invalid-path"),
        (put("s/k", json!({})).await, 422, "invalid-body"),
        (put("s/k", json!({ "value": 1, "version": 1 })).await, 422, "invalid-body"),
        (put("s/k", json!({ "value": 1, "expectedVersion": -1 })).await, 422, "invalid-body"),
        (put("s/k", json!({ "value": "x".repeat(262_144) })).await, 422, "invalid-body"),
        (app.client.get("/v1/organization/storage/a%20b").await, 400, "invalid-path"),
        (app.client.get("/v1/organization/storage/s?limit=0").await, 400, "invalid-query"),
        (app.client.get("/v1/organization/storage/s?cursor=%25").await, 400, "invalid-query"),
        (app.client.get("/v1/organization/storage/s/k?version=1").await, 400, "invalid-query"),
    ];
    for (answer, status, code) in table {
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (status, &json!(code)),
            "{}",
            answer.text()
        );
    }
    assert_eq!(app.count_events().await, 0);
}
