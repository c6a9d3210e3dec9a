//! What the installation's operator does with people.

use chainkeel::primitives::UserId;
use serde_json::json;

use crate::support::app;
use crate::support::people::PASSWORD;

#[actix_web::test]
async fn an_operator_registers_people_who_choose_their_own_passwords() {
    let app = app().await;
    let body = json!({"email": "Ada@example.com", "name": "Ada"});
    let made = app.client.post("/v1/users", &body).await;
    assert_eq!(made.status, 201);
    let position = made.json()["position"].clone();
    let made = made.data();
    assert_eq!(
        (&made["user"]["email"], &made["user"]["hasPassword"]),
        (&json!("Ada@example.com"), &json!(false))
    );
    let id = made["user"]["id"].as_str().unwrap();
    let listed = app.client.data(&format!("/v1/users?search=ada&minPosition={position}")).await;
    assert_eq!(listed["items"][0]["id"], id);
    assert_eq!(app.client.data("/v1/users?search=bob").await["items"], json!([]));

    assert_eq!(app.log_in("ada@example.com", PASSWORD, None).await.status, 401);
    let stranger = app.client.stranger();
    let reset = json!({"token": made["resetToken"], "newPassword": PASSWORD});
    let weak = json!({"token": made["resetToken"], "newPassword": "short"});
    assert_eq!(stranger.post("/v1/auth/reset", &weak).await.status, 422);
    stranger.post("/v1/auth/reset", &reset).await.data();
    let again = stranger.post("/v1/auth/reset", &reset).await;
    assert_eq!((again.status, again.code().as_str()), (401, "invalid-credentials"), "it is used");
    app.log_in("ada@example.com", PASSWORD, None).await.data();
    assert_eq!(app.client.data(&format!("/v1/users/{id}")).await["hasPassword"], true);
}

#[actix_web::test]
async fn an_address_belongs_to_one_user_however_many_ask_at_once() {
    let app = app().await;
    let body = json!({"email": "ada@example.com"});
    let asked =
        futures::future::join_all((0..8).map(|_| app.client.post("/v1/users", &body))).await;
    let statuses: Vec<u16> = asked.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [201, 409].contains(status)), "{statuses:?}");
}

#[actix_web::test]
async fn a_repeated_registration_is_carried_out_once_and_shows_no_token_again() {
    let app = app().await;
    let post = || {
        let request = app.client.request("POST", "/v1/users").header("Idempotency-Key", "k-1");
        request.json(&json!({"email": "ada@example.com"})).send()
    };
    let (first, second) = (post().await, post().await);
    assert_eq!(second.header("idempotency-replayed"), Some("true"));
    assert_eq!(first.data()["user"]["id"], second.data()["user"]["id"]);
    assert!(first.data()["resetToken"].is_string() && second.data()["resetToken"].is_null());
}

#[actix_web::test]
async fn who_does_not_exist_is_not_found_and_who_is_suspended_is_not_suspended_again() {
    let app = app().await;
    let nobody = UserId::generate();
    for deed in ["suspend", "restore", "reset"] {
        let refused = app.client.post(&format!("/v1/users/{nobody}/{deed}"), &json!({})).await;
        assert_eq!((refused.status, refused.code().as_str()), (404, "user-not-found"), "{deed}");
    }
    assert_eq!(app.client.get(&format!("/v1/users/{nobody}")).await.status, 404);
    let id = app.user("ada@example.com").await;
    let suspend = format!("/v1/users/{id}/suspend");
    app.client.post(&suspend, &json!({})).await.data();
    assert_eq!(app.client.post(&suspend, &json!({})).await.status, 409);
}

#[actix_web::test]
async fn a_later_reset_token_replaces_the_one_before() {
    let app = app().await;
    let id = app.user("ada@example.com").await;
    let issue = async || {
        let issued = app.client.post(&format!("/v1/users/{id}/reset"), &json!({})).await.data();
        issued["resetToken"].as_str().unwrap().to_owned()
    };
    let (first, second) = (issue().await, issue().await);
    let stranger = app.client.stranger();
    let reset = |token: &str| json!({"token": token, "newPassword": "another good one"});
    assert_eq!(stranger.post("/v1/auth/reset", &reset(&first)).await.status, 401);
    stranger.post("/v1/auth/reset", &reset(&second)).await.data();
    assert_eq!(app.log_in("ada@example.com", PASSWORD, None).await.status, 401);
}
