//! People log in, go on and log out; nobody else does.

use serde_json::{Value, json};

use crate::support::app;
use crate::support::people::{PASSWORD, Person};

#[actix_web::test]
async fn whoever_logs_in_goes_on_until_they_log_out() {
    let app = app().await;
    let ada = app.person("ada@example.com").await;
    assert!(ada.is_in().await);
    let sessions = ada.client.data("/v1/auth/sessions").await;
    assert_eq!(sessions["items"][0]["id"], ada.session);
    assert_eq!(sessions["items"][0]["isCurrent"], true);

    let refreshed = app.refresh(&ada.refresh).await;
    assert_eq!(refreshed.header("cache-control"), Some("no-store"));
    let later = Person::of(&app, &ada.email, &refreshed.data());
    assert_eq!(later.session, ada.session);
    assert!(later.is_in().await && ada.is_in().await, "a token is good for its ten minutes");

    later.client.post("/v1/auth/logout", &json!({})).await.data();
    assert!(!later.is_in().await && !ada.is_in().await, "tokens of the session are over at once");
    assert_eq!(app.refresh(&later.refresh).await.status, 401);
}

#[actix_web::test]
async fn a_refresh_token_that_is_used_twice_ends_the_session_for_everybody() {
    let app = app().await;
    let ada = app.person("ada@example.com").await;
    let other = Person::of(&app, &ada.email, &app.log_in(&ada.email, PASSWORD, None).await.data());
    let later = Person::of(&app, &ada.email, &app.refresh(&ada.refresh).await.data());

    let reused = app.refresh(&ada.refresh).await;
    assert_eq!((reused.status, reused.code().as_str()), (401, "unauthenticated"));
    assert!(!later.is_in().await, "the access token of the session is over at once");
    assert_eq!(app.refresh(&later.refresh).await.status, 401, "and the newest refresh token");
    assert!(other.is_in().await, "another session goes on");
}

#[actix_web::test]
async fn of_two_who_refresh_at_the_same_time_at_most_one_goes_on() {
    let app = app().await;
    let ada = app.person("ada@example.com").await;
    let (one, two) = futures::join!(app.refresh(&ada.refresh), app.refresh(&ada.refresh));
    let granted = [&one, &two].iter().filter(|answer| answer.status == 200).count();
    assert!(granted <= 1, "{} {}", one.text(), two.text());
    assert!(!ada.is_in().await, "somebody had a copy");
}

#[actix_web::test]
async fn an_unknown_address_and_a_wrong_password_are_answered_alike_and_locked_alike() {
    let app = app().await;
    app.user("ada@example.com").await;
    let told = |answer: &crate::support::client::Response| {
        let mut document = answer.json();
        document.as_object_mut().unwrap().remove("requestId");
        (answer.status, document, answer.header("retry-after").is_some())
    };
    for attempt in 1..=6 {
        let known = app.log_in("ada@example.com", "not the password", None).await;
        let unknown = app.log_in("bob@example.com", "not the password", None).await;
        assert_eq!(told(&known), told(&unknown), "attempt {attempt}");
        let wanted = if attempt < 6 { (401, "invalid-credentials") } else { (429, "login-locked") };
        assert_eq!((known.status, known.code().as_str()), wanted, "attempt {attempt}");
    }
    let right = app.log_in("ada@example.com", PASSWORD, None).await;
    assert_eq!(right.code(), "login-locked", "the right password does not open a locked door");
    let events = app.count_events().await;
    app.log_in("ada@example.com", "not the password", None).await;
    assert_eq!(app.count_events().await, events, "a flood writes nothing");
}

#[actix_web::test]
async fn addresses_are_compared_without_regard_to_case() {
    let app = app().await;
    let id = app.user("Ada@Example.com").await;
    let tokens = app.log_in(" ada@EXAMPLE.com", PASSWORD, None).await.data();
    assert_eq!(tokens["userId"], id);
}

#[actix_web::test]
async fn a_suspended_user_is_out_at_once_and_stays_out() {
    let app = app().await;
    let ada = app.person("ada@example.com").await;
    let path = format!("/v1/users/{}", ada.id);
    app.client.post(&format!("{path}/suspend"), &json!({"reason": "left"})).await.data();
    assert!(!ada.is_in().await);
    assert_eq!(app.refresh(&ada.refresh).await.status, 401);
    let refused = app.log_in(&ada.email, PASSWORD, None).await;
    assert_eq!(refused.code(), "invalid-credentials", "nobody is told that they are suspended");
    app.client.post(&format!("{path}/restore"), &json!({})).await.data();
    assert!(!ada.is_in().await, "what was ended stays ended");
    app.log_in(&ada.email, PASSWORD, None).await.data();
}

#[actix_web::test]
async fn sessions_are_ended_one_by_one_or_all_at_once_and_only_by_their_owner() {
    let app = app().await;
    let ada = app.person("ada@example.com").await;
    let phone = Person::of(&app, &ada.email, &app.log_in(&ada.email, PASSWORD, None).await.data());
    let mallory = app.person("mallory@example.com").await;

    let path = format!("/v1/auth/sessions/{}", phone.session);
    let foreign = mallory.client.request("DELETE", &path).send().await;
    let nobody = chainkeel::primitives::SessionId::generate();
    let unknown = mallory.client.request("DELETE", &format!("/v1/auth/sessions/{nobody}"));
    let unknown = unknown.send().await;
    assert_eq!((foreign.status, foreign.code()), (404, unknown.code()));
    assert!(phone.is_in().await);

    ada.client.request("DELETE", &path).send().await.data();
    assert!(!phone.is_in().await && ada.is_in().await);

    let phone = Person::of(&app, &ada.email, &app.log_in(&ada.email, PASSWORD, None).await.data());
    ada.client.post("/v1/auth/logout", &json!({"everywhere": true})).await.data();
    assert!(!phone.is_in().await && !ada.is_in().await && mallory.is_in().await);
}

#[actix_web::test]
async fn another_password_ends_every_session_but_the_one_that_begins() {
    let app = app().await;
    let ada = app.person("ada@example.com").await;
    let change = |current: &str, new: &str| json!({"currentPassword": current, "newPassword": new});
    let weak = ada.client.post("/v1/auth/password", &change(PASSWORD, "short")).await;
    assert_eq!(
        (weak.status, weak.json()["details"][0]["path"].clone()),
        (422, json!("/newPassword"))
    );
    let wrong = ada.client.post("/v1/auth/password", &change("wrong", "another good one")).await;
    assert_eq!(wrong.code(), "invalid-credentials");
    let changed = ada.client.post("/v1/auth/password", &change(PASSWORD, "another good one")).await;
    let later = Person::of(&app, &ada.email, &changed.data());
    assert!(later.is_in().await && !ada.is_in().await);
    assert_eq!(app.log_in(&ada.email, PASSWORD, None).await.status, 401);
    app.log_in(&ada.email, "another good one", None).await.data();
}

#[actix_web::test]
async fn bodies_set_nothing_that_is_not_asked_for() {
    let app = app().await;
    let ada = app.person("ada@example.com").await;
    for (client, path, body) in [
        (&app.client, "/v1/users", json!({"email": "eve@example.com", "role": "owner"})),
        (&app.client, "/v1/users", json!({"email": "eve@example.com", "id": ada.id})),
        (&app.client, "/v1/users", json!({"email": "eve@example.com", "organizationId": "org_1"})),
        (&ada.client, "/v1/auth/logout", json!({"sessionId": ada.session})),
        (&ada.client, "/v1/auth/password", json!({"userId": ada.id, "newPassword": "x"})),
        (
            &app.client,
            "/v1/auth/login",
            json!({"email": "a@b.c", "password": "x", "userId": ada.id}),
        ),
    ] {
        let refused = client.post(path, &body).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (422, "invalid-body"),
            "{path} {body}"
        );
    }
    assert!(ada.is_in().await);
}

#[actix_web::test]
async fn nothing_that_opens_a_door_stands_on_the_ledger() {
    let app = app().await;
    let ada = app.person("ada@example.com").await;
    let later = Person::of(&app, &ada.email, &app.refresh(&ada.refresh).await.data());
    let events: Vec<Value> = sqlx_payloads(&app).await;
    let text = Value::Array(events).to_string();
    for secret in [PASSWORD, &ada.refresh, &later.refresh, &ada.access, &later.access, "$argon2"] {
        assert!(!text.contains(secret), "{secret}");
    }
    assert!(text.contains("ada@example.com"));
}

#[expect(clippy::disallowed_methods, reason = "tests ask SQL ad hoc")]
async fn sqlx_payloads(app: &crate::support::TestApp) -> Vec<Value> {
    sqlx::query_scalar("select payload from events").fetch_all(&app.database.pool).await.unwrap()
}
