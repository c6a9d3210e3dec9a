//! Schemas of an organization: registered, moved on, referred to, and values held against them.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::client::Response;
use crate::support::{TestApp, app};

const SCHEMAS: &str = "/v1/validation/schemas";

async fn register(app: &TestApp, name: &str, schema: &Value) -> Response {
    let body = json!({ "namespace": "shop", "name": name, "schema": schema, "tags": ["money"], "owner": "ada" });
    app.client.post(SCHEMAS, &body).await
}

async fn registered(app: &TestApp, name: &str, schema: &Value) -> String {
    register(app, name, schema).await.data()["id"].as_str().unwrap().to_owned()
}

async fn put(app: &TestApp, id: &str, query: &str, body: &Value) -> Response {
    app.client.request("PUT", &format!("{SCHEMAS}/{id}{query}")).json(body).send().await
}

async fn validated(app: &TestApp, body: &Value) -> Response {
    app.client.post("/v1/validation/validate", body).await
}

fn item() -> Value {
    json!({
        "type": "object", "additionalProperties": false, "required": ["sku"],
        "properties": { "sku": { "type": "string" }, "count": { "type": "integer" } },
    })
}

#[actix_web::test]
async fn a_schema_lives_from_version_to_version_and_says_what_each_has_changed() {
    let app = app().await;
    let created = register(&app, "item", &item()).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let shown = created.data();
    assert_eq!(
        (&shown["version"], &shown["reference"]),
        (&json!("1.0.0"), &json!("schema:shop/item@1.0.0"))
    );
    let id = shown["id"].as_str().unwrap();
    assert_eq!(register(&app, "item", &item()).await.code(), "schema-refuses");

    let mut new = item();
    new["properties"]["note"] = json!({ "type": "string" });
    let path = format!("{SCHEMAS}/{id}/compatibility");
    let told = app.client.post(&path, &json!({ "schema": new })).await.data();
    assert_eq!(
        (&told["compatible"], &told["bump"], &told["suggestedVersion"]),
        (&json!(true), &json!("MINOR"), &json!("1.1.0"))
    );
    let full = app.client.post(&path, &json!({ "schema": new, "level": "FULL" })).await.data();
    assert_eq!(
        (&full["compatible"], &full["changes"][0]["severity"]),
        (&json!(false), &json!("BREAKING"))
    );

    let low = put(&app, id, "", &json!({ "schema": new, "version": "1.0.1" })).await;
    assert_eq!((low.status, low.code().as_str()), (409, "schema-refuses"), "{}", low.text());
    let added = put(&app, id, "", &json!({ "schema": new })).await.data();
    assert_eq!(
        (&added["version"], &added["changes"][0]["type"]),
        (&json!("1.1.0"), &json!("ADDED_FIELD"))
    );

    let mut broken = new.clone();
    broken["required"] = json!(["sku", "count"]);
    let refused = put(&app, id, "", &json!({ "schema": broken })).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "incompatible-schema"));
    let detail = &refused.json()["details"][0];
    assert_eq!(
        (&detail["code"], &detail["path"]),
        (&json!("ADDED_REQUIRED_PROPERTY"), &json!("/schema/properties/count"))
    );
    let forced =
        put(&app, id, "?checkCompatibility=false", &json!({ "schema": broken })).await.data();
    assert_eq!(forced["version"], "2.0.0");

    let first = app.client.data(&format!("{SCHEMAS}/{id}?version=1.0.0")).await;
    assert_eq!(first["schema"], item());
    assert_eq!(first["versions"].as_array().unwrap().len(), 3);
    let described = put(&app, id, "", &json!({ "owner": "bob" })).await.data();
    assert_eq!(
        (&described["metadata"]["owner"], &described["version"]),
        (&json!("bob"), &json!("2.0.0"))
    );
    app.client
        .post(&format!("{SCHEMAS}/{id}/deprecate"), &json!({ "version": "1.0.0" }))
        .await
        .data();
    let first = app.client.data(&format!("{SCHEMAS}/{id}?version=1.0.0")).await;
    assert_eq!(first["isDeprecated"], true);
    assert_eq!(
        app.client.get(&format!("{SCHEMAS}/{id}?version=7.0.0")).await.code(),
        "version-not-found"
    );

    let head = app.head().await;
    let listed = app
        .client
        .data(&format!("{SCHEMAS}?namespace=shop&tag=money&owner=bob&minPosition={head}"))
        .await;
    let one = &listed["items"][0];
    assert_eq!(
        (&one["version"], &one["versions"], &one["isDeprecated"]),
        (&json!("2.0.0"), &json!(3), &json!(false))
    );
    assert_eq!(app.client.data(&format!("{SCHEMAS}?tag=none")).await["items"], json!([]));
}

#[actix_web::test]
async fn a_transitive_level_asks_every_earlier_version() {
    let app = app().await;
    let body = json!({ "namespace": "shop", "name": "n", "schema": { "maximum": 1 }, "compatibility": "FORWARD_TRANSITIVE" });
    let id = app.client.post(SCHEMAS, &body).await.data()["id"].as_str().unwrap().to_owned();
    put(&app, &id, "", &json!({ "schema": { "maximum": 0 } })).await.data();
    // It would do with the last version alone, where the level were not transitive.
    put(&app, &id, "?checkCompatibility=false", &json!({ "schema": { "maximum": 3 } }))
        .await
        .data();
    let refused = put(&app, &id, "", &json!({ "schema": { "maximum": 2 } })).await;
    assert_eq!(refused.code(), "incompatible-schema", "{}", refused.text());
    assert!(refused.json()["details"][0]["message"].as_str().unwrap().starts_with("since "));
    let plain =
        put(&app, &id, "", &json!({ "schema": { "maximum": 2 }, "compatibility": "FORWARD" }))
            .await;
    assert_eq!(plain.status, 200, "{}", plain.text());
}

#[actix_web::test]
async fn values_are_held_against_schemas_that_refer_to_one_another() {
    let app = app().await;
    registered(&app, "item", &item()).await;
    let order = json!({ "type": "object", "properties": { "items": {
        "type": "array", "items": { "$ref": "schema:shop/item@1.0.0" },
    } } });
    let id = registered(&app, "order", &order).await;
    let good = json!({ "schemaId": id, "data": { "items": [{ "sku": "a", "count": "2" }] } });
    let fits = validated(&app, &good).await.data();
    assert_eq!(
        (&fits["valid"], &fits["data"]["items"][0]["count"]),
        (&json!(true), &json!(2)),
        "{fits}"
    );
    assert_eq!(
        (&fits["meta"]["version"], &fits["meta"]["mode"]),
        (&json!("1.0.0"), &json!("usual"))
    );

    let bad = |format: &str| json!({ "schemaId": id, "data": { "items": [{ "sku": 7 }] }, "options": { "errorFormat": format, "coerceTypes": false } });
    let detailed = validated(&app, &bad("detailed")).await.data();
    let fault = &detailed["errors"][0];
    assert_eq!(
        (&fault["code"], &fault["path"], &fault["params"]),
        (&json!("type"), &json!("/items/0/sku"), &json!({ "type": "string" }))
    );
    let basic = validated(&app, &bad("basic")).await.data();
    assert_eq!(basic["errors"][0].as_object().unwrap().len(), 2, "{basic}");
    let standard = validated(&app, &bad("standard")).await.data();
    assert_eq!(standard["errors"][0]["instanceLocation"], "/items/0/sku");
    assert_eq!((&standard["valid"], &standard["data"]), (&json!(false), &Value::Null));

    let batch = |stop: bool| json!({ "validations": [good, bad("basic"), good], "options": { "stopOnFirstError": stop } });
    let all = app.client.post("/v1/validation/validate/batch", &batch(false)).await.data();
    let valid: Vec<_> =
        all["results"].as_array().unwrap().iter().map(|it| it["valid"].clone()).collect();
    assert_eq!(
        (&all["valid"], valid),
        (&json!(false), vec![json!(true), json!(false), json!(true)])
    );
    let stopped = app.client.post("/v1/validation/validate/batch", &batch(true)).await.data();
    assert_eq!(stopped["results"][2]["code"], "skipped");
}

#[actix_web::test]
async fn schemas_that_lead_outside_or_nowhere_are_refused_with_their_place() {
    let app = app().await;
    for (name, schema, place) in [
        ("a", json!({ "items": { "$ref": "http://169.254.169.254/x" } }), "/schema/items/$ref"),
        ("b", json!({ "$id": "https://example.com/" }), "/schema/$id"),
        ("c", json!({ "$ref": "schema:shop/nothing@1.0.0" }), "/schema"),
        ("d", json!({ "type": "text" }), "/schema/type"),
        ("e", json!({ "$schema": "http://json-schema.org/draft-07/schema#" }), "/schema/$schema"),
        ("f", json!(7), "/schema"),
    ] {
        let refused = register(&app, name, &schema).await;
        assert_eq!((refused.status, refused.code().as_str()), (422, "invalid-schema"), "{name}");
        assert_eq!(refused.json()["details"][0]["path"], place, "{}", refused.text());
    }
    let unknown = json!({ "schemaId": "sch_01h455vb4pex5vsknk084sn02q", "data": 1 });
    assert_eq!(validated(&app, &unknown).await.code(), "schema-not-found");
    let name = json!({ "namespace": "Shop", "name": "a", "schema": {} });
    assert_eq!(app.client.post(SCHEMAS, &name).await.json()["details"][0]["path"], "/namespace");
    let large = json!({ "schemaId": "sch_01h455vb4pex5vsknk084sn02q", "data": "x".repeat(10 * 1024 * 1024) });
    let refused = validated(&app, &large).await;
    assert_eq!((refused.status, refused.code().as_str()), (413, "body-too-large"));
}

#[actix_web::test]
async fn a_validation_that_would_take_for_ever_is_stopped_and_harms_nobody() {
    let app = app().await;
    // Each alternative tries the next ones twice, and none of them fits: 2^40 tries.
    let mut definitions = serde_json::Map::new();
    for number in 0..40 {
        let next = json!({ "$ref": format!("#/$defs/d{}", number + 1) });
        let again = json!({ "allOf": [next] });
        definitions.insert(format!("d{number}"), json!({ "anyOf": [next, again] }));
    }
    definitions.insert("d40".to_owned(), json!({ "type": "integer" }));
    let bomb =
        registered(&app, "bomb", &json!({ "$ref": "#/$defs/d0", "$defs": definitions })).await;
    let harmless = registered(&app, "harmless", &json!({ "type": "integer" })).await;
    let begun = Instant::now();
    let body = json!({ "schemaId": bomb, "data": "x" });
    let slow = validated(&app, &body);
    let quick = async {
        let fits = validated(&app, &json!({ "schemaId": harmless, "data": 7 })).await.data();
        assert_eq!(fits["valid"], true);
        begun.elapsed()
    };
    let (slow, quick) = futures::future::join(slow, quick).await;
    assert_eq!(
        (slow.status, slow.code().as_str()),
        (422, "validation-too-costly"),
        "{}",
        slow.text()
    );
    let took = begun.elapsed();
    assert!((Duration::from_secs(5)..Duration::from_secs(15)).contains(&took), "{took:?}");
    assert!(quick < Duration::from_secs(5), "{quick:?}");
    // The worker was replaced: the next one is answered.
    let fits = validated(&app, &json!({ "schemaId": harmless, "data": 7 })).await.data();
    assert_eq!(fits["valid"], true);
}

#[actix_web::test]
async fn a_schema_that_recurses_without_an_end_ends_its_worker_and_nothing_else() {
    let app = app().await;
    let ring = json!({ "anyOf": [{ "$ref": "#/$defs/a" }, { "type": "null" }], "$defs": {
        "a": { "anyOf": [{ "$ref": "#/$defs/b" }, { "type": "null" }] },
        "b": { "anyOf": [{ "$ref": "#/$defs/a" }, { "type": "null" }] },
    } });
    let answer = register(&app, "ring", &ring).await;
    if answer.status == 201 {
        let id = answer.data()["id"].clone();
        let answer = validated(&app, &json!({ "schemaId": id, "data": 1 })).await;
        assert!([200, 422].contains(&answer.status), "{}", answer.text());
    } else {
        assert_eq!(answer.status, 422, "{}", answer.text());
    }
    let harmless = registered(&app, "harmless", &json!({ "type": "integer" })).await;
    let fits = validated(&app, &json!({ "schemaId": harmless, "data": 7 })).await.data();
    assert_eq!(fits["valid"], true);
}
