//! Workflows are tagged and found; so are nodes, runs and what went wrong in them.

use serde_json::{Value, json};

use crate::support::{TestApp, app, definitions};

async fn found(app: &TestApp, query: &str) -> Vec<(String, String)> {
    let path = format!("/v1/search?{query}&minPosition={}", app.head().await);
    let items = app.client.data(&path).await["items"].as_array().unwrap().clone();
    let text = |item: &Value, key: &str| item[key].as_str().unwrap().to_owned();
    items.iter().map(|item| (text(item, "kind"), text(item, "id"))).collect()
}

fn of(kind: &str, id: &str) -> (String, String) {
    (kind.to_owned(), id.to_owned())
}

#[actix_web::test]
async fn words_find_workflows_nodes_errors_and_runs() {
    let app = app().await;
    let mut definition = definitions::failing();
    definition["nodes"]["note"]["titleOverride"] = json!("Tell the Treasury");
    let body = json!({"name": "Quarterly payouts", "description": "to suppliers", "definition": definition});
    let id =
        app.client.post("/v1/workflows", &body).await.data()["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/workflows/{id}");
    let tags = json!({"tags": ["finance", "q4/2026", "finance"]});
    let tagged = app.client.request("PUT", &format!("{path}/tags")).json(&tags).send().await.data();
    assert_eq!(tagged["tags"], json!(["finance", "q4/2026"]));
    let other = app.created(&definitions::pure()).await;

    for question in ["q=payout", "q=SUPPLIERS%20quarter", "q=finance", "q=q4"] {
        assert_eq!(found(&app, question).await, [of("workflow", &id)], "{question}");
    }
    assert_eq!(found(&app, "q=treasury").await, [of("node", "note")]);
    assert_eq!(found(&app, "q=payouts%20treasury").await, []);

    // What failed is found by its message, and the run by its id.
    app.client.post(&format!("{path}/publish"), &json!({})).await.data();
    let run = app.started_run(&id).await;
    app.until_status(&run, "failure").await;
    assert_eq!(found(&app, "q=no%20further&kind=error").await, [of("error", &run)]);
    let suffix = run.trim_start_matches("run_");
    assert_eq!(found(&app, &format!("q={suffix}&kind=run")).await, [of("run", &run)]);

    // An edit changes what is found, and an archived workflow is found no more.
    app.client.request("PUT", &path).json(&json!({"name": "Refunds"})).send().await.data();
    assert_eq!(found(&app, "q=payouts&kind=workflow").await, []);
    assert_eq!(found(&app, "q=refund&kind=workflow").await, [of("workflow", &id)]);
    app.client.request("DELETE", &path).send().await.data();
    assert_eq!(found(&app, "q=refund").await, []);

    // Another organization finds nothing.
    let stranger = app.client.within(&app.founded("Stranger").await);
    for question in ["q=workflow", "q=log", "q=further", "q=success"] {
        let items = stranger.data(&format!("/v1/search?{question}")).await["items"].clone();
        assert_eq!(items, json!([]), "{question}");
    }
    assert!(found(&app, "q=workflow").await.contains(&of("workflow", &other)));
}

#[actix_web::test]
async fn a_list_of_workflows_is_narrowed_by_a_tag() {
    let app = app().await;
    let (one, _) =
        (app.created(&definitions::pure()).await, app.created(&definitions::pure()).await);
    let put = |tags: Value| {
        let path = format!("/v1/workflows/{one}/tags");
        app.client.request("PUT", &path).json(&json!({ "tags": tags })).send()
    };
    put(json!(["treasury"])).await.data();
    let listed = async |tag: &str| {
        let path = format!("/v1/workflows?tag={tag}&minPosition={}", app.head().await);
        let items = app.client.data(&path).await["items"].as_array().unwrap().clone();
        items.iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed("treasury").await, std::slice::from_ref(&one));
    assert_eq!(listed("treas").await, [""; 0]);
    put(json!([])).await.data();
    assert_eq!(listed("treasury").await, [""; 0]);
    for tags in [json!(["Upper"]), json!([""]), json!(["a b"])] {
        assert_eq!(put(tags.clone()).await.status, 422, "{tags}");
    }
    let many: Vec<String> = (0..21).map(|n| format!("t{n}")).collect();
    assert_eq!(put(json!(many)).await.status, 422);
}

#[actix_web::test]
async fn a_question_without_words_is_refused() {
    let app = app().await;
    for query in ["q=", "q=%20-%20", "q=x&limit=0", "q=x&limit=51", "q=x&kind=wallet", "kind=run"] {
        let refused = app.client.get(&format!("/v1/search?{query}")).await;
        assert_eq!(refused.status, 400, "{query}: {}", refused.text());
    }
    // What PostgreSQL might take for an operator is a word like any other.
    for query in ["q=%27)%3B--", "q=a%27b", "q=%26%7C!x", "q=x%3A*", "q=%00x"] {
        let answered = app.client.get(&format!("/v1/search?{query}")).await;
        assert!(answered.status < 500, "{query}: {}", answered.text());
    }
}
