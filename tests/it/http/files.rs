//! Tables filled from files and written to them.

use serde_json::json;

use crate::support::client::Response;
use crate::support::{TestApp, app};

async fn with_table() -> TestApp {
    let app = app().await;
    let schema = json!({
        "required": ["customer"],
        "properties": {
            "customer": { "type": "string", "unique": true }, "amount": { "type": "number" }, "meta": {},
        },
    });
    app.client.post("/v1/tables", &json!({ "name": "payments", "schema": schema })).await.data();
    app
}

async fn import(app: &TestApp, query: &str, kind: &str, file: &str) -> Response {
    let request = app.client.request("POST", &format!("/v1/tables/payments/import{query}"));
    request.header("Content-Type", kind).bytes(file).send().await
}

async fn count(app: &TestApp) -> serde_json::Value {
    let count = json!({ "sql": "select count(*) as n from payments" });
    app.client.post("/v1/data/query", &count).await.data()["rows"][0]["n"].clone()
}

#[actix_web::test]
async fn a_file_is_written_whole_or_not_at_all_and_every_bad_line_is_named() {
    let app = with_table().await;
    let file = "customer,amount\na,1.5\n,2\nb,x\nc,3,4\na,9\nd,4\n";
    let refused = import(&app, "", "text/csv", file).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (422, "invalid-row"),
        "{}",
        refused.text()
    );
    let lines: Vec<_> = refused.json()["details"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["path"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(lines, ["/3/customer", "/4/amount", "/5", "/6"]);
    assert_eq!(count(&app).await, 0);

    let skipped = import(&app, "?skipBad=true", "text/csv", file).await.data();
    assert_eq!((&skipped["written"], &skipped["skipped"]), (&json!(2), &json!(4)));
    let replaced = import(
        &app,
        "?onConflict=customer",
        "application/x-ndjson",
        "{\"customer\":\"a\",\"amount\":\"7.10\",\"meta\":{\"x\":[1]}}\n{\"customer\":\"z\"}",
    )
    .await;
    assert_eq!(replaced.data()["written"], 2);
    assert_eq!(count(&app).await, 3);
    let head = import(&app, "", "text/csv", "none\n1\n").await;
    assert_eq!((head.status, head.code().as_str()), (422, "invalid-row"));
    assert_eq!(import(&app, "", "application/json", "{}").await.status, 415);
    let other = app.organization("Other").await;
    let other =
        other.request("POST", "/v1/tables/payments/import").header("Content-Type", "text/csv");
    assert_eq!(other.bytes("customer\nx\n").send().await.code(), "table-not-found");
}

#[actix_web::test]
async fn what_is_exported_can_be_imported() {
    let app = with_table().await;
    let lines: Vec<String> = (0..2_500).map(|n| format!("\"c,{n}\",{n}.10")).collect();
    let lines = lines.join("\n");
    let imported = import(&app, "", "text/csv", &format!("customer,amount\n{lines}")).await;
    assert_eq!(imported.data()["written"], 2_500);
    for (format, kind) in [("csv", "text/csv"), ("ndjson", "application/x-ndjson")] {
        let exported = app.client.get(&format!("/v1/tables/payments/export?format={format}")).await;
        assert_eq!(exported.status, 200);
        let text = exported.text();
        assert!(text.contains("2499.10"), "{format}");
        app.client.request("DELETE", "/v1/tables/payments?force=true").send().await.data();
        let schema = json!({ "properties": { "customer": { "type": "string" }, "amount": { "type": "number" }, "meta": {} } });
        app.client
            .post("/v1/tables", &json!({ "name": "payments", "schema": schema }))
            .await
            .data();
        assert_eq!(import(&app, "", kind, &text).await.data()["written"], 2_500);
    }
    let some = app.client.get(r#"/v1/tables/payments/export?filter={"amount":{"lt":"2"}}"#).await;
    assert_eq!(some.text().lines().count(), 3);
    assert_eq!(
        app.client.get("/v1/tables/payments/export?format=xml").await.code(),
        "invalid-query"
    );
}
