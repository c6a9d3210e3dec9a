//! People in organizations: what they may do there follows from their role at that moment.

use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::people::{PASSWORD, Person};
use crate::support::{TestApp, app};

/// The token of an invitation into an organization.
async fn invited(within: &Client, email: &str, role: &str) -> String {
    let body = json!({"email": email, "role": role});
    let made = within.post("/v1/organization/invitations", &body).await.data();
    made["token"].as_str().unwrap().to_owned()
}

/// Somebody who belongs to an organization that was just founded, and its id.
async fn member(app: &TestApp, name: &str, person: &Person, role: &str) -> String {
    let organization = app.founded(name).await;
    let token = invited(&app.client.within(&organization), &person.email, role).await;
    let accepted =
        person.client.post("/v1/auth/invitations/accept", &json!({"token": token})).await;
    assert_eq!(accepted.data()["organizationId"], organization);
    organization
}

async fn listed(person: &Person, count: usize, app: &TestApp) -> Value {
    let path = "/v1/auth/organizations";
    let there = |found: &Value| found["items"].as_array().unwrap().len() == count;
    app.eventually(|| person.client.data(path), there).await
}

#[actix_web::test]
async fn a_member_acts_in_their_only_organization_and_says_which_when_there_are_more() {
    let app = app().await;
    let ada = app.person("ada@example.com").await;
    let nowhere = ada.client.get("/v1/whoami").await;
    assert_eq!((nowhere.status, nowhere.code().as_str()), (403, "forbidden"));

    let acme = member(&app, "Acme", &ada, "viewer").await;
    listed(&ada, 1, &app).await;
    let whoami = ada.client.data("/v1/whoami").await;
    assert_eq!((&whoami["actor"], &whoami["kind"]), (&json!(ada.id), &json!("user")));
    assert_eq!(whoami["organization"]["id"], acme);
    assert_eq!(ada.client.get("/v1/workflows").await.status, 200);
    let refused = ada.client.post("/v1/workflows", &json!({"name": "x"})).await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "forbidden"));

    let other = member(&app, "Other", &ada, "developer").await;
    listed(&ada, 2, &app).await;
    let unsaid = ada.client.get("/v1/workflows").await;
    assert_eq!((unsaid.status, unsaid.code().as_str()), (400, "invalid-header"));
    let there = ada.client.within(&other).data("/v1/whoami").await;
    assert_eq!(there["organization"]["id"], other);
}

#[actix_web::test]
async fn an_organization_that_one_does_not_belong_to_is_as_if_it_did_not_exist() {
    let app = app().await;
    let ada = app.person("ada@example.com").await;
    member(&app, "Acme", &ada, "owner").await;
    let foreign = app.founded("Foreign").await;
    let nobody = chainkeel::primitives::OrganizationId::generate().to_string();
    let refused = ada.client.within(&foreign).get("/v1/workflows").await;
    let unknown = ada.client.within(&nobody).get("/v1/workflows").await;
    assert_eq!((refused.status, refused.code()), (404, unknown.code()));
    assert_eq!(ada.client.get("/v1/users").await.status, 403, "no role operates the installation");
}

#[actix_web::test]
async fn an_invitation_is_accepted_once_and_by_whom_it_names() {
    let app = app().await;
    let ada = app.person("ada@example.com").await;
    let mallory = app.person("mallory@example.com").await;
    let acme = app.founded("Acme").await;
    let token = invited(&app.client.within(&acme), "Ada@Example.com", "admin").await;
    let accept = async |person: &Person| {
        person.client.post("/v1/auth/invitations/accept", &json!({"token": token})).await
    };
    assert_eq!(accept(&mallory).await.status, 404, "it is not hers");
    accept(&ada).await.data();
    let replayed = accept(&ada).await;
    assert!([404, 409].contains(&replayed.status), "{}", replayed.text());
    let nonsense = json!({"token": "ck_inv_x"});
    assert_eq!(ada.client.post("/v1/auth/invitations/accept", &nonsense).await.status, 404);
}

#[actix_web::test]
async fn somebody_who_was_invited_registers_and_is_in() {
    let app = app().await;
    let acme = app.founded("Acme").await;
    let within = app.client.within(&acme);
    let token = invited(&within, "Eve@Example.com", "viewer").await;
    let stranger = app.client.stranger();
    let register = async |token: &str, password: &str| {
        let body = json!({"invitation": token, "password": password, "name": "Eve"});
        stranger.post("/v1/auth/register", &body).await
    };

    // Nothing is made by a weak password, or without an invitation.
    let weak = register(&token, "short").await;
    assert_eq!((weak.status, &weak.json()["details"][0]["path"]), (422, &json!("/password")));
    let mistyped = register(&token.replace("ck_inv_", "ck_inv_0"), PASSWORD).await;
    assert_eq!((mistyped.status, mistyped.code().as_str()), (404, "invitation-not-found"));
    assert_eq!(app.log_in("eve@example.com", PASSWORD, None).await.status, 401);

    let registered = register(&token, PASSWORD).await;
    assert_eq!(registered.status, 201, "{}", registered.text());
    let eve = Person::of(&app, "eve@example.com", &registered.data());
    let whoami = eve.client.data("/v1/whoami").await;
    assert_eq!((&whoami["actor"], &whoami["organization"]["id"]), (&json!(eve.id), &json!(acme)));
    app.log_in("eve@example.com", PASSWORD, None).await.data();
    let joined = "/v1/organization/audit-log?action=organization.joined";
    let log = app.eventually(|| within.data(joined), |log| log["items"][0].is_object()).await;
    let entry = &log["items"][0];
    assert_eq!((&entry["actor"], &entry["address"]), (&json!(eve.id), &json!("127.0.0.1")));

    // The token opens nothing more: no second account, no other password.
    let replayed = register(&token, "another password, longer").await;
    assert_eq!((replayed.status, replayed.code().as_str()), (404, "invitation-not-found"));
    assert_eq!(app.log_in("eve@example.com", "another password, longer", None).await.status, 401);
    // Whoever has an account accepts with it.
    let other = app.founded("Other").await;
    let token = invited(&app.client.within(&other), "eve@example.com", "viewer").await;
    let refused = register(&token, "another password, longer").await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "user-refuses"));
    let accepted = eve.client.post("/v1/auth/invitations/accept", &json!({"token": token})).await;
    assert_eq!(accepted.data()["organizationId"], other);
    // One that was taken back registers nobody.
    let token = invited(&within, "mallory@example.com", "viewer").await;
    let items = within.data("/v1/organization/invitations").await["items"].clone();
    let id = items.as_array().unwrap().iter().find(|it| it["email"] == "mallory@example.com");
    let path = format!("/v1/organization/invitations/{}", id.unwrap()["id"].as_str().unwrap());
    assert!((200..300).contains(&within.request("DELETE", &path).send().await.status));
    assert_eq!(register(&token, PASSWORD).await.status, 404);
}

#[actix_web::test]
async fn a_ticket_opens_one_stream_once_and_nothing_else() {
    let app = app().await;
    let ada = app.person("ada@example.com").await;
    let acme = member(&app, "Acme", &ada, "viewer").await;
    let ticket = async || {
        let issued = ada.client.within(&acme).post("/v1/auth/stream-tickets", &json!({})).await;
        issued.data()["ticket"].as_str().unwrap().to_owned()
    };
    let stranger = app.client.stranger();

    let first = ticket().await;
    let path = format!("/v1/activity/stream?lastEventId=0&ticket={first}");
    let stream = stranger.stream(&path, None).await;
    assert_eq!(stream.status, 200);
    let again = stranger.get(&path).await;
    assert_eq!((again.status, again.code().as_str()), (401, "unauthenticated"));

    // Neither as a key nor elsewhere, nor is an access token a ticket.
    let second = ticket().await;
    assert_eq!(app.client.with_key(&second).get("/v1/whoami").await.status, 401);
    assert_eq!(stranger.get(&format!("/v1/activity?ticket={second}")).await.status, 401);
    let token = format!("/v1/activity/stream?ticket={}", ada.access);
    assert_eq!(stranger.get(&token).await.status, 401);
    // Keys are sent in a header.
    assert_eq!(app.client.post("/v1/auth/stream-tickets", &json!({})).await.status, 401);
    // With the session its tickets end.
    ada.client.post("/v1/auth/logout", &json!({})).await;
    let late = stranger.get(&format!("/v1/activity/stream?ticket={second}")).await;
    assert_eq!(late.status, 401);
}

#[actix_web::test]
async fn whoever_is_removed_may_do_nothing_with_the_next_request() {
    let app = app().await;
    let ada = app.person("ada@example.com").await;
    let acme = member(&app, "Acme", &ada, "admin").await;
    let within = ada.client.within(&acme);
    assert_eq!(within.get("/v1/workflows").await.status, 200);
    let path = format!("/v1/organization/members/{}", ada.id);
    let removed = app.client.within(&acme).request("DELETE", &path).send().await;
    assert_eq!(removed.status, 200, "{}", removed.text());
    assert_eq!(within.get("/v1/workflows").await.status, 404);
}

#[actix_web::test]
async fn the_audit_log_has_who_came_in_and_who_did_not() {
    let app = app().await;
    let ada = app.person("ada@example.com").await;
    app.log_in(&ada.email, "not the password", None).await;
    app.refresh(&ada.refresh).await.data();
    app.refresh(&ada.refresh).await;
    let head = app.head().await;
    let log =
        app.client.data(&format!("/v1/organization/audit-log?limit=100&minPosition={head}")).await;
    let lines = log["items"].as_array().unwrap();
    for (action, outcome) in [
        ("user.registered", "allowed"),
        ("user.logged_in", "allowed"),
        ("user.login_failed", "refused"),
        ("session.reused", "refused"),
        ("token_keys.added", "allowed"),
    ] {
        let is = |line: &&Value| line["action"] == action && line["outcome"] == outcome;
        assert!(lines.iter().any(|line| is(&line)), "{action} {outcome}: {log:#}");
    }
    let text = log.to_string();
    for secret in [PASSWORD, &ada.refresh, &ada.access] {
        assert!(!text.contains(secret));
    }
}
