//! Every route wants a key, but for those that the table names.

use chainkeel::http::routes::{Access, TABLE};

use crate::support::app;

#[actix_web::test]
async fn every_route_but_the_listed_ones_wants_a_key() {
    let app = app().await;
    let public: Vec<_> =
        TABLE.iter().filter(|e| e.access == Access::Public).map(|e| e.path).collect();
    assert_eq!(
        public,
        [
            "/healthz",
            "/readyz",
            "/metrics",
            "/openapi.json",
            "/v1/oauth/callback",
            "/v1/log/checkpoint",
            "/v1/log/key",
            "/v1/log/tile/{tile}",
            "/v1/auth/login",
            "/v1/auth/refresh",
            "/v1/auth/reset",
            "/v1/auth/register",
            "/.well-known/jwks.json",
            "/v1/x402/{id}",
            "/v1/x402/{id}",
            "/v1/public/workflows/{id}",
            "/v1/public/workflows/{id}/run",
            "/v1/public/workflows/{id}/run",
            "/v1/public/runs/{id}",
            "/v1/webhooks/{secret}",
            "/v1/webhooks/{secret}",
            "/v1/webhooks/{secret}",
            "/v1/webhooks/{secret}",
        ],
        "a new public route must be meant"
    );
    for endpoint in TABLE.iter().filter(|endpoint| endpoint.access != Access::Public) {
        let path = endpoint
            .path
            .replace("{versionNumber}", "1")
            .replace("{nodeId}", "root")
            .replace("{deliveryId}", "dlv_01h455vb4pex5vsknk084sn02q")
            .replace("{id}", "run_01h455vb4pex5vsknk084sn02q");
        let response = app.client.stranger().request(endpoint.method.as_str(), &path).send().await;
        assert_eq!(response.status, 401, "{} {}", endpoint.method, endpoint.path);
        assert!(
            response.header("www-authenticate").is_some_and(|scheme| scheme.starts_with("Bearer"))
        );
    }
}

#[actix_web::test]
async fn a_stranger_learns_nothing_of_paths_below_v1() {
    let app = app().await;
    assert_eq!(app.client.stranger().get("/v1/nothing").await.status, 401);
    assert_eq!(app.client.stranger().get("/nothing").await.status, 404);
}

#[actix_web::test]
async fn health_needs_no_key() {
    let app = app().await;
    for path in ["/healthz", "/readyz", "/metrics", "/openapi.json", "/docs/"] {
        let response = app.client.stranger().get(path).await;
        assert_eq!(response.status, 200, "{path}: {}", response.text());
    }
}

#[actix_web::test]
async fn answers_tell_browsers_to_do_nothing_clever() {
    let app = app().await;
    let response = app.client.get("/v1/runs").await;
    assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(response.header("cache-control"), Some("no-store"));
    assert!(response.header("content-security-policy").is_some());
    assert!(response.header("x-request-id").is_some_and(|id| id.starts_with("req_")));
    let refused = app.client.stranger().get("/v1/runs").await;
    assert_eq!(refused.header("x-content-type-options"), Some("nosniff"));
    let own = app.client.request("GET", "/healthz").header("X-Request-Id", "trace-7").send().await;
    assert_eq!(own.header("x-request-id"), Some("trace-7"));
    assert_eq!(own.json()["requestId"], "trace-7");
}

#[actix_web::test]
async fn the_header_that_chooses_an_organization_must_be_one_id() {
    let app = app().await;
    let with = |value: &str| app.client.request("GET", "/v1/runs").header("X-Org-ID", value);
    for (what, request) in [
        ("no id", with("acme")),
        ("the id of something else", with("run_01h455vb4pex5vsknk084sn02q")),
        ("two of them", with("org_00000000000000000000000000").header("X-Org-ID", "org_1")),
    ] {
        let refused = request.send().await;
        assert_eq!((refused.status, refused.code().as_str()), (400, "invalid-header"), "{what}");
    }
    assert_eq!(with("org_00000000000000000000000000").send().await.status, 200);
}
