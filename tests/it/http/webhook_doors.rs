//! What a webhook lets in, what it turns away, and what its receiver sees of both.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::client::{Request, Response};
use crate::support::{TestApp, app, chainkeel};
use chainkeel::primitives::{Clock, SystemClock};

const SECRET: &str = "a-secret-of-the-sender-0123456789";
const OLD: &str = "the-secret-before-it-0123456789";

fn mac(secret: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    chainkeel::primitives::hex(bytes)
}

fn github(secret: &str, body: &str) -> String {
    format!("sha256={}", hex(&mac(secret.as_bytes(), &[body.as_bytes()])))
}

/// A workflow whose trigger says this of deliveries.
fn workflow(payload: &Value, connector: Option<&str>) -> Value {
    let mut root = json!({"type": "webhook", "payload": payload, "children": ["note"]});
    if let Some(id) = connector {
        root["connector"] = json!({"type": "webhook-secret", "id": id});
    }
    json!({"nodes": {
        "root": root,
        "note": {"type": "log", "payload": {"message": "heard {{$trigger.body}}"}},
    }})
}

async fn connected(app: &TestApp, data: &Value) -> String {
    let body = json!({"name": "Of the sender", "type": "webhook-secret", "data": data});
    app.client.post("/v1/connectors", &body).await.data()["id"].as_str().unwrap().to_owned()
}

/// A live workflow, and the path of its webhook.
async fn live(app: &TestApp, definition: &Value) -> (String, String) {
    let id = app.published(definition).await;
    let path = path_of(app, &id).await;
    // A moment later the trigger index knows of it, too.
    let gone = app.client.stranger().request("PATCH", &path);
    app.eventually(|| gone.clone().send(), |answer| answer.status == 405).await;
    (id, path)
}

async fn path_of(app: &TestApp, id: &str) -> String {
    let shown = app.client.data(&format!("/v1/workflows/{id}")).await;
    let url = shown["webhookUrl"].as_str().unwrap();
    url[url.find("/v1/").unwrap()..].to_owned()
}

fn post(app: &TestApp, path: &str, body: &str) -> Request {
    let request = app.client.stranger().request("POST", path);
    request.header("Content-Type", "application/json").bytes(body)
}

async fn deliveries(app: &TestApp, id: &str) -> Vec<Value> {
    let page = app.client.data(&format!("/v1/workflows/{id}/deliveries")).await;
    page["items"].as_array().unwrap().clone()
}

fn refused(answer: &Response, what: &str) {
    assert_eq!((answer.status, answer.code().as_str()), (401, "webhook-unverified"), "{what}");
    let text = answer.text();
    for word in ["wrong", "secret", "header", "old"] {
        assert!(!text.to_lowercase().contains(word), "{what} tells too much: {text}");
    }
}

#[actix_web::test]
async fn only_what_the_sender_signed_starts_a_run_and_it_starts_one() {
    let app = app().await;
    let connector = connected(&app, &json!({"secret": SECRET, "previous": OLD})).await;
    let settings = json!({"signature": {"scheme": "github"}});
    let (id, path) = live(&app, &workflow(&settings, Some(&connector))).await;
    let body = r#"{"action":"opened"}"#;
    let signed = |signature: &str| post(&app, &path, body).header("X-Hub-Signature-256", signature);
    let right = github(SECRET, body);
    let altered = body.replace("opened", "openeD");
    let sha1 = format!("sha1={}", &right[7..47]);
    let attacks = [
        ("unsigned", post(&app, &path, body)),
        ("another secret", signed(&github("another-secret", body))),
        ("an empty secret", signed(&github("", body))),
        ("a changed byte", signed(&github(SECRET, &altered))),
        ("a shorter code", signed(&right[..right.len() - 2])),
        ("another header", post(&app, &path, body).header("X-Slack-Signature", &right)),
        ("another algorithm", signed(&sha1)),
        ("two headers", signed(&right).header("X-Hub-Signature-256", &right)),
        ("the secret itself", signed(SECRET)),
    ];
    let count = attacks.len();
    for (what, request) in attacks {
        refused(&request.send().await, what);
    }
    // JSON that says two things is refused though it was signed.
    let twice = r#"{"action":"opened","a\u0063tion":"closed"}"#;
    let smuggled = post(&app, &path, twice).header("X-Hub-Signature-256", &github(SECRET, twice));
    assert_eq!(smuggled.send().await.code(), "invalid-json");
    let noted = "select count(*) from events where aggregate_type in ('run', 'skip')";
    assert_eq!(app.count(noted).await, 0, "nothing of it is on the ledger");

    let first = signed(&right).header("X-GitHub-Delivery", "72d3162e").send().await;
    let again = signed(&right).header("X-GitHub-Delivery", "72d3162e").send().await;
    assert_eq!((first.status, again.status), (202, 202), "{}", first.text());
    assert_eq!(again.data()["runId"], first.data()["runId"]);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let before_it = signed(&github(OLD, body)).header("X-GitHub-Delivery", "another").send().await;
    assert_eq!(before_it.status, 202, "the secret before counts while it is rotated");
    assert_eq!(app.count_runs().await, 2);

    let shown = deliveries(&app, &id).await;
    let outcomes: Vec<_> = shown.iter().map(|it| it["outcome"].as_str().unwrap()).collect();
    // The newest first; what tried the door before the attacks is the oldest.
    assert_eq!(outcomes[..3], ["accepted", "repeated", "accepted"]);
    assert_eq!(outcomes.iter().filter(|it| **it == "refused").count(), count + 2);
    let wrong = shown
        .iter()
        .filter(|it| it["reason"] == "the signature is not that of the bytes that came");
    assert_eq!(wrong.count(), 4, "{shown:?}");
    let path_of_first =
        format!("/v1/workflows/{id}/deliveries/{}", shown[2]["id"].as_str().unwrap());
    let record = app.client.data(&path_of_first).await;
    assert_eq!((&record["body"], &record["runId"]), (&json!(body), &first.data()["runId"]));
    assert_eq!(record["headers"]["x-github-delivery"], "72d3162e");
    assert!(!record.to_string().contains(&right[7..]), "{record}");
    for table in ["webhook_deliveries", "events"] {
        let query = match table {
            "events" => "select count(*) from events e where e::text like '%' || $1 || '%'",
            _ => "select count(*) from webhook_deliveries d where d::text like '%' || $1 || '%'",
        };
        assert_eq!(app.count_of(query, SECRET).await, 0, "the secret is in {table}");
    }
}

#[actix_web::test]
async fn a_signature_is_good_for_minutes_and_a_question_of_slack_is_answered() {
    let app = app().await;
    let connector = connected(&app, &json!({"secret": SECRET})).await;
    let settings = json!({"signature": {"scheme": "slack"}});
    let (id, path) = live(&app, &workflow(&settings, Some(&connector))).await;
    let now = SystemClock.now().unix_timestamp();
    let slack = |at: i64, body: &str| {
        let at = at.to_string();
        let code = mac(SECRET.as_bytes(), &[b"v0:", at.as_bytes(), b":", body.as_bytes()]);
        post(&app, &path, body)
            .header("X-Slack-Request-Timestamp", &at)
            .header("X-Slack-Signature", &format!("v0={}", hex(&code)))
    };
    let asked = r#"{"type":"url_verification","challenge":"3eZbrw1aB"}"#;
    let answered = slack(now, asked).send().await;
    assert_eq!((answered.status, answered.json()), (200, json!({"challenge": "3eZbrw1aB"})));
    refused(&post(&app, &path, asked).send().await, "an unsigned question");
    let event = r#"{"type":"event_callback","event_id":"Ev08"}"#;
    refused(&slack(now - 600, event).send().await, "what was signed ten minutes ago");
    refused(&slack(now + 600, event).send().await, "what is signed in ten minutes");
    // Signed anew when it is sent again, as Slack does it: the event is the same.
    let (first, again) = (slack(now, event).send().await, slack(now - 1, event).send().await);
    assert_eq!(first.data()["runId"], again.data()["runId"]);
    assert_eq!(app.count_runs().await, 1);
    let outcomes: Vec<_> = deliveries(&app, &id).await;
    assert_eq!(
        (&outcomes[0]["name"], &outcomes[0]["outcome"]),
        (&json!("id:Ev08"), &json!("repeated"))
    );

    // The settings are held against what can work before anything is published.
    for (settings, connector, place) in [
        (json!({"signature": {"scheme": "github"}}), None, "/nodes/root/connector"),
        (json!({"signature": {"scheme": "gitlab"}}), None, "/nodes/root/payload/signature/scheme"),
        (json!({"signature": {"scheme": "hmac"}}), None, "/nodes/root/payload/signature/header"),
        (json!({"allowFrom": ["everywhere"]}), None, "/nodes/root/payload"),
        (
            json!({"respond": {"wait": true, "timeoutMs": 60_000}}),
            None,
            "/nodes/root/payload/respond/timeoutMs",
        ),
    ] {
        let definition = workflow(&settings, connector);
        let found =
            app.client.post("/v1/workflows/validate", &json!({"definition": definition})).await;
        let problems = found.data()["problems"].clone();
        assert_eq!(problems[0]["path"], place, "{settings}: {problems}");
    }
}

#[actix_web::test]
async fn methods_types_sizes_and_networks_are_the_authors_to_choose() {
    let app = app().await;
    let settings = json!({
        "methods": ["GET", "PUT"],
        "contentTypes": ["application/xml"],
        "maxBytes": 64,
    });
    let (_, path) = live(&app, &workflow(&settings, None)).await;
    let stranger = app.client.stranger();
    let answer = stranger.request("POST", &path).send().await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, PUT")));
    let asked = stranger.request("GET", &format!("{path}?shop=a%20b&access_token=x")).send().await;
    let run = asked.data()["runId"].as_str().unwrap().to_owned();
    let events = app.client.data(&format!("/v1/runs/{run}/events?limit=1")).await;
    let trigger = &events["items"][0]["payload"]["started"]["trigger"];
    assert_eq!(trigger["body"], json!({"shop": "a b"}));
    let twice = stranger.request("GET", &format!("{path}?shop=a&shop=b")).send().await;
    assert_eq!(twice.code(), "invalid-query");
    let put = |kind: &str, body: &str| {
        stranger.request("PUT", &path).header("Content-Type", kind).bytes(body)
    };
    assert_eq!(put("application/xml; charset=utf-8", "<a/>").send().await.status, 202);
    assert_eq!(put("application/json", "{}").send().await.code(), "unsupported-media-type");
    assert_eq!(put("application/xml", &"x".repeat(65)).send().await.code(), "body-too-large");
    // A body that does not say how long it is ends where the limit is, not where the sender likes.
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000)).repeat(64);
    let endless = stranger.request("PUT", &path).header("Content-Type", "application/xml");
    let endless = endless.header("Transfer-Encoding", "chunked").bytes(chunk);
    assert_eq!(endless.send().await.code(), "body-too-large");

    let settings = json!({"allowFrom": ["192.0.2.0/24"]});
    let (id, path) = live_elsewhere(&app, &workflow(&settings, None)).await;
    for (name, value) in [("X-Forwarded-For", "192.0.2.7"), ("Forwarded", "for=192.0.2.7")] {
        let answer = post(&app, &path, "{}").header(name, value).send().await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "forbidden"), "{name}");
    }
    let shown = deliveries(&app, &id).await;
    assert_eq!(shown[0]["address"], "127.0.0.1");
    assert_eq!(shown[0]["reason"], "it comes from none of the networks in `allowFrom`");
}

/// The same for a workflow that this machine cannot reach.
async fn live_elsewhere(app: &TestApp, definition: &Value) -> (String, String) {
    let id = app.published(definition).await;
    let path = path_of(app, &id).await;
    app.eventually(|| post(app, &path, "{}").send(), |answer| answer.status == 403).await;
    (id, path)
}

#[actix_web::test]
async fn a_sender_that_is_to_wait_is_answered_with_what_its_run_came_to() {
    let app = app().await;
    let respond = |more: Value| {
        let mut respond = json!({"wait": true});
        respond.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"respond": respond})
    };
    let settings = respond(json!({"status": 201, "body": "/note/message"}));
    let (_, path) = live(&app, &workflow(&settings, None)).await;
    let named = || post(&app, &path, r#"{"n":1}"#).header("Idempotency-Key", "k").send();
    let (first, again) = (named().await, named().await);
    assert_eq!((first.status, first.json()), (201, json!(r#"heard {"n":1}"#)));
    assert_eq!(again.json(), first.json());
    let run = first.header("chainkeel-run").unwrap();
    assert!(run.starts_with("run_") && again.header("chainkeel-run") == Some(run));
    assert_eq!(app.count_runs().await, 1);

    let mut slow = workflow(&respond(json!({"timeoutMs": 50})), None);
    slow["nodes"]["note"] = json!({"type": "delay", "payload": {"duration": "1h"}});
    let mut failing = workflow(&respond(json!({})), None);
    failing["nodes"]["note"] = json!({"type": "fail", "payload": {"message": "a detail"}});
    let (_, path) = live(&app, &slow).await;
    let late = post(&app, &path, "{}").send().await;
    assert_eq!(late.status, 202);
    assert!(late.data()["runId"].is_string());
    let (_, path) = live(&app, &failing).await;
    let failed = post(&app, &path, "{}").send().await;
    assert_eq!((failed.status, failed.code().as_str()), (502, "webhook-run-failed"));
    assert!(!failed.text().contains("a detail"), "{}", failed.text());
}

#[actix_web::test]
async fn deliveries_are_heard_before_a_workflow_is_live_and_replayed_after() {
    let app = app().await;
    let id = app.created(&workflow(&json!({}), None)).await;
    let path = path_of(&app, &id).await;
    let body = r#"{"order":7}"#;
    assert_eq!(post(&app, &path, body).send().await.code(), "webhook-not-found");
    let heard = chainkeel(&app, &["webhook", "listen", &id]);
    assert_eq!(heard.code, Some(0), "{}", heard.err);
    let answer =
        app.eventually(|| post(&app, &path, body).send(), |answer| answer.status == 202).await;
    assert_eq!(answer.data(), json!({"skipped": "listening"}));
    assert_eq!(app.count_runs().await, 0);
    let delivery = deliveries(&app, &id).await[0]["id"].as_str().unwrap().to_owned();

    let replay = format!("/v1/workflows/{id}/deliveries/{delivery}/replay");
    let played = app.client.post(&replay, &json!({"simulate": "draft"})).await.data();
    assert_eq!(played["simulation"]["output"]["note"]["message"], r#"heard {"order":7}"#);
    assert_eq!(app.client.post(&replay, &json!({})).await.code(), "workflow-refuses");
    app.client.post(&format!("/v1/workflows/{id}/publish"), &json!({})).await.data();
    let again = || {
        let request = app.client.request("POST", &replay).header("Idempotency-Key", "k");
        request.json(&json!({})).send()
    };
    let (first, second) = (again().await, again().await);
    assert_eq!(first.data()["runId"], second.data()["runId"], "{}", first.text());
    assert_eq!(app.count_runs().await, 1);
    let said = chainkeel(&app, &["webhook", "replay", &id, &delivery]);
    assert!(said.out.starts_with("run_"), "{} {}", said.out, said.err);
    let said = chainkeel(&app, &["webhook", "show", &id, &delivery]);
    assert!(said.out.contains("heard") && said.out.contains(body), "{}", said.out);
    let said = chainkeel(&app, &["webhook", "deliveries", &id, "--json"]);
    assert!(said.out.contains(&delivery), "{}", said.out);

    // However many strangers knock, what they leave is bounded, and pushes nothing else out.
    for number in 0..30 {
        let broken = post(&app, &path, "{").header("X-Number", &number.to_string());
        assert_eq!(broken.send().await.code(), "invalid-json");
    }
    let kept = deliveries(&app, &id).await;
    assert_eq!(kept.iter().filter(|it| it["outcome"] == "refused").count(), 25);
    assert!(kept.iter().any(|it| it["id"] == delivery.as_str()));
    // A body that is longer than what is kept is not sent on as if it were whole.
    let long = format!(r#"{{"text":"{}"}}"#, "x".repeat(70_000));
    assert_eq!(post(&app, &path, &long).send().await.status, 202);
    let newest = &deliveries(&app, &id).await[0];
    assert_eq!(newest["bodyBytes"], long.len());
    let path = format!("/v1/workflows/{id}/deliveries/{}", newest["id"].as_str().unwrap());
    let shown = app.client.data(&path).await;
    assert_eq!(shown["isTruncated"], true);
    assert_eq!(shown["body"].as_str().unwrap().len(), 65_536);
    let refused = app.client.post(&format!("{path}/replay"), &json!({})).await;
    assert_eq!(refused.code(), "delivery-incomplete");
}

#[actix_web::test]
async fn standard_webhooks_and_stripe_are_taken_as_they_sign() {
    let app = app().await;
    let key = STANDARD.encode(b"0123456789abcdef0123456789abcdef");
    let connector = connected(&app, &json!({"secret": format!("whsec_{key}")})).await;
    let now = SystemClock.now().unix_timestamp().to_string();
    let body = r#"{"id":"evt_1","type":"charge.succeeded"}"#;
    let settings = json!({"signature": {"scheme": "standard-webhooks"}});
    let (_, path) = live(&app, &workflow(&settings, Some(&connector))).await;
    let parts = [b"msg_1".as_slice(), b".", now.as_bytes(), b".", body.as_bytes()];
    let code = STANDARD.encode(mac(b"0123456789abcdef0123456789abcdef", &parts));
    let standard = post(&app, &path, body)
        .header("webhook-id", "msg_1")
        .header("webhook-timestamp", &now)
        .header("webhook-signature", &format!("v1,AAAA v1,{code}"));
    assert_eq!(standard.send().await.status, 202);

    let settings = json!({"signature": {"scheme": "stripe"}});
    let (id, path) = live(&app, &workflow(&settings, Some(&connector))).await;
    let secret = format!("whsec_{key}");
    let code = hex(&mac(secret.as_bytes(), &[now.as_bytes(), b".", body.as_bytes()]));
    let stripe = |header: &str| post(&app, &path, body).header("Stripe-Signature", header);
    assert_eq!(stripe(&format!("t={now},v1={code}")).send().await.status, 202);
    refused(&stripe(&format!("t={now},v0={code}")).send().await, "an older version of the code");
    assert_eq!(deliveries(&app, &id).await[1]["name"], "id:evt_1");
}

#[actix_web::test]
async fn a_body_that_the_triggers_schema_does_not_take_is_refused_with_its_place_and_starts_nothing()
 {
    // given a webhook that says what a run begins with
    let app = app().await;
    let schema = json!({
        "type": "object", "required": ["amount"],
        "properties": { "amount": { "type": "integer", "minimum": 1 } },
    });
    let (id, path) = live(&app, &workflow(&json!({ "inputSchema": schema }), None)).await;
    for (body, place) in [
        (r#"{"amount": 0}"#, "/amount"),
        (r#"{"amount": "7"}"#, "/amount"),
        ("{}", "amount"),
        ("[]", "object"),
    ] {
        // when something else comes
        let answer = post(&app, &path, body).send().await;
        // then it is told what is wrong, and nothing begins
        assert_eq!((answer.status, answer.code().as_str()), (422, "invalid-input"), "{body}");
        assert!(answer.text().contains(place), "{}", answer.text());
    }
    assert_eq!(app.count_runs().await, 0);
    // and the deliveries say so
    let noted = deliveries(&app, &id).await;
    let for_what_they_bring: Vec<_> = noted
        .iter()
        .filter(|delivery| delivery["reason"].as_str().is_some_and(|it| it.contains("input")))
        .collect();
    assert_eq!(for_what_they_bring.len(), 4, "{noted:#?}");
    assert!(for_what_they_bring.iter().all(|delivery| delivery["outcome"] == "refused"));
    // when what comes fits, then a run begins
    let answer = post(&app, &path, r#"{"amount": 7}"#).send().await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    // and whoever starts one by hand is held to the same
    let by_hand = format!("/v1/workflows/{id}/run");
    let refused = app.client.post(&by_hand, &json!({ "payload": { "amount": 0 } })).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
}

#[actix_web::test]
async fn a_schema_of_a_trigger_that_cannot_be_used_is_not_published() {
    let app = app().await;
    for (schema, words) in [
        (json!({ "$ref": "https://example.com/elsewhere" }), "no usable JSON Schema"),
        (json!({ "type": "{{$trigger.body.type}}" }), "cannot hold expressions"),
        (json!({ "type": "nothing" }), "inputSchema"),
    ] {
        let id = app.created(&workflow(&json!({ "inputSchema": schema }), None)).await;
        let refused = app.client.post(&format!("/v1/workflows/{id}/publish"), &json!({})).await;
        assert_eq!((refused.status, refused.code().as_str()), (422, "invalid-definition"));
        assert!(refused.text().contains(words), "{}", refused.text());
    }
}
