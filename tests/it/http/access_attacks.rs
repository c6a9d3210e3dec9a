//! Attacks on keys and organizations: each is refused, and told no more than it must be.

use serde_json::{Value, json};

use crate::support::app;
use crate::support::client::{Client, Response};

fn told(response: &Response) -> (u16, Value) {
    let mut document = response.json();
    document.as_object_mut().unwrap().remove("requestId");
    (response.status, document)
}

async fn whoami(client: &Client) -> Response {
    client.get("/v1/whoami").await
}

#[actix_web::test]
async fn a_key_opens_its_own_organization_and_no_other_one_seems_to_exist() {
    let app = app().await;
    let (acme, other) = (app.organization("Acme").await, app.founded("Other").await);
    let nowhere = chainkeel::primitives::OrganizationId::generate().to_string();
    let default = chainkeel::primitives::OrganizationId::DEFAULT.to_string();
    let mut answers = Vec::new();
    for id in [&other, &nowhere, &default] {
        let refused = whoami(&acme.within(id)).await;
        assert_eq!((refused.status, refused.code().as_str()), (404, "organization-not-found"));
        answers.push(told(&refused));
        let refused = acme.get(&format!("/v1/organizations/{id}")).await;
        assert_eq!((refused.status, refused.code().as_str()), (404, "organization-not-found"));
        answers.push(told(&refused));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    // The admin key opens those that were founded, and none that somebody makes up.
    assert_eq!(whoami(&app.client.within(&other)).await.status, 200);
    assert_eq!(told(&whoami(&app.client.within(&nowhere)).await), answers[0]);
    let own = whoami(&acme).await.data()["organization"]["id"].as_str().unwrap().to_owned();
    assert_eq!(whoami(&acme.within(&own)).await.status, 200);
}

#[actix_web::test]
async fn a_revoked_key_that_was_used_a_moment_ago_opens_nothing() {
    let app = app().await;
    let acme = app.client.within(&app.founded("Acme").await);
    let (_, text) = app.key_of(&acme, "bot", &["runs:read"]).await;
    let bot = app.client.with_key(&text);
    let id = chainkeel::access::KeyHash::of(&text).api_key();
    // Well known to the server, and in use while it is revoked.
    for _ in 0..20 {
        assert_eq!(bot.get("/v1/runs").await.status, 200);
    }
    let revoke = acme.request("DELETE", &format!("/v1/api-keys/{id}"));
    assert_eq!(revoke.send().await.status, 200);
    let refused = bot.get("/v1/runs").await;
    assert_eq!((refused.status, refused.code().as_str()), (401, "unauthenticated"));
    assert!(refused.text().contains("revoked"));
    assert!(refused.header("www-authenticate").is_some());
}

#[actix_web::test]
async fn a_key_ends_at_its_hour_and_cannot_begin_after_it() {
    let app = app().await;
    let acme = app.client.within(&app.founded("Acme").await);
    let (account, _) = app.key_of(&acme, "bot", &["runs:read"]).await;
    let issue = async |at: time::OffsetDateTime| {
        let at = at.format(&time::format_description::well_known::Rfc3339).unwrap();
        let body = json!({"name": "brief", "serviceAccountId": account, "expiresAt": at});
        acme.post("/v1/api-keys", &body).await
    };
    #[expect(clippy::disallowed_methods, reason = "the server has the machine's clock")]
    let now = time::OffsetDateTime::now_utc();
    let past = issue(now - time::Duration::seconds(1)).await;
    assert_eq!((past.status, past.code().as_str()), (422, "invalid-body"), "{}", past.text());
    let text = issue(now + time::Duration::seconds(2)).await.data()["key"].clone();
    let bot = app.client.with_key(text.as_str().unwrap());
    let refused = app.eventually(|| bot.get("/v1/runs"), |answer| answer.status == 401).await;
    assert!(refused.text().contains("expired"), "{}", refused.text());
}

#[actix_web::test]
async fn wrong_keys_are_refused_and_nothing_is_told_of_the_right_ones() {
    let app = app().await;
    let acme = app.client.within(&app.founded("Acme").await);
    let (_, text) = app.key_of(&acme, "bot", &["runs:read"]).await;
    let other = if text.as_bytes()[12] == b'a' { "b" } else { "a" };
    let mut mistyped = text.clone();
    mistyped.replace_range(12..13, other);
    let (unknown, _) = chainkeel::access::KeyHash::generate([1; 32]);
    for (what, key) in [
        ("mistyped", mistyped),
        ("cut off", text[..text.len() - 1].to_owned()),
        ("one that nobody was given", unknown),
        ("an id instead of a text", chainkeel::access::KeyHash::of(&text).api_key().to_string()),
        ("a hash instead of a text", chainkeel::access::KeyHash::of(&text).to_string()),
        ("a token", "eyJhbGciOiJub25lIn0.e30.x".to_owned()),
        ("two keys", format!("{text} {text}")),
        ("SQL", "ck_live_' or 1=1 --".to_owned()),
    ] {
        let refused = whoami(&app.client.with_key(&key)).await;
        let answer = (refused.status, refused.code());
        assert_eq!(answer, (401, "unauthenticated".to_owned()), "{what}: {}", refused.text());
        assert!(!refused.text().contains(&text), "{what}");
    }
}

#[actix_web::test]
async fn nobody_gets_more_by_a_key_an_account_or_a_role_than_he_has() {
    let app = app().await;
    let acme = app.client.within(&app.founded("Acme").await);
    let manager = ["keys:manage", "keys:read", "members:manage", "runs:read"];
    let (account, text) = app.key_of(&acme, "manager", &manager).await;
    let manager = app.client.with_key(&text);
    let (strong, _) = app.key_of(&acme, "strong", &["workflows:publish", "runs:read"]).await;
    let put = async |path: &str, body: Value| manager.request("PUT", path).json(&body).send().await;
    let post = async |path: &str, body: Value| manager.post(path, &body).await;
    let more = json!(["workflows:publish"]);
    let refused = [
        post("/v1/service-accounts", json!({"name": "x", "permissions": more})).await,
        put(&format!("/v1/service-accounts/{account}"), json!({"permissions": more})).await,
        // The key of a stronger account would be his.
        post("/v1/api-keys", json!({"name": "x", "serviceAccountId": strong})).await,
        post("/v1/organization/roles", json!({"name": "x", "permissions": more})).await,
        post("/v1/organizations", json!({"name": "x"})).await,
        put("/v1/usage/plan", json!({"mode": "unlimited"})).await,
    ];
    for answer in refused {
        let found = (answer.status, answer.code());
        assert_eq!(found, (403, "forbidden".to_owned()), "{}", answer.text());
    }
    let narrow = json!({"name": "x", "serviceAccountId": strong, "scopes": ["runs:read"]});
    assert_eq!(post("/v1/api-keys", narrow).await.status, 201, "what he has he may give");
    let idle = json!({"name": "x", "serviceAccountId": strong, "scopes": ["audit:read"]});
    assert_eq!(post("/v1/api-keys", idle).await.status, 422);
}

#[actix_web::test]
async fn fields_that_nobody_asked_for_change_nothing() {
    let app = app().await;
    let acme = app.client.within(&app.founded("Acme").await);
    let (account, _) = app.key_of(&acme, "bot", &["runs:read"]).await;
    let before = app.count_events().await;
    let other = chainkeel::primitives::OrganizationId::generate().to_string();
    for (path, body) in [
        ("/v1/organizations", json!({"name": "x", "id": other})),
        ("/v1/organizations", json!({"name": "x", "owner": "user_01h455vb4pex5vsknk084sn02q"})),
        ("/v1/service-accounts", json!({"name": "x", "permissions": [], "organizationId": other})),
        ("/v1/service-accounts", json!({"name": "x", "permissions": [], "role": "owner"})),
        (
            "/v1/api-keys",
            json!({"name": "x", "serviceAccountId": account, "organizationId": other}),
        ),
        ("/v1/api-keys", json!({"name": "x", "serviceAccountId": account, "key": "ck_live_mine"})),
        ("/v1/organization/roles", json!({"name": "x", "permissions": [], "isBuiltIn": true})),
        ("/v1/workflows", json!({"name": "x", "definition": {}, "organizationId": other})),
    ] {
        let refused = acme.post(path, &body).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (422, "invalid-body"),
            "{path} {body}"
        );
    }
    assert_eq!(app.count_events().await, before);
}

#[actix_web::test]
async fn names_that_would_write_lines_of_their_own_are_refused() {
    let app = app().await;
    let acme = app.client.within(&app.founded("Acme").await);
    let (account, _) = app.key_of(&acme, "bot", &["runs:read"]).await;
    let before = app.count_events().await;
    for name in ["a\r\nERROR forged", "\u{1b}[2J\u{1b}[31mred", "a\u{7}b", "\u{85}next", ""] {
        for (path, body) in [
            ("/v1/organizations", json!({"name": name})),
            ("/v1/service-accounts", json!({"name": name, "permissions": []})),
            ("/v1/api-keys", json!({"name": name, "serviceAccountId": account})),
            ("/v1/organization/roles", json!({"name": name, "permissions": []})),
        ] {
            let refused = acme.post(path, &body).await;
            assert_eq!(refused.status, 422, "{path} {name:?}: {}", refused.text());
        }
    }
    assert_eq!(app.count_events().await, before);
}

#[actix_web::test]
async fn an_invitation_shows_its_token_once_and_opens_nothing_to_who_is_not_meant() {
    let app = app().await;
    let acme = app.client.within(&app.founded("Acme").await);
    let invite = json!({"email": "Ada@Example.org", "role": "viewer"});
    let post = || {
        let request = acme.request("POST", "/v1/organization/invitations");
        request.header("Idempotency-Key", "i-1").json(&invite).send()
    };
    let (first, second) = (post().await, post().await);
    assert_eq!(first.status, 201, "{}", first.text());
    let (made, again) = (first.data(), second.data());
    assert_eq!((&made["id"], &again["token"]), (&again["id"], &Value::Null));
    let token = made["token"].as_str().unwrap();
    assert!(token.starts_with("ck_inv_"), "{token}");
    let listed = acme.data("/v1/organization/invitations").await;
    assert_eq!(listed["items"][0]["email"], "ada@example.org");
    assert!(!listed.to_string().contains(token));
    // A token is no key, whatever it looks like.
    assert_eq!(whoami(&app.client.with_key(token)).await.status, 401);
    let kept = "select count(*) from events where payload::text like '%' || $1 || '%'";
    assert_eq!(app.count_of(kept, &token["ck_inv_".len()..]).await, 0);

    let strong = json!({"email": "eve@example.org", "role": "owner"});
    let (_, text) = app.key_of(&acme, "bot", &["members:manage", "organization:read"]).await;
    let weak = app.client.with_key(&text);
    let refused = weak.post("/v1/organization/invitations", &strong).await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "forbidden"));
    let path = format!("/v1/organization/invitations/{}", made["id"].as_str().unwrap());
    let other = app.client.within(&app.founded("Other").await);
    let delete = async |client: &Client| client.request("DELETE", &path).send().await;
    assert_eq!(delete(&other).await.code(), "invitation-not-found");
    assert_eq!(delete(&acme).await.status, 200);
    assert_eq!(delete(&acme).await.code(), "invitation-not-found");
    assert_eq!(acme.data("/v1/organization/invitations").await["items"], json!([]));
}

#[actix_web::test]
async fn of_a_hundred_who_publish_at_once_one_does() {
    let app = app().await;
    let workflow = app.created(&crate::support::definitions::pure()).await;
    let path = format!("/v1/workflows/{workflow}/publish");
    let body = json!({});
    let answers = futures::future::join_all((0..100).map(|_| app.client.post(&path, &body))).await;
    let won = answers.iter().filter(|answer| answer.status == 200).count();
    let lost: Vec<u16> =
        answers.iter().map(|answer| answer.status).filter(|status| *status != 200).collect();
    assert_eq!((won, lost), (1, vec![409; 99]));
    let published =
        "select count(*) from events where event_type = 'published' and aggregate_id = $1";
    assert_eq!(app.count_of(published, &workflow).await, 1);
}

#[actix_web::test]
async fn headers_that_would_write_lines_of_their_own_come_back_nowhere() {
    let app = app().await;
    for value in ["a\u{1b}[31m", "a%0d%0ab", "a b", &"x".repeat(65)] {
        let request = app.client.request("GET", "/v1/whoami").header("X-Request-Id", value);
        let answer = request.send().await;
        // What is no header at all is refused before anybody gives the request an id.
        let shown = answer.header("x-request-id").unwrap_or("req_");
        assert!(shown.starts_with("req_"), "{value:?} became {shown:?}");
    }
    let split = app.client.request("GET", "/v1/whoami").header("X-Org-ID", "org_1\r\nX-Evil: 1");
    let answer = split.send().await;
    assert_eq!((answer.status, answer.header("x-evil")), (400, None));
}
