//! What is told, to whom, and how it is shown.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::receiver::{Answer, Receiver, deliveries, hook};
use super::{DELIVERIES, HOOKS};
use crate::support::{app, app_that_reaches, chainkeel, definitions};

#[actix_web::test]
async fn a_run_is_told_signed_and_stands_in_the_log_with_what_came_back() {
    // given an endpoint that wants all of runs and nodes, and one that wants the ends of one workflow
    let (receiver, peer) = Receiver::start();
    let app = app_that_reaches(&[peer.opening()]).await;
    let (all, secret) = hook(&app, &peer.url("/all"), &["run.*", "node.*"], json!({})).await;
    let other = app.published(&definitions::failing()).await;
    let only = json!({"workflowIds": [other]});
    let (ends, _) = hook(&app, &peer.url("/ends"), &["run.failed"], only).await;

    // when runs end well, wait, and fail
    let workflow = app.published(&definitions::pure()).await;
    let run = app.finished_run(&workflow).await;
    let waits = app.started_run(&app.published(&definitions::waiting()).await).await;
    let failed = app.finished_run(&other).await;

    // then each event comes once, signed, with its place on the ledger
    let of = |run: &str| {
        let came = receiver.at("/all").into_iter().filter(|it| it.json()["runId"] == run);
        came.map(|it| it.kind()).collect::<Vec<_>>()
    };
    let ended = app.eventually(async || of(&run), |kinds| kinds.contains(&"run.completed".into()));
    let kinds = ended.await;
    let count = |kind: &str| kinds.iter().filter(|it| *it == kind).count();
    assert_eq!(kinds.len(), 8, "{kinds:?}");
    assert_eq!((count("run.started"), count("node.pending")), (1, 3));
    assert_eq!((count("node.succeeded"), count("node.skipped")), (2, 1));
    let waiting = |kinds: &Vec<String>| kinds.contains(&"node.waiting".into());
    let kinds = app.eventually(async || of(&waits), waiting).await;
    assert!(kinds.contains(&"run.waiting".into()), "{kinds:?}");
    let came = app.eventually(async || receiver.at("/ends"), |came| came.len() == 1).await;
    let told = came[0].json();
    assert_eq!((&told["runId"], &told["workflowId"]), (&json!(failed), &json!(other)));
    assert_eq!(told["data"]["node"], "stop");
    assert!(told["data"]["error"]["message"].as_str().unwrap().contains("no further"), "{told}");
    for it in receiver.at("/all") {
        let told = it.json();
        assert_eq!((it.signatures_of(&secret), it.is_signed_by(&secret)), (1, true));
        assert_eq!((it.header("content-type"), &told["id"]), ("application/json", &json!(it.id())));
        let place = (told["runId"].as_str().unwrap(), told["sequence"].as_i64().unwrap());
        let path = format!("/v1/runs/{}/events?after={}&limit=1", place.0, place.1 - 1);
        let recorded = app.client.data(&path).await["items"][0].clone();
        assert_eq!(recorded["position"], told["position"], "{told}");
    }
    let ended = receiver.at("/all").into_iter().find(|it| it.kind() == "run.completed").unwrap();
    assert_eq!(ended.json()["data"]["output"]["large"]["message"], "large: 250");

    // and the log shows what was sent and what came back, without secrets
    let done = app.eventually(
        || deliveries(&app, &ends),
        |all: &Vec<Value>| all.len() == 1 && all[0]["status"] == "success",
    );
    let record = done.await[0].clone();
    assert_eq!(record["requestBody"], came[0].body.as_str());
    assert_eq!((&record["responseStatus"], &record["retryCount"]), (&json!(200), &json!(0)));
    assert_eq!(record["responseBody"], "as told");
    assert_eq!(record["requestHeaders"]["webhook-id"], record["id"]);
    assert_eq!(record["executionId"], Value::Null);
    assert!(record["durationMs"].is_i64() && record["nextRetryAt"].is_null(), "{record}");
    let shown = record.to_string();
    assert!(!shown.contains("set-cookie") && !shown.contains("v1,"), "{shown}");

    // and a secret is shown once, and stands nowhere on the ledger
    let bare = secret.strip_prefix("whsec_").unwrap();
    let shown = app.client.get(&format!("{HOOKS}/{all}")).await.text().clone();
    assert!(!shown.contains(bare), "{shown}");
    let told = "select count(*) from events where strpos(payload::text, $1) > 0";
    assert_eq!(app.count_of(told, bare).await, 0);

    // and another organization sees none of it
    let stranger = app.organization("Stranger").await;
    assert_eq!(stranger.data(HOOKS).await["items"], json!([]));
    assert_eq!(stranger.data(DELIVERIES).await["items"], json!([]));
    let id = record["id"].as_str().unwrap();
    for path in [format!("{HOOKS}/{all}"), format!("{DELIVERIES}/{id}")] {
        assert_eq!(stranger.get(&path).await.status, 404, "{path}");
    }
}

#[actix_web::test]
async fn what_was_told_is_told_again_under_the_same_id_one_by_one_or_a_stretch() {
    // given a run from before there was an endpoint, and one from after
    let (receiver, peer) = Receiver::start();
    let app = app_that_reaches(&[peer.opening()]).await;
    let workflow = app.published(&definitions::pure()).await;
    let before = app.finished_run(&workflow).await;
    let (id, _) = hook(&app, &peer.url("/good"), &["run.*"], json!({})).await;
    let after = app.finished_run(&workflow).await;
    let first = app.eventually(async || receiver.at("/good"), |came| came.len() == 2).await;
    assert!(first.iter().all(|it| it.json()["runId"] == after.as_str()));
    let settled = |all: &Vec<Value>| all.iter().all(|it| it["status"] == "success");
    app.eventually(|| deliveries(&app, &id), settled).await;

    // when one is sent again, then it comes as it was
    let path = format!("{DELIVERIES}/{}/replay", first[0].id());
    assert_eq!(app.client.post(&path, &json!({})).await.status, 202);
    let came = app.eventually(async || receiver.at("/good"), |came| came.len() == 3).await;
    assert_eq!((came[2].id(), &came[2].body), (first[0].id(), &first[0].body));

    // and when the whole ledger is, then what was told comes as it was, and what was not comes, too
    app.eventually(|| deliveries(&app, &id), settled).await;
    let again = app.client.post(&format!("{HOOKS}/{id}/replay"), &json!({"from": 1})).await;
    assert_eq!(again.status, 202, "{}", again.text());
    let came = app.eventually(async || receiver.at("/good"), |came| came.len() == 7).await;
    let runs: BTreeSet<_> = came[3..].iter().map(|it| it.json()["runId"].to_string()).collect();
    assert_eq!(runs, BTreeSet::from([json!(before).to_string(), json!(after).to_string()]));
    let distinct: BTreeSet<_> = came.iter().map(|it| it.id().to_owned()).collect();
    assert_eq!(distinct.len(), 4);
    for it in &came {
        let same = came.iter().filter(|other| other.id() == it.id());
        assert!(same.clone().all(|other| other.body == it.body));
    }

    // and moments name a stretch as well as positions; what names none is refused
    let path = format!("{HOOKS}/{id}/replay");
    let whole = json!({"since": "2020-01-01T00:00:00Z"});
    let span = app.client.post(&path, &whole).await.data();
    assert_eq!(span["from"], 1);
    app.eventually(async || receiver.at("/good"), |came| came.len() == 11).await;
    for wrong in [
        json!({}),
        json!({"from": 1, "since": "2020-01-01T00:00:00Z"}),
        json!({"from": 0}),
        json!({"since": "2020-01-01T00:00:00Z", "until": "2020-01-02T00:00:00Z"}),
    ] {
        assert_eq!(app.client.post(&path, &wrong).await.status, 422, "{wrong}");
    }
}

#[actix_web::test]
async fn a_secret_is_replaced_while_the_one_of_before_still_counts_and_a_test_says_nothing() {
    let (receiver, peer) = Receiver::start();
    let app = app_that_reaches(&[peer.opening()]).await;
    let (id, former) = hook(&app, &peer.url("/good"), &["run.completed"], json!({})).await;
    let path = format!("{HOOKS}/{id}");
    let regenerate = format!("{path}/regenerate-secret");

    // when the secret is regenerated, then both sign, and the header that holds one the new one's
    let made = app.client.request("POST", &regenerate).header("Idempotency-Key", "once");
    let made = made.json(&json!({})).send().await.data();
    let latest = made["secret"].as_str().unwrap().to_owned();
    assert!(made["formerSecretUntil"].is_string(), "{made}");
    let again = app.client.request("POST", &regenerate).header("Idempotency-Key", "once");
    assert_eq!(again.json(&json!({})).send().await.data()["secret"], Value::Null);
    let told = app.client.post(&format!("{path}/test"), &json!({})).await.data();
    let came = app.eventually(async || receiver.at("/good"), |came| came.len() == 1).await;
    assert_eq!(
        (came[0].kind().as_str(), came[0].id()),
        ("hook.test", told["deliveryId"].as_str().unwrap())
    );
    assert_eq!((came[0].signatures_of(&former), came[0].signatures_of(&latest)), (1, 1));
    assert!(came[0].is_signed_by(&latest) && !came[0].is_signed_by(&former));

    // and one that was lost signs no more
    let made = app.client.post(&regenerate, &json!({"overlapMs": 0})).await.data();
    let last = made["secret"].as_str().unwrap().to_owned();
    app.client.post(&format!("{path}/test"), &json!({})).await.data();
    let came = app.eventually(async || receiver.at("/good"), |came| came.len() == 2).await;
    let signed = [&former, &latest, &last].map(|secret| came[1].signatures_of(secret));
    assert_eq!(signed, [0, 0, 1]);

    // and with an endpoint its secrets go, and what waits for it
    receiver.answers("/good", Answer::With(503));
    let workflow = app.published(&definitions::pure()).await;
    app.finished_run(&workflow).await;
    let retrying = |all: &Vec<Value>| all.iter().any(|it| it["status"] == "retrying");
    app.eventually(|| deliveries(&app, &id), retrying).await;
    assert_eq!(app.client.request("DELETE", &path).send().await.status, 200);
    let gone =
        |all: &Vec<Value>| all.iter().any(|it| it["errorMessage"] == "the endpoint was removed");
    let all = app.eventually(|| deliveries(&app, &id), gone).await;
    assert!(all.iter().all(|it| it["status"] != "retrying"), "{all:?}");
    assert_eq!(app.client.get(&path).await.status, 404);
    let sealed = "select count(*) from sealed_secrets where record = $1";
    assert_eq!(app.count_of(sealed, &id).await, 0);
}

#[actix_web::test]
async fn an_endpoint_that_nothing_could_be_sent_to_is_refused_at_its_place() {
    let app = app().await;
    let refused = async |url: &str| {
        let body = json!({"name": "x", "url": url, "subscribedEventTypes": ["run.*"]});
        let refused = app.client.post(HOOKS, &body).await;
        assert_eq!(refused.status, 422, "{url}: {}", refused.text());
        refused.json()["details"][0].clone()
    };
    for (url, word) in [
        ("http://8.8.8.8/hooks", "https"),
        ("https://127.0.0.1/hooks", "egress.allow"),
        ("https://169.254.169.254/latest", "egress.allow"),
        ("https://[::1]/hooks", "egress.allow"),
        ("https://localhost/hooks", "egress.allow"),
        ("https://user:pass@example.com/", "header"),
        ("nowhere", "URL"),
        ("ftp://example.com/", "http"),
    ] {
        let detail = refused(url).await;
        assert_eq!(detail["path"], "/url", "{url}");
        assert!(detail["message"].as_str().unwrap().contains(word), "{url}: {detail}");
    }
    for wrong in [
        json!({"subscribedEventTypes": []}),
        json!({"subscribedEventTypes": ["run.exploded"]}),
        json!({"maxRetries": 10}),
        json!({"name": ""}),
    ] {
        let mut body =
            json!({"name": "x", "url": "https://8.8.8.8/", "subscribedEventTypes": ["run.*"]});
        body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        let refused = app.client.post(HOOKS, &body).await;
        assert!((400..=422).contains(&refused.status), "{wrong}: {}", refused.text());
    }
    assert_eq!(app.client.data(HOOKS).await["items"], json!([]));
}

#[actix_web::test]
async fn the_commands_make_an_endpoint_test_it_and_show_what_came_of_it() {
    let (receiver, peer) = Receiver::start();
    let app = app_that_reaches(&[peer.opening()]).await;
    let made = chainkeel(&app, &["hook", "create", "billing", &peer.url("/good"), "--json"]);
    let made: Value = serde_json::from_str(&made.out).unwrap();
    let id = made["id"].as_str().unwrap();
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    assert_eq!(made["subscribedEventTypes"], json!(["run.completed", "run.failed"]));
    let said = chainkeel(&app, &["hook", "list"]).out;
    assert!(said.contains(id) && said.contains("enabled  billing"), "{said}");
    let said = chainkeel(&app, &["hook", "test", id]).out;
    let told = said.split_whitespace().next().unwrap().to_owned();
    app.eventually(async || receiver.at("/good"), |came| came.len() == 1).await;
    let settled = |all: &Vec<Value>| all.iter().all(|it| it["status"] == "success");
    app.eventually(|| deliveries(&app, id), settled).await;
    let said = chainkeel(&app, &["hook", "deliveries", "--hook", id]).out;
    assert!(said.contains(&told) && said.contains("success"), "{said}");
    let said = chainkeel(&app, &["hook", "delivery", &told]).out;
    assert!(said.contains("answered with 200") && said.contains("hook.test"), "{said}");
    chainkeel(&app, &["hook", "replay", &told]);
    let came = app.eventually(async || receiver.at("/good"), |came| came.len() == 2).await;
    assert_eq!(came[0].id(), came[1].id());
    assert!(chainkeel(&app, &["hook", "disable", id]).out.contains("disabled"));
    assert!(chainkeel(&app, &["hook", "enable", id]).out.contains("enabled"));
    let said = chainkeel(&app, &["hook", "show", id]).out;
    assert!(said.contains("it last took something at"), "{said}");
    assert!(chainkeel(&app, &["hook", "remove", id]).out.contains("is gone"));
}
