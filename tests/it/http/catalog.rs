//! What nodes there are.

use serde_json::json;

use crate::support::app;

#[actix_web::test]
async fn node_types_are_listed_by_place_and_tag_and_shown_with_their_schemas() {
    let app = app().await;
    let actions = app.client.data("/v1/actions?limit=100&summary=true").await;
    let names: Vec<_> =
        actions["items"].as_array().unwrap().iter().map(|n| n["type"].as_str().unwrap()).collect();
    for name in [
        "delay",
        "fail",
        "filter",
        "format",
        "http-request",
        "if",
        "log",
        "manual-task",
        "pluck",
        "wait",
    ] {
        assert!(names.contains(&name), "{name} is not among {names:?}");
    }
    assert!(!names.contains(&"webhook"));
    assert!(actions["items"][0].get("payloadSchema").is_none());
    let tag = actions["items"][0]["tags"][0].as_str().unwrap();
    let tagged = app.client.data(&format!("/v1/actions?tags={tag}")).await;
    assert!(!tagged["items"].as_array().unwrap().is_empty());
    let one = app.client.data("/v1/triggers/webhook").await;
    assert_eq!((&one["type"], &one["role"]), (&json!("webhook"), &json!("trigger")));
    assert!(one["payloadSchema"].is_object());
    let none = app.client.get("/v1/actions/webhook").await;
    assert_eq!((none.status, none.code().as_str()), (404, "node-type-not-found"));
}
