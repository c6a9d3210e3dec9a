//! Documents of an organization: kept in versions, found by what they say.

use serde_json::{Value, json};

use crate::support::{TestApp, app};

const DOCUMENTS: &str = "/v1/knowledge/documents";

async fn add(app: &TestApp, title: &str, text: &str, tag: &str) -> String {
    let body = json!({ "title": title, "text": text, "tags": [tag], "source": "the manual" });
    app.client.post(DOCUMENTS, &body).await.data()["id"].as_str().unwrap().to_owned()
}

async fn search(app: &TestApp, query: &str) -> Vec<Value> {
    let head = app.head().await;
    let path = format!("/v1/knowledge/search?{query}&minPosition={head}");
    app.client.data(&path).await["items"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn what_is_said_is_found_where_it_is_said_and_the_best_place_first() {
    let app = app().await;
    let filler = "Nothing of interest is said here. ".repeat(3_000);
    let long = format!("{filler}\n\nA refund is paid within fourteen days.\n\n{filler}");
    let refunds = add(
        &app,
        "Refunds and returns",
        "How refunds of payments are made, and when a refund is late.",
        "money",
    )
    .await;
    let manual = add(&app, "The manual", &long, "all").await;
    add(&app, "Holidays", "When nobody is here.", "people").await;

    let found = search(&app, "q=refund").await;
    let ids: Vec<_> = found.iter().map(|it| it["documentId"].as_str().unwrap()).collect();
    assert_eq!(ids, [&refunds, &manual]);
    let place = &found[1];
    assert!(place["snippet"].as_str().unwrap().contains("**refund**"), "{place}");
    assert!(
        place["part"].as_i64().unwrap() > 10
            && place["passage"].as_str().unwrap().contains("fourteen")
    );
    assert_eq!(search(&app, "q=refund&tag=all").await.len(), 1);
    assert_eq!(search(&app, "q=%22paid%20within%20fourteen%22").await.len(), 1);
    assert_eq!(search(&app, "q=refund%20-late").await.len(), 1);
    assert_eq!(search(&app, "q=refund%20or%20nobody&limit=50").await.len(), 3);
    for odd in ["q=%27%3B%20drop%20table%20x%20--", "q=%26%26%20%7C%20!%20%3A*%20(", "q=the"] {
        assert!(search(&app, odd).await.is_empty(), "{odd}");
    }
    for wrong in ["q=", "q=a&limit=0", "q=a&limit=51", "", "q=a&more=1"] {
        let refused = app.client.get(&format!("/v1/knowledge/search?{wrong}")).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, "invalid-query"), "{wrong}");
    }
    let others = app.organization("Others").await;
    assert_eq!(others.data("/v1/knowledge/search?q=refund").await["items"], json!([]));
}

#[actix_web::test]
async fn a_document_keeps_its_versions_and_is_gone_when_it_is_removed() {
    let app = app().await;
    let id = add(&app, "Refunds", "Within ten days.", "money").await;
    let path = format!("{DOCUMENTS}/{id}");
    let put = async |body: Value| app.client.request("PUT", &path).json(&body).send().await;
    let revised =
        put(json!({ "title": "Refunds", "text": "Within fourteen days.", "expectedVersion": 1 }))
            .await
            .data();
    assert_eq!((&revised["version"], &revised["tags"]), (&json!(2), &json!([])));
    let stale = put(json!({ "title": "Refunds", "text": "Never.", "expectedVersion": 1 })).await;
    assert_eq!((stale.status, stale.code().as_str()), (409, "version-conflict"));
    assert_eq!(app.client.data(&format!("{path}?version=1")).await["text"], "Within ten days.");
    assert_eq!(app.client.get(&format!("{path}?version=3")).await.code(), "document-not-found");
    assert_eq!((search(&app, "q=ten").await.len(), search(&app, "q=fourteen").await.len()), (0, 1));
    let listed = app.client.data(DOCUMENTS).await;
    assert_eq!(
        (&listed["items"][0]["id"], &listed["items"][0]["version"]),
        (&json!(id), &json!(2))
    );
    for (body, place) in [
        (json!({ "title": " ", "text": "x" }), "/title"),
        (json!({ "title": "x", "text": "x".repeat(1_048_577) }), "/text"),
        (json!({ "title": "x", "text": "x", "tags": [""] }), "/tags"),
        (json!({ "title": "x", "text": "x", "source": "a\nb" }), "/source"),
    ] {
        let refused = app.client.post(DOCUMENTS, &body).await;
        assert_eq!((refused.status, refused.code().as_str()), (422, "invalid-body"));
        assert_eq!(refused.json()["details"][0]["path"], place);
    }
    let removed = app.client.request("DELETE", &path).send().await;
    assert_eq!(removed.status, 200, "{}", removed.text());
    assert_eq!(app.client.get(&path).await.code(), "document-not-found");
    assert!(search(&app, "q=fourteen").await.is_empty());
}
