//! The OpenAPI document knows every route.

use std::collections::BTreeSet;

use chainkeel::http::routes::TABLE;
use serde_json::Value;

use crate::support::app;

fn documented(document: &Value) -> BTreeSet<(String, String)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().keys();
            methods.map(|method| (method.to_uppercase(), path.clone())).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn every_route_is_documented_and_every_documented_route_is_there() {
    let document = serde_json::to_value(chainkeel::http::openapi()).unwrap();
    let routes: BTreeSet<_> = TABLE
        .iter()
        .map(|endpoint| (endpoint.method.to_string(), endpoint.path.to_owned()))
        .collect();
    assert_eq!(documented(&document), routes);
}

#[test]
fn every_operation_has_its_own_name_a_tag_and_its_refusals() {
    let document = serde_json::to_value(chainkeel::http::openapi()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let mut names = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap().to_owned();
            assert!(names.insert(name.clone()), "{name} occurs twice");
            assert!(operation["tags"][0].is_string(), "{method} {path} has no tag");
            let told = operation["summary"].as_str().or(operation["description"].as_str());
            assert!(told.is_some_and(|text| !text.is_empty()), "{method} {path} says nothing");
            assert!(operation["responses"]["default"].is_object(), "{method} {path}");
        }
    }
}

#[actix_web::test]
async fn the_document_and_its_page_are_served_without_a_foreign_host() {
    let app = app().await;
    let client = app.client.stranger();
    assert_eq!(client.get("/openapi.json").await.json()["openapi"], "3.1.0");
    let page = client.get("/docs/").await;
    assert_eq!(page.status, 200);
    assert!(!page.text().contains("https://"), "{}", page.text());
    assert_eq!(client.get("/docs/swagger-ui-bundle.js").await.status, 200);
    assert!(client.get("/docs/swagger-initializer.js").await.text().contains("/openapi.json"));
}
