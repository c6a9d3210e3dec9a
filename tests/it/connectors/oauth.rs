//! Access that somebody grants: the code flow with a provider that looks closely.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use actix_web::web::{self, Form, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use super::{CONNECTORS, calls, connected, outcome};
use crate::support::client::Response;
use crate::support::peer::Peer;
use crate::support::{TestApp, app_that_reaches};

const SECRET: &str = "client-secret-0123456789";

/// What the provider knows of a client: the challenge and redirect of its code, and its tokens.
#[derive(Default)]
struct Known {
    challenge: String,
    redirect: String,
    refresh: String,
    access: String,
    refreshes: u32,
    life: i64,
    refuses: bool,
}

static PROVIDER: LazyLock<Mutex<HashMap<String, Known>>> = LazyLock::new(Mutex::default);

fn known<T>(client: &str, change: impl FnOnce(&mut Known) -> T) -> T {
    change(PROVIDER.lock().unwrap().entry(client.to_owned()).or_default())
}

fn provider(config: &mut ServiceConfig) {
    config.route("/token", web::post().to(token)).route("/me", web::get().to(me));
}

async fn token(Form(form): Form<HashMap<String, String>>) -> HttpResponse {
    let field = |name: &str| form.get(name).cloned().unwrap_or_default();
    let client = field("client_id");
    let refuse = |word: &str| HttpResponse::BadRequest().json(json!({ "error": word }));
    if field("client_secret") != SECRET {
        return refuse("invalid_client");
    }
    let granted = known(&client, |known| {
        let verifier = URL_SAFE_NO_PAD.encode(Sha256::digest(field("code_verifier")));
        let fits = match field("grant_type").as_str() {
            "authorization_code" => {
                field("code") == "the-code"
                    && verifier == known.challenge
                    && field("redirect_uri") == known.redirect
            }
            "refresh_token" => {
                known.refreshes += 1;
                // Each is taken once.
                !known.refuses && field("refresh_token") == known.refresh
            }
            _ => false,
        };
        if !fits {
            return None;
        }
        known.access = format!("access-{client}-{}-0123456789", known.refreshes);
        known.refresh = format!("refresh-{client}-{}-0123456789", known.refreshes);
        Some(json!({
            "access_token": known.access, "refresh_token": known.refresh, "token_type": "Bearer",
            "expires_in": known.life, "scope": "read",
        }))
    });
    // Others come while this one is being answered.
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    granted.map_or_else(|| refuse("invalid_grant"), |tokens| HttpResponse::Ok().json(tokens))
}

async fn me(request: HttpRequest) -> HttpResponse {
    let told = request.headers().get("authorization").and_then(|it| it.to_str().ok()).unwrap_or("");
    let all = PROVIDER.lock().unwrap();
    let access = all.values().any(|known| told == format!("Bearer {}", known.access));
    if access {
        HttpResponse::Ok().json(json!({ "told": told }))
    } else {
        HttpResponse::Unauthorized().finish()
    }
}

struct World {
    app: TestApp,
    peer: Peer,
    client: String,
    id: String,
}

impl World {
    async fn of(client: &str, life: i64) -> Self {
        let peer = Peer::start(provider);
        let app = app_that_reaches(&[peer.opening()]).await;
        known(client, |known| known.life = life);
        let id = connected(&app, "http-oauth2", &json!({
            "host": peer.url(""), "authorizationUrl": "https://provider.example/authorize?tenant=1",
            "tokenUrl": peer.url("/token"), "clientId": client, "clientSecret": SECRET,
            "scopes": "read write", "probePath": "/me",
        }))
        .await;
        Self { app, peer, client: client.to_owned(), id }
    }

    async fn status(&self) -> Value {
        self.app.client.data(&format!("{CONNECTORS}/{}", self.id)).await["status"].clone()
    }

    /// Begins, and lets the provider know what its page would have told it; the state.
    async fn begun(&self) -> String {
        let body = json!({ "connectorId": self.id });
        let begun = self.app.client.post(&format!("{CONNECTORS}/oauth/start"), &body).await.data();
        let url = Url::parse(begun["authorizationUrl"].as_str().unwrap()).unwrap();
        let query: HashMap<_, _> = url.query_pairs().into_owned().collect();
        assert_eq!(url.host_str(), Some("provider.example"));
        for (name, value) in [
            ("tenant", "1"),
            ("response_type", "code"),
            ("client_id", &self.client),
            ("code_challenge_method", "S256"),
            ("scope", "read write"),
        ] {
            assert_eq!(query[name], value, "{name}");
        }
        assert!(!url.as_str().contains(SECRET));
        known(&self.client, |known| {
            known.challenge.clone_from(&query["code_challenge"]);
            known.redirect.clone_from(&query["redirect_uri"]);
        });
        query["state"].clone()
    }

    /// Comes back with a state and a code, as somebody whom nobody knows.
    async fn back(&self, state: &str, rest: &str) -> Response {
        let state: String = url::form_urlencoded::byte_serialize(state.as_bytes()).collect();
        let path =
            format!("/v1/oauth/callback?state={state}&{rest}&iss=https%3A%2F%2Fprovider.example");
        self.app.client.stranger().get(&path).await
    }

    async fn called(&self) -> Value {
        let named = json!({ "type": "http-oauth2", "id": self.id });
        outcome(&self.app, &calls(&self.peer.url("/me"), &named)).await
    }
}

#[actix_web::test]
async fn access_is_granted_once_and_used_without_showing() {
    let world = World::of("granted", 3_600).await;
    assert_eq!(world.status().await, "pending");
    assert_eq!(world.called().await["code"], "connector_pending");
    let tested = format!("{CONNECTORS}/{}/test", world.id);
    assert_eq!(world.app.client.post(&tested, &json!({})).await.code(), "connector-refuses");

    let state = world.begun().await;
    let back = world.back(&state, "code=the-code").await;
    assert_eq!(back.data()["status"], "connected", "{}", back.text());
    assert_eq!(world.status().await, "connected");
    let result = world.called().await;
    assert_eq!(result["body"], json!({ "told": "Bearer [masked]" }));
    assert_eq!(world.app.client.post(&tested, &json!({})).await.data()["status"], "connected");
    // Coming back a second time is too late.
    let again = world.back(&state, "code=the-code").await;
    assert_eq!((again.status, again.code().as_str()), (400, "oauth-not-awaited"));
    assert_eq!(world.status().await, "connected");
    // Of what was sealed on the way only the data and the tokens are left.
    assert_eq!(world.app.count_sealed().await, 2);
}

#[actix_web::test]
async fn what_was_not_handed_out_changes_nothing_and_is_told_nothing() {
    let world = World::of("mismatched", 3_600).await;
    let first = world.begun().await;
    let second = world.begun().await;
    let before = world.app.count_events().await;
    let forged = format!("{}.{}", world.id, "A".repeat(43));
    let foreign = chainkeel::primitives::ConnectorId::generate();
    let elsewhere = second.replace(&world.id, &foreign.to_string());
    let mut told = Vec::new();
    for state in [&*forged, &elsewhere, &first, "", "x", "conn_1.x", &second[..second.len() - 1]] {
        let refused = world.back(state, "code=the-code").await;
        assert_eq!(refused.status, 400, "{state}: {}", refused.text());
        told.push((refused.code(), refused.json()["message"].clone()));
    }
    told.dedup();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(world.app.count_events().await, before);
    assert_eq!(world.status().await, "pending");
    assert_eq!(world.peer.connections(), 0, "the provider was never asked");
    // The one that was handed out last still counts.
    assert_eq!(world.back(&second, "code=the-code").await.data()["status"], "connected");
}

#[actix_web::test]
async fn of_many_who_come_back_at_once_one_is_served() {
    let world = World::of("raced", 3_600).await;
    let state = world.begun().await;
    let comers = (0..8).map(|_| world.back(&state, "code=the-code"));
    let answers = futures::future::join_all(comers).await;
    let served = answers.iter().filter(|answer| answer.status == 200).count();
    let refused = answers.iter().filter(|answer| answer.status == 400).count();
    assert_eq!((served, refused), (1, 7));
    assert_eq!(world.status().await, "connected");
}

#[actix_web::test]
async fn a_wrong_verifier_or_code_or_a_refusal_leaves_no_access() {
    let world = World::of("refused", 3_600).await;
    for (rest, spoil, why) in [
        ("code=the-code", true, "invalid_grant"),
        ("code=another-code", false, "invalid_grant"),
        ("error=access_denied&error_description=%3Cscript%3E", false, "access_denied"),
        ("error=%3Cscript%3E%0Ax&code=the-code", false, "scriptx"),
    ] {
        let state = world.begun().await;
        if spoil {
            known("refused", |known| known.challenge = "another".to_owned());
        }
        let back = world.back(&state, rest).await.data();
        let reason = format!("access was not granted: {why}");
        assert_eq!((&back["status"], &back["statusReason"]), (&json!("failing"), &json!(reason)));
        assert_eq!(world.back(&state, "code=the-code").await.status, 400, "a state counts once");
        assert_eq!(world.called().await["code"], "connector_pending");
    }
}

#[actix_web::test]
async fn access_that_ends_is_renewed_once_however_many_need_it() {
    // Renewed a minute before its end: at once.
    let world = World::of("renewed", 30).await;
    let state = world.begun().await;
    world.back(&state, "code=the-code").await.data();
    known("renewed", |known| known.life = 3_600);
    let calls = futures::future::join_all((0..12).map(|_| world.called())).await;
    for result in calls {
        assert_eq!(result["body"], json!({ "told": "Bearer [masked]" }), "{result}");
    }
    assert_eq!(known("renewed", |known| known.refreshes), 1);
    // Each renewal hands out another refresh token, and that one serves for the next.
    known("renewed", |known| known.life = 30);
    let state = world.begun().await;
    world.back(&state, "code=the-code").await.data();
    for _ in 0..3 {
        assert_eq!(world.called().await["status"], 200);
    }
    assert_eq!(known("renewed", |known| known.refreshes), 4);
    assert_eq!(world.status().await, "connected");
}

#[actix_web::test]
async fn access_that_a_provider_has_ended_says_so_until_it_is_granted_anew() {
    let world = World::of("ended", 30).await;
    let state = world.begun().await;
    world.back(&state, "code=the-code").await.data();
    known("ended", |known| known.refuses = true);
    let failure = world.called().await;
    assert_eq!(
        (&failure["code"], &failure["category"]),
        (&json!("connector_expired"), &json!("auth"))
    );
    assert_eq!(world.status().await, "expired");
    known("ended", |known| (known.refuses, known.life) = (false, 3_600));
    let state = world.begun().await;
    world.back(&state, "code=the-code").await.data();
    assert_eq!(world.called().await["status"], 200);
    assert_eq!(world.status().await, "connected");
}

#[actix_web::test]
async fn only_what_needs_it_is_authorized() {
    let world = World::of("other", 3_600).await;
    let notion = json!({ "token": "ntn_0123456789abcdef" });
    let notion = connected(&world.app, "notion", &notion).await;
    let gmail = connected(&world.app, "gmail", &json!({})).await;
    for id in [notion, gmail] {
        let body = json!({ "connectorId": id });
        let refused = world.app.client.post(&format!("{CONNECTORS}/oauth/start"), &body).await;
        assert_eq!((refused.status, refused.code().as_str()), (409, "connector-refuses"));
    }
}
