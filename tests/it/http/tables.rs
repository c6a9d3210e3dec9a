//! Tables of an organization: made, filled, searched, changed, dropped.

use serde_json::{Value, json};

use crate::support::client::Response;
use crate::support::{TestApp, app};

async fn send(app: &TestApp, method: &str, path: &str, body: &Value) -> Response {
    app.client.request(method, path).json(body).send().await
}

fn payments() -> Value {
    json!({
        "name": "payments",
        "schema": {
            "type": "object", "description": "What was paid", "required": ["customer"],
            "properties": {
                "customer": { "type": "string", "maxLength": 20, "unique": true },
                "amount": { "type": "number", "minimum": 0 },
                "state": { "type": "string", "enum": ["open", "paid"], "default": "open" },
                "due": { "type": "string", "format": "date-time" },
                "meta": {},
            },
        },
        "indexes": [{ "name": "by_due", "columns": ["due"] }],
    })
}

async fn with_rows() -> TestApp {
    let app = app().await;
    let created = app.client.post("/v1/tables", &payments()).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let rows = json!({ "rows": [
        { "customer": "acme", "amount": "12.345678901234567890", "due": "2026-11-28T15:00:00+01:00", "meta": { "a": [1] } },
        { "customer": "beta", "amount": 3 },
        { "customer": "Acme two", "state": "paid" },
    ] });
    app.client.post("/v1/tables/payments/rows", &rows).await.data();
    app
}

#[actix_web::test]
async fn a_table_is_made_shown_changed_and_dropped() {
    let app = with_rows().await;
    let table = app.client.data("/v1/tables/payments").await;
    assert_eq!((&table["version"], &table["name"]), (&json!(1), &json!("payments")));
    assert_eq!(table["schema"]["properties"]["due"]["format"], "date-time");
    let again = app.client.post("/v1/tables", &payments()).await;
    assert_eq!((again.status, again.code().as_str()), (409, "table-refuses"));

    let change = |change: Value, force: bool| json!({ "changes": [change], "force": force });
    let path = "/v1/tables/payments/changes";
    let added = json!({ "addColumn": { "name": "note", "schema": { "type": "string", "default": "-" }, "required": true } });
    let changed = app.client.post(path, &change(added, false)).await.data();
    assert_eq!(changed["version"], 2);
    let rename = json!({ "renameColumn": { "from": "note", "to": "remark" } });
    assert_eq!(app.client.post(path, &change(rename.clone(), false)).await.code(), "table-refuses");
    app.client.post(path, &change(rename, true)).await.data();
    let row = app.client.data("/v1/tables/payments/rows/1").await;
    assert_eq!((&row["row"]["remark"], &row["row"]["note"]), (&json!("-"), &Value::Null));
    let stale = json!({ "changes": [{ "removeIndex": "by_due" }], "expectedVersion": 1 });
    assert_eq!(app.client.post(path, &stale).await.code(), "version-conflict");
    app.client.post(path, &json!({ "changes": [{ "removeIndex": "by_due" }, { "removeColumn": "remark" }], "force": true })).await.data();

    let items = json!({ "name": "items", "schema": { "properties": { "payment": { "type": "integer", "references": "payments" } } } });
    app.client.post("/v1/tables", &items).await.data();
    let rows = json!({ "rows": [{ "payment": 1 }] });
    app.client.post("/v1/tables/items/rows", &rows).await.data();
    let none =
        app.client.post("/v1/tables/items/rows", &json!({ "rows": [{ "payment": 99 }] })).await;
    assert_eq!((none.status, none.code().as_str()), (409, "row-refused"));
    let drop = async |path: &str| app.client.request("DELETE", path).send().await;
    assert_eq!(drop("/v1/tables/payments").await.code(), "table-refuses");
    assert_eq!(drop("/v1/tables/payments?force=true").await.code(), "table-refuses");
    assert_eq!(drop("/v1/tables/items?force=true").await.status, 200);
    assert_eq!(drop("/v1/tables/payments?force=true").await.status, 200);
    assert_eq!(app.client.get("/v1/tables/payments").await.code(), "table-not-found");
    assert_eq!(app.client.get("/v1/tables/payments/rows").await.code(), "table-not-found");
    assert_eq!(app.client.data("/v1/tables").await["items"], json!([]));
    let again = app.client.post("/v1/tables", &payments()).await;
    assert_eq!(again.status, 201, "{}", again.text());
    assert_eq!(app.client.data("/v1/tables/payments/rows").await["items"], json!([]));
}

#[actix_web::test]
async fn rows_are_found_by_what_they_hold_in_the_order_that_is_wanted() {
    let app = with_rows().await;
    let found = async |query: &str| {
        let page = app.client.get(&format!("/v1/tables/payments/rows?{query}")).await;
        assert_eq!(page.status, 200, "{query}: {}", page.text());
        let page = page.data();
        let names = page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["customer"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(found("").await, ["acme", "beta", "Acme two"]);
    assert_eq!(found("sort=-amount,customer").await, ["acme", "beta", "Acme two"]);
    assert_eq!(
        found(r#"filter={"amount":{"gte":"3","lt":"12.345678901234567891"}}"#).await,
        ["acme", "beta"]
    );
    assert_eq!(found(r#"filter={"amount":{"gt":12.3}}"#).await, ["acme"]);
    assert_eq!(found(r#"filter={"customer":{"contains":"ACME"}}"#).await, ["acme", "Acme two"]);
    assert_eq!(found(r#"filter={"customer":"x'%20or%20true%20--"}"#).await, Vec::<String>::new());
    assert_eq!(found(r#"filter={"amount":null,"state":"paid"}"#).await, ["Acme two"]);
    assert_eq!(found(r#"filter={"meta":{"a":[1]}}"#).await, ["acme"]);
    assert_eq!(found("limit=1&offset=1").await, ["beta"]);
    let first = app.client.data("/v1/tables/payments/rows?limit=2").await;
    let cursor = first["cursor"].as_str().unwrap();
    assert_eq!(found(&format!("limit=2&cursor={cursor}")).await, ["Acme two"]);
    let row = &first["items"][0];
    assert_eq!(
        (&row["amount"], &row["due"]),
        (&json!("12.345678901234567890"), &json!("2026-11-28T14:00:00+00:00"))
    );
    for query in [
        "sort=none",
        "sort=meta",
        "filter=[]",
        r#"filter={"none":1}"#,
        r#"filter={"amount":{"like":1}}"#,
        r#"filter={"amount":{"gt":null}}"#,
        "sort=customer&cursor=MQ",
        "cursor=x",
        "limit=0",
    ] {
        let refused = app.client.get(&format!("/v1/tables/payments/rows?{query}")).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, "invalid-query"), "{query}");
    }
    let wrong = app.client.get(r#"/v1/tables/payments/rows?filter={"amount":"x"}"#).await;
    assert_eq!((wrong.status, wrong.code().as_str()), (422, "statement-refused"));
}

#[actix_web::test]
async fn a_row_changes_at_the_version_that_was_read_and_all_rows_of_a_request_or_none() {
    let app = with_rows().await;
    let path = "/v1/tables/payments/rows/2";
    let body = json!({ "row": { "amount": "4.5" }, "expectedVersion": 1 });
    let changed = send(&app, "PUT", path, &body).await.data();
    assert_eq!((&changed["row"]["version"], &changed["row"]["amount"]), (&json!(2), &json!("4.5")));
    assert_eq!(send(&app, "PUT", path, &body).await.code(), "version-conflict");
    assert_eq!(
        send(&app, "PUT", "/v1/tables/payments/rows/99", &body).await.code(),
        "row-not-found"
    );

    let half = json!({ "rows": [{ "customer": "gamma" }, { "customer": "acme" }] });
    let refused = app.client.post("/v1/tables/payments/rows", &half).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "row-refused"));
    let faulty =
        json!({ "rows": [{ "customer": "gamma" }, { "amount": -1, "none": 1, "state": "x" }] });
    let refused = app.client.post("/v1/tables/payments/rows", &faulty).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "invalid-row"));
    let places: Vec<_> =
        refused.json()["details"].as_array().unwrap().iter().map(|it| it["path"].clone()).collect();
    assert_eq!(places, ["/rows/1/amount", "/rows/1/none", "/rows/1/state"]);
    assert_eq!(
        app.client.data("/v1/tables/payments/rows").await["items"].as_array().unwrap().len(),
        3
    );

    let upsert = json!({ "rows": [{ "customer": "acme", "amount": "1" }, { "customer": "delta" }], "onConflict": ["customer"] });
    let rows = app.client.post("/v1/tables/payments/rows", &upsert).await.data();
    assert_eq!((&rows["rows"][0]["id"], &rows["rows"][0]["amount"]), (&json!(1), &json!("1")));
    let wrong = json!({ "rows": [{ "customer": "a" }], "onConflict": ["amount"] });
    assert_eq!(app.client.post("/v1/tables/payments/rows", &wrong).await.code(), "invalid-body");

    let removed =
        app.client.request("DELETE", "/v1/tables/payments/rows/1?expectedVersion=1").send().await;
    assert_eq!(removed.code(), "version-conflict");
    let removed = app.client.request("DELETE", "/v1/tables/payments/rows/1").send().await.data();
    assert_eq!(removed["row"]["customer"], "acme");
    assert_eq!(app.client.get("/v1/tables/payments/rows/1").await.code(), "row-not-found");
}

#[actix_web::test]
async fn rows_that_are_sent_twice_with_a_key_are_written_once() {
    let app = with_rows().await;
    let send = async |customer: &str| {
        let body = json!({ "rows": [{ "customer": customer }] });
        let request = app.client.request("POST", "/v1/tables/payments/rows").json(&body);
        request.header("Idempotency-Key", "once").send().await
    };
    let first = send("gamma").await.data();
    assert_eq!(send("gamma").await.data(), first);
    assert_eq!(send("delta").await.code(), "idempotency-mismatch");
    assert_eq!(
        app.client.data("/v1/tables/payments/rows").await["items"].as_array().unwrap().len(),
        4
    );
}
