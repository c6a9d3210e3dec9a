//! What strangers may see and execute of a workflow, and that nothing else of it is theirs.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{TestApp, app, definitions};

/// Takes one input, and keeps to itself what it does with it.
fn form(visibility: &str) -> Value {
    json!({
        "nodes": {
            "root": {"type": "manual", "payload": {}, "children": ["secret-step"]},
            "secret-step": {
                "type": "log",
                "titleOverride": "Thank",
                "description": "internal-remark",
                "payload": {"message": "amaranth-payload {{$inputs.name}}"},
                "children": ["shown"],
            },
            "shown": {"type": "format", "payload": {
                "template": "Hello {{@name}}", "data": {"name": "{{$inputs.name}}"},
            }},
        },
        "inputSchema": [{"key": "name", "type": "string", "required": true}],
        "props": {"internal": "amaranth-prop"},
        "visibility": visibility,
        "publicWidgetConfig": {
            "title": "Greeting", "successMessage": "Done", "publicOutputs": ["shown"],
            "allowedOrigins": ["https://shop.example"],
        },
    })
}

fn paths(workflow: &str) -> (String, String) {
    let path = format!("/v1/public/workflows/{workflow}");
    (path.clone(), format!("{path}/run"))
}

async fn told(app: &TestApp, run: &Value) -> Value {
    let (id, token) = (run["runId"].as_str().unwrap(), run["token"].as_str().unwrap());
    let path = format!("/v1/public/runs/{id}?token={token}");
    let stranger = app.client.stranger();
    app.eventually(|| stranger.data(&path), |shown| shown["status"] != "running").await
}

#[actix_web::test]
async fn a_stranger_executes_a_public_workflow_and_sees_what_it_shows() {
    let app = app().await;
    let workflow = app.published(&form("public_execute")).await;
    let (view, start) = paths(&workflow);
    let stranger = app.client.stranger();

    // The shape is shown; what nodes are given, and whose they are, is not.
    let seen = stranger.get(&view).await;
    let shown = seen.data();
    assert_eq!(
        (&shown["executable"], &shown["inputSchema"][0]["key"]),
        (&json!(true), &json!("name"))
    );
    assert_eq!(shown["publicWidgetConfig"]["title"], "Greeting");
    let nodes: Vec<_> = shown["nodes"].as_array().unwrap().iter().map(|it| &it["id"]).collect();
    assert_eq!(nodes, ["root", "secret-step", "shown"]);
    for inside in ["amaranth", "internal-remark", "org_", "webhook", "admin", "payload"] {
        assert!(!seen.text().contains(inside), "{inside}: {}", seen.text());
    }

    // A run takes the declared inputs and no others.
    for (payload, place) in [
        (json!({}), "/payload/name"),
        (json!({"name": 7}), "/payload/name"),
        (json!({"name": "Ada", "admin": true}), "/payload/admin"),
    ] {
        let refused = stranger.post(&start, &json!({"payload": payload})).await;
        assert_eq!((refused.status, refused.code().as_str()), (422, "invalid-input"), "{payload}");
        assert_eq!(refused.json()["details"][0]["path"], place);
    }
    let strange = json!({"payload": {"name": "Ada"}, "organizationId": "org_x"});
    assert_eq!(stranger.post(&start, &strange).await.status, 422);
    let started = stranger.post(&start, &json!({"payload": {"name": "Ada"}})).await;
    assert_eq!(started.status, 202, "{}", started.text());
    assert!(!started.text().contains("position") && !started.text().contains("stream"));

    // Whoever started it sees how it ended, and the results that are shown.
    let run = started.data();
    let ended = told(&app, &run).await;
    assert_eq!((&ended["status"], &ended["message"]), (&json!("success"), &json!("Done")));
    assert_eq!(ended["outputs"], json!({"shown": {"formatted": "Hello Ada"}}), "{ended}");
    assert!(!ended.to_string().contains("amaranth"), "{ended}");

    // Nobody else does: not by the id, not by another run's token.
    let other = stranger.post(&start, &json!({"payload": {"name": "Eve"}})).await.data();
    let path = format!("/v1/public/runs/{}", run["runId"].as_str().unwrap());
    for token in [other["token"].as_str().unwrap(), "prt_", ""] {
        let refused = stranger.get(&format!("{path}?token={token}")).await;
        assert_eq!((refused.status, refused.code().as_str()), (404, "run-not-found"), "{token}");
    }
    // And with it nothing else opens.
    let bearer = format!("Bearer {}", run["token"].as_str().unwrap());
    let with_it = stranger.request("GET", "/v1/runs").header("Authorization", &bearer).send().await;
    assert_eq!(with_it.status, 401);
}

#[actix_web::test]
async fn what_is_not_public_does_not_exist_for_strangers() {
    let app = app().await;
    let stranger = app.client.stranger();
    let never = stranger.get("/v1/public/workflows/wf_01h455vb4pex5vsknk084sn02q").await;
    for visibility in ["private", "org"] {
        let (view, start) = paths(&app.published(&form(visibility)).await);
        let body = json!({"payload": {"name": "Ada"}});
        for answer in [stranger.get(&view).await, stranger.post(&start, &body).await] {
            assert_eq!((answer.status, answer.code()), (404, never.code()), "{visibility}");
        }
    }
    // A draft that would be public is not, and what was public is not once it is closed.
    let (view, _) = paths(&app.created(&form("public_execute")).await);
    assert_eq!(stranger.get(&view).await.status, 404);
    let workflow = app.published(&form("public_view")).await;
    let (view, start) = paths(&workflow);
    assert_eq!(stranger.data(&view).await["executable"], false);
    assert_eq!(stranger.post(&start, &json!({"payload": {"name": "Ada"}})).await.status, 404);
    app.client.request("DELETE", &format!("/v1/workflows/{workflow}")).send().await.data();
    assert_eq!(stranger.get(&view).await.status, 404);
}

#[actix_web::test]
async fn a_run_is_shown_no_more_when_its_workflow_is_closed() {
    let app = app().await;
    let workflow = app.published(&form("public_execute")).await;
    let (_, start) = paths(&workflow);
    let stranger = app.client.stranger();
    let run = stranger.post(&start, &json!({"payload": {"name": "Ada"}})).await.data();
    told(&app, &run).await;
    let path = format!("/v1/workflows/{workflow}");
    let closed = json!({"definition": form("org")});
    app.client.request("PUT", &path).json(&closed).send().await.data();
    app.client.post(&format!("{path}/publish"), &json!({})).await.data();
    let (id, token) = (run["runId"].as_str().unwrap(), run["token"].as_str().unwrap());
    assert_eq!(stranger.get(&format!("/v1/public/runs/{id}?token={token}")).await.status, 404);
}

#[actix_web::test]
async fn browsers_start_runs_only_from_the_origins_that_are_named() {
    let app = app().await;
    let (_, start) = paths(&app.published(&form("public_execute")).await);
    let from = |method: &str, origin: &str| {
        let ask = app.client.stranger().request(method, &start).header("Origin", origin);
        ask.json(&json!({"payload": {"name": "Ada"}})).send()
    };
    let allowed = from("OPTIONS", "https://shop.example").await;
    assert_eq!(allowed.status, 204);
    assert_eq!(allowed.header("access-control-allow-origin"), Some("https://shop.example"));
    let started = from("POST", "https://shop.example").await;
    assert_eq!(started.status, 202);
    assert_eq!(started.header("access-control-allow-origin"), Some("https://shop.example"));
    for origin in ["https://evil.example", "https://shop.example.evil.example"] {
        for method in ["OPTIONS", "POST"] {
            let refused = from(method, origin).await;
            assert_eq!((refused.status, refused.code().as_str()), (403, "forbidden"), "{origin}");
            assert_eq!(refused.header("access-control-allow-origin"), None);
        }
    }
}

#[actix_web::test]
async fn a_page_without_an_origin_starts_runs_by_its_ticket_and_a_page_of_the_server_without_one() {
    let app = app().await;
    let workflow = app.published(&form("public_execute")).await;
    let (_, start) = paths(&workflow);
    let stranger = app.client.stranger();
    let from = |origin: &str, name: &str, value: &str| {
        let ask = stranger.request("POST", &start).header("Origin", origin).header(name, value);
        ask.json(&json!({"payload": {"name": "Ada"}})).send()
    };
    // A browser that asks first is told yes; without the ticket of the page it comes to nothing, and is told so.
    let ask = stranger.request("OPTIONS", &start).header("Origin", "null").send().await;
    assert_eq!((ask.status, ask.header("access-control-allow-origin")), (204, Some("null")));
    assert!(ask.header("access-control-allow-headers").unwrap().contains("Chainkeel-Ticket"));
    let refused = from("null", "Chainkeel-Ticket", "99999999999.x").await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "forbidden"));
    assert_eq!(refused.header("access-control-allow-origin"), Some("null"));

    // The page that may be framed has a ticket; the one of another workflow does not help.
    let page = |path: String| stranger.request("GET", &path).header("Accept", "text/html").send();
    let ticket = |text: &str| {
        let rest = text.split_once("name=\"chainkeel-ticket\" content=\"").expect("a place").1;
        rest.split_once('"').unwrap().0.to_owned()
    };
    let embedded = page(format!("/embed/{workflow}")).await;
    assert_eq!(embedded.status, 200, "`make ui` builds the pages: {}", embedded.text());
    let good = ticket(&embedded.text());
    let other = app.published(&form("public_execute")).await;
    let others = ticket(&page(format!("/embed/{other}")).await.text());
    assert_eq!(from("null", "Chainkeel-Ticket", &others).await.status, 403);
    let started = from("null", "Chainkeel-Ticket", &good).await;
    assert_eq!(started.status, 202, "{}", started.text());
    assert_eq!(started.header("access-control-allow-origin"), Some("null"));
    // It is not for pages elsewhere, whatever they have copied.
    assert_eq!(from("https://evil.example", "Chainkeel-Ticket", &good).await.status, 403);

    // The server's own page needs no ticket.
    let own = from("https://chainkeel.example", "Sec-Fetch-Site", "same-origin").await;
    assert_eq!(own.status, 202, "{}", own.text());
    let seen = stranger.request("GET", &paths(&workflow).0).header("Origin", "null").send().await;
    assert_eq!(seen.header("access-control-allow-origin"), Some("*"));
}

#[actix_web::test]
async fn a_form_is_framed_by_the_origins_that_its_workflow_names_and_by_nobody_else() {
    let app = app().await;
    let page = async |path: &str| {
        let ask = app.client.stranger().request("GET", path).header("Accept", "text/html");
        ask.send().await
    };
    let workflow = app.published(&form("public_execute")).await;
    let framed = page(&format!("/embed/{workflow}")).await;
    let policy = framed.header("content-security-policy").unwrap().to_owned();
    assert!(policy.contains("frame-ancestors https://shop.example;"), "{policy}");
    assert!(policy.ends_with("sandbox allow-scripts allow-forms"), "{policy}");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(framed.header("x-frame-options"), None);
    assert_eq!(framed.header("cache-control"), Some("no-store"));

    // Where no origin is named, nobody frames it; and the page itself is framed by nobody.
    let mut alone = form("public_view");
    alone["publicWidgetConfig"] = json!({});
    let alone = app.published(&alone).await;
    for path in [format!("/embed/{alone}"), format!("/p/{workflow}")] {
        let page = page(&path).await;
        let policy = page.header("content-security-policy").unwrap();
        assert_eq!(page.status, 200, "{path}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(page.header("x-frame-options"), Some("DENY"), "{path}");
    }

    // What is private answers as what there is not.
    let private = app.published(&form("org")).await;
    for below in ["p", "embed"] {
        let never = page(&format!("/{below}/wf_01h455vb4pex5vsknk084sn02q")).await;
        let odd = page(&format!("/{below}/everything")).await;
        let hidden = page(&format!("/{below}/{private}")).await;
        for answer in [&never, &odd, &hidden] {
            assert_eq!((answer.status, &answer.body), (404, &never.body), "{below}");
            let policy = answer.header("content-security-policy");
            assert_eq!(policy, never.header("content-security-policy"));
            assert_eq!(answer.header("x-frame-options"), Some("DENY"));
        }
    }
}

#[actix_web::test]
async fn strangers_have_a_rate_of_their_own() {
    let app = app().await;
    let (view, start) = paths(&app.published(&form("public_execute")).await);
    let stranger = app.client.stranger();
    let body = json!({"payload": {"name": "Ada"}});
    let answers = join_all((0..40).map(|_| stranger.post(&start, &body))).await;
    let limited = answers.iter().find(|answer| answer.status == 429).expect("a limit");
    assert_eq!(limited.code(), "rate-limited");
    assert!(limited.header("retry-after").is_some());
    // The organization itself is not held back by it.
    assert_eq!(app.client.get("/v1/runs").await.status, 200);
    assert_eq!(stranger.get(&view).await.status, 200);
}

#[actix_web::test]
async fn a_widget_that_is_wrong_keeps_a_draft_from_being_published() {
    let app = app().await;
    let mut definition = definitions::pure();
    definition["visibility"] = json!("public_execute");
    definition["publicWidgetConfig"] =
        json!({"allowedOrigins": ["*"], "publicOutputs": ["wallet"]});
    let id = app.created(&definition).await;
    let refused = app.client.post(&format!("/v1/workflows/{id}/publish"), &json!({})).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "invalid-definition"));
    let details = refused.json()["details"].clone();
    let places: Vec<_> = details.as_array().unwrap().iter().map(|it| it["path"].clone()).collect();
    let wanted = ["/allowedOrigins/0", "/publicOutputs/0"];
    assert_eq!(places, wanted.map(|place| json!(format!("/definition/publicWidgetConfig{place}"))));
}

#[actix_web::test]
async fn a_private_workflow_and_its_runs_are_seen_by_their_creator_and_by_those_who_see_all() {
    let app = app().await;
    let held =
        ["workflows:read", "workflows:write", "workflows:publish", "workflows:run", "runs:read"];
    let held = [&held[..], &["runs:manage"]].concat();
    let (_, key) = app.key_of(&app.client, "creator", &held).await;
    let creator = app.client.with_key(&key);
    let (_, key) = app.key_of(&app.client, "colleague", &held).await;
    let colleague = app.client.with_key(&key);
    let mut definition = definitions::pure();
    definition["visibility"] = json!("private");
    let body = json!({"name": "amaranth", "definition": definition});
    let made = creator.post("/v1/workflows", &body).await.data();
    let path = format!("/v1/workflows/{}", made["id"].as_str().unwrap());
    creator.post(&format!("{path}/publish"), &json!({})).await.data();
    let started = creator.post(&format!("{path}/run"), &json!({"payload": {"amount": 1}})).await;
    let run = format!("/v1/runs/{}", started.data()["runId"].as_str().unwrap());
    let now = app.head().await;
    let lists = ["workflows?", "runs?", "activity?", "search?q=amaranth&"]
        .map(|list| format!("/v1/{list}minPosition={now}"));
    for list in &lists {
        let seen = creator.get(list).await.data()["items"].as_array().unwrap().len();
        assert!(seen > 0, "{list}");
        assert_eq!(colleague.get(list).await.data()["items"], json!([]), "{list}");
        assert!(!app.client.data(list).await["items"].as_array().unwrap().is_empty(), "{list}");
    }
    for (method, path) in [
        ("GET", path.clone()),
        ("GET", format!("{path}/versions")),
        ("PUT", path.clone()),
        ("DELETE", path.clone()),
        ("POST", format!("{path}/publish")),
        ("POST", format!("{path}/pause")),
        ("POST", format!("{path}/run")),
        ("GET", run.clone()),
        ("GET", format!("{run}/events")),
        ("GET", format!("{run}/lineage")),
        ("GET", format!("{run}/stream")),
        ("POST", format!("{run}/cancel")),
        ("POST", format!("{run}/retry")),
    ] {
        let body = if method == "PUT" { json!({"name": "Taken"}) } else { json!({}) };
        let refused = colleague.request(method, &path).json(&body).send().await;
        assert_eq!(refused.status, 404, "{method} {path}: {}", refused.text());
    }
    assert_eq!(creator.get(&run).await.status, 200);
    assert_eq!(app.client.get(&path).await.status, 200);
}
