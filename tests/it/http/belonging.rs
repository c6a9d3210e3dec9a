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
    let log = app.client.data(&format!("/v1/audit?limit=100&minPosition={head}")).await;
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
