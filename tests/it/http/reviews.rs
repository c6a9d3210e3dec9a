//! Drafts that somebody else looks at before they go live.

use serde_json::json;

use crate::support::{app, definitions};

#[actix_web::test]
async fn a_draft_is_published_only_with_an_approval_where_the_organization_wants_it() {
    // given an organization that wants drafts approved
    let app = app().await;
    let id = app.created(&definitions::pure()).await;
    let path = format!("/v1/workflows/{id}");
    let policy = app.client.request("PUT", "/v1/organization/publication-policy");
    let policy = policy.json(&json!({"reviewRequired": true})).send().await.data();
    assert_eq!(policy, json!({"reviewRequired": true}));

    // when the draft is published without one, it is refused
    let publish = async || app.client.post(&format!("{path}/publish"), &json!({})).await;
    let refused = publish().await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "review-required"));

    // then whoever asked for the review cannot approve it, nor a draft that was not looked at
    let review = app.client.data(&format!("{path}/review")).await;
    assert_eq!((&review["required"], &review["status"]), (&json!(true), &json!("none")));
    let asked = app.client.post(&format!("{path}/review"), &json!({"note": "for Q4"})).await.data();
    assert_eq!((&asked["status"], &asked["requestedBy"]), (&json!("requested"), &json!("admin")));
    let approve = async |hash: &str| {
        app.client.post(&format!("{path}/review/approve"), &json!({"draftHash": hash})).await
    };
    let own = approve(asked["draftHash"].as_str().unwrap()).await;
    assert_eq!((own.status, own.code().as_str()), (409, "workflow-refuses"));
    let stale = approve(&"0".repeat(64)).await;
    assert_eq!((stale.status, stale.code().as_str()), (409, "version-conflict"));
    let text = json!({"text": "what about the limit?"});
    let said = app.client.post(&format!("{path}/review/comments"), &text).await.data();
    assert_eq!(said["comments"][0]["text"], "what about the limit?");

    // and an edit begins anew
    let edit = json!({"definition": definitions::waiting()});
    app.client.request("PUT", &path).json(&edit).send().await.data();
    let review = app.client.data(&format!("{path}/review")).await;
    assert_eq!((&review["status"], &review["comments"]), (&json!("none"), &json!([])));
    assert_ne!(review["draftHash"], asked["draftHash"]);

    // and where it is waived, whoever may publish does
    let policy = app.client.request("PUT", "/v1/organization/publication-policy");
    policy.json(&json!({"reviewRequired": false})).send().await.data();
    assert_eq!(publish().await.status, 200);
    // Another organization has rules of its own.
    let stranger = app.client.within(&app.founded("Stranger").await);
    let theirs = stranger.data("/v1/organization/publication-policy").await;
    assert_eq!(theirs, json!({"reviewRequired": false}));
}

#[actix_web::test]
async fn somebody_else_approves_exactly_the_draft_that_was_looked_at() {
    let app = app().await;
    let id = app.created(&definitions::pure()).await;
    let path = format!("/v1/workflows/{id}");
    let policy = app.client.request("PUT", "/v1/organization/publication-policy");
    policy.json(&json!({"reviewRequired": true})).send().await.data();
    let held = ["workflows:read", "workflows:approve"];
    let (_, key) = app.key_of(&app.client, "reviewer", &held).await;
    let reviewer = app.client.with_key(&key);
    let (_, key) = app.key_of(&app.client, "author", &["workflows:read", "workflows:write"]).await;
    let author = app.client.with_key(&key);
    let asked = app.client.post(&format!("{path}/review"), &json!({})).await.data();
    let seen = json!({"draftHash": asked["draftHash"]});
    // Who may only write does not approve, and who may only approve does not publish.
    let refused = author.post(&format!("{path}/review/approve"), &seen).await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "forbidden"));
    let approved = reviewer.post(&format!("{path}/review/approve"), &seen).await.data();
    assert_eq!(approved["status"], "approved");
    let refused = reviewer.post(&format!("{path}/publish"), &json!({})).await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "forbidden"));
    // An edit by anybody voids it.
    let put = |definition| author.request("PUT", &path).json(&json!({"definition": definition}));
    put(definitions::waiting()).send().await.data();
    let refused = app.client.post(&format!("{path}/publish"), &json!({})).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "review-required"));
    let asked = app.client.post(&format!("{path}/review"), &json!({})).await.data();
    let seen = json!({"draftHash": asked["draftHash"]});
    reviewer.post(&format!("{path}/review/approve"), &seen).await.data();
    assert_eq!(app.client.post(&format!("{path}/publish"), &json!({})).await.status, 200);
}

#[actix_web::test]
async fn of_a_hundred_who_publish_the_same_draft_one_wins() {
    let app = app().await;
    let id = app.created(&definitions::pure()).await;
    let (path, body) = (format!("/v1/workflows/{id}/publish"), json!({"expectedVersion": 1}));
    let asked = (0..100).map(|_| app.client.post(&path, &body));
    let answers = futures::future::join_all(asked).await;
    let won = answers.iter().filter(|answer| answer.status == 200).count();
    let late = answers.iter().filter(|answer| answer.status == 409).count();
    assert_eq!((won, late), (1, 99));
    assert_eq!(app.client.data(&format!("/v1/workflows/{id}")).await["liveVersion"], 1);
    // What was handed in besides is taken from nobody.
    for more in [json!({"expectedVersion": 2, "status": "active"}), json!({"by": "ada"})] {
        assert_eq!(app.client.post(&path, &more).await.status, 422, "{more}");
    }
    for more in [json!({"name": "x", "createdBy": "ada"}), json!({"organizationId": "org_x"})] {
        let put = app.client.request("PUT", &format!("/v1/workflows/{id}")).json(&more).send();
        assert_eq!(put.await.status, 422, "{more}");
    }
}
