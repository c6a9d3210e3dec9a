//! The web app, as a browser asks for it. `make test` builds it before.

use crate::support::client::Response;
use crate::support::{TestApp, app};

const AS_A_BROWSER: &str = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8";

async fn asked(app: &TestApp, method: &str, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = app.client.stranger().request(method, path);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request.send().await
}

async fn page(app: &TestApp, path: &str) -> Response {
    let page = asked(app, "GET", path, &[("Accept", AS_A_BROWSER)]).await;
    assert_eq!(page.status, 200, "{path} is no page; `make ui` builds the app: {}", page.text());
    page
}

fn is_a(path: &str, kind: &str) -> bool {
    std::path::Path::new(path).extension().is_some_and(|it| it == kind)
}

/// The addresses of what a page loads.
fn loads(page: &str) -> Vec<String> {
    let parts = page.split(['"', '\'']);
    parts.filter(|part| part.starts_with("/assets/")).map(str::to_owned).collect()
}

#[actix_web::test]
async fn every_address_of_the_app_is_its_page_under_a_strict_policy() {
    let app = app().await;
    for path in ["/", "/runs", "/runs/run_01h455vb4pex5vsknk084sn02q", "/workflows/wf/editor"] {
        let page = page(&app, path).await;
        assert!(page.header("content-type").unwrap().starts_with("text/html"), "{path}");
        assert_eq!(page.header("cache-control"), Some("no-cache"));
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        let text = page.text();
        // Nothing in it is executed in place, and nothing comes from elsewhere.
        assert!(!text.contains("<style") && !text.contains(" style=") && !text.contains("http"));
        assert!(text.split("<script").skip(1).all(|script| script.contains("src=\"/assets/")));
    }
}

#[actix_web::test]
async fn what_the_page_loads_is_kept_for_ever_and_sent_small() {
    let app = app().await;
    let loaded = loads(&page(&app, "/").await.text());
    assert!(loaded.iter().any(|path| is_a(path, "js")), "{loaded:?}");
    for path in loaded {
        let whole = asked(&app, "GET", &path, &[]).await;
        assert_eq!(whole.status, 200, "{path}");
        assert!(whole.header("cache-control").unwrap().contains("immutable"), "{path}");
        let small = asked(&app, "GET", &path, &[("Accept-Encoding", "gzip, br")]).await;
        let is_text = ["js", "css", "svg"].iter().any(|kind| is_a(&path, kind));
        assert_eq!(small.header("content-encoding"), is_text.then_some("gzip"), "{path}");
        if is_text {
            assert!(small.body.len() < whole.body.len(), "{path}");
        }
        // Who has it already is not sent it again.
        let tag = whole.header("etag").unwrap();
        let again = asked(&app, "GET", &path, &[("If-None-Match", tag)]).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
    }
}

#[actix_web::test]
async fn what_is_not_the_apps_is_no_page() {
    let app = app().await;
    // A file that is gone, data that is not there, and what sends something.
    let browser = [("Accept", AS_A_BROWSER)];
    assert_eq!(asked(&app, "GET", "/assets/gone.js", &browser).await.status, 404);
    assert_eq!(asked(&app, "GET", "/../Cargo.toml", &browser).await.status, 404);
    assert_eq!(asked(&app, "GET", "/%2e%2e/Cargo.toml", &browser).await.status, 404);
    assert_eq!(asked(&app, "POST", "/", &browser).await.status, 404);
    let program = asked(&app, "GET", "/runs", &[("Accept", "application/json")]).await;
    assert_eq!((program.status, program.code().as_str()), (404, "not-found"));
    let stranger = asked(&app, "GET", "/v1/nothing", &browser).await;
    assert_eq!(stranger.status, 401);
    let nothing = app.client.get("/v1/nothing").await;
    assert_eq!((nothing.status, nothing.code().as_str()), (404, "not-found"));
}
