//! What is not taken is tried again when the schedule says, and given up at its end.

use std::sync::Arc;

use chainkeel::primitives::{Clock as _, ManualClock, SystemClock};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::receiver::{Answer, Receiver, deliveries, hook};
use super::{DELIVERIES, HOOKS};
use crate::support::client::Response;
use crate::support::{app_at_that_reaches, definitions};

/// How long is waited after each try.
const PAUSES: [Duration; 9] = [
    Duration::seconds(5),
    Duration::minutes(5),
    Duration::minutes(30),
    Duration::hours(2),
    Duration::hours(5),
    Duration::hours(10),
    Duration::hours(14),
    Duration::hours(20),
    Duration::hours(24),
];

/// When a delivery is tried again.
fn next(record: &Value) -> OffsetDateTime {
    OffsetDateTime::parse(record["nextRetryAt"].as_str().unwrap(), &Rfc3339).unwrap()
}

#[actix_web::test]
async fn what_is_not_taken_is_tried_ten_times_at_the_times_of_the_schedule_and_given_up() {
    // given an endpoint that takes nothing, and one that takes all
    let (receiver, peer) = Receiver::start();
    receiver.answers("/broken", Answer::With(503));
    let clock = ManualClock::at(SystemClock.now());
    let app = app_at_that_reaches(Arc::new(clock.clone()), &[peer.opening()]).await;
    let (broken, _) = hook(&app, &peer.url("/broken"), &["run.completed"], json!({})).await;
    let (good, _) = hook(&app, &peer.url("/good"), &["run.failed"], json!({})).await;
    let workflow = app.published(&definitions::pure()).await;
    app.finished_run(&workflow).await;
    // Shows that what is due was looked for since the clock stood there.
    let looked = async |nth: usize| {
        app.client.post(&format!("{HOOKS}/{good}/test"), &json!({})).await.data();
        app.eventually(async || receiver.at("/good"), |came| came.len() == nth).await;
    };

    for (nth, pause) in PAUSES.iter().enumerate() {
        // when it was tried, then it is tried again after the pause, and a tenth more at most
        let tried = |all: &Vec<Value>| {
            all.len() == 1 && all[0]["attempts"].as_array().unwrap().len() == nth + 1
        };
        let record = app.eventually(|| deliveries(&app, &broken), tried).await[0].clone();
        assert_eq!((&record["status"], &record["retryCount"]), (&json!("retrying"), &json!(nth)));
        let gap = next(&record) - clock.now();
        assert!((*pause..=*pause + *pause / 10).contains(&gap), "after try {nth}: {gap}");
        // and not before
        clock.advance(gap - Duration::SECOND);
        looked(nth + 1).await;
        assert_eq!(receiver.at("/broken").len(), nth + 1);
        clock.advance(Duration::seconds(2));
    }
    let given_up = |all: &Vec<Value>| all[0]["status"] == "failure";
    let record = app.eventually(|| deliveries(&app, &broken), given_up).await[0].clone();
    assert_eq!((&record["retryCount"], &record["nextRetryAt"]), (&json!(9), &Value::Null));
    assert_eq!(record["attempts"].as_array().unwrap().len(), 10);
    assert_eq!(record["errorMessage"], "the endpoint answered with 503");
    let came = receiver.at("/broken");
    assert_eq!(came.len(), 10);
    assert!(came.iter().all(|it| it.id() == came[0].id() && it.body == came[0].body));
    // each try is signed with its own time
    let times: Vec<i64> =
        came.iter().map(|it| it.header("webhook-timestamp").parse().unwrap()).collect();
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");

    // and whoever has it sent again begins the schedule anew
    receiver.answers("/broken", Answer::With(200));
    let path = format!("{DELIVERIES}/{}/replay", came[0].id());
    app.client.post(&path, &json!({})).await.data();
    let taken = |all: &Vec<Value>| all[0]["status"] == "success";
    let record = app.eventually(|| deliveries(&app, &broken), taken).await[0].clone();
    assert_eq!((&record["retryCount"], &record["id"]), (&json!(0), &json!(came[0].id())));
}

#[actix_web::test]
async fn redirects_fail_patience_is_granted_and_what_is_gone_is_told_nothing_more() {
    // given endpoints that redirect, that ask for patience, and that are gone
    let (receiver, peer) = Receiver::start();
    receiver.answers("/moved", Answer::Elsewhere);
    receiver.answers("/busy", Answer::Busy(3_600));
    receiver.answers("/gone", Answer::With(410));
    let clock = ManualClock::at(SystemClock.now());
    let app = app_at_that_reaches(Arc::new(clock.clone()), &[peer.opening()]).await;
    let made = async |path: &str, more: Value| {
        hook(&app, &peer.url(path), &["run.completed"], more).await.0
    };
    let moved = made("/moved", json!({"maxRetries": 1})).await;
    let busy = made("/busy", json!({})).await;
    let gone = made("/gone", json!({})).await;
    let good = made("/good", json!({})).await;
    let workflow = app.published(&definitions::pure()).await;
    app.finished_run(&workflow).await;
    let tried = |all: &Vec<Value>| all.len() == 1 && all[0]["status"] != "pending";

    // then a redirect is not followed, and counts as a failure
    let record = app.eventually(|| deliveries(&app, &moved), tried).await[0].clone();
    assert_eq!((&record["status"], &record["responseStatus"]), (&json!("retrying"), &json!(302)));
    assert!(record["errorMessage"].as_str().unwrap().contains("not followed"), "{record}");
    clock.advance(Duration::seconds(6));
    let given_up = |all: &Vec<Value>| all[0]["status"] == "failure";
    let record = app.eventually(|| deliveries(&app, &moved), given_up).await[0].clone();
    assert_eq!((&record["retryCount"], &record["maxRetries"]), (&json!(1), &json!(1)));
    assert!(receiver.at("/elsewhere").is_empty());

    // and who asks for an hour is left alone for an hour
    let record = app.eventually(|| deliveries(&app, &busy), tried).await[0].clone();
    assert_eq!(next(&record) + Duration::seconds(6) - clock.now(), Duration::HOUR);

    // and what waits for one that is disabled rests, and goes on when it is enabled
    let switch = async |deed: &str| {
        app.client.post(&format!("{HOOKS}/{busy}/{deed}"), &json!({})).await.data()
    };
    assert_eq!(switch("disable").await["disabledReason"], "ordered");
    clock.advance(Duration::hours(2));
    let tested = app.client.post(&format!("{HOOKS}/{good}/test"), &json!({})).await.data();
    let is_taken = async || {
        let path = format!("{DELIVERIES}/{}", tested["deliveryId"].as_str().unwrap());
        app.client.get(&path).await
    };
    let taken = |answer: &Response| answer.status == 200 && answer.data()["status"] == "success";
    app.eventually(is_taken, taken).await;
    assert_eq!(receiver.at("/busy").len(), 1);
    receiver.answers("/busy", Answer::With(200));
    switch("enable").await;
    app.eventually(|| deliveries(&app, &busy), |all| all[0]["status"] == "success").await;

    // and what is gone is disabled on the ledger, by the house, and given up
    let record = app.eventually(|| deliveries(&app, &gone), given_up).await[0].clone();
    assert!(record["errorMessage"].as_str().unwrap().contains("410"), "{record}");
    let shown = app.client.data(&format!("{HOOKS}/{gone}")).await;
    assert_eq!((&shown["enabled"], &shown["disabledReason"]), (&json!(false), &json!("gone")));
    assert_eq!(shown["disabledBy"], "system:execution-hooks");
    let refused = app.client.post(&format!("{HOOKS}/{gone}/test"), &json!({})).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "execution-webhook-refuses"));

    // and it is told nothing until it is enabled; what was meanwhile is told when somebody has it sent
    app.finished_run(&workflow).await;
    app.eventually(async || receiver.at("/good"), |came| came.len() == 3).await;
    assert_eq!(deliveries(&app, &gone).await.len(), 1);
    receiver.answers("/gone", Answer::With(200));
    app.client.post(&format!("{HOOKS}/{gone}/enable"), &json!({})).await.data();
    let latest = app.finished_run(&workflow).await;
    let come = app.eventually(async || receiver.at("/gone"), |came| came.len() == 2).await;
    assert_eq!(come[1].json()["runId"], latest.as_str());
    let again = app.client.post(&format!("{HOOKS}/{gone}/replay"), &json!({"from": 1})).await;
    assert_eq!(again.status, 202, "{}", again.text());
    app.eventually(async || receiver.at("/gone"), |came| came.len() == 5).await;
    assert_eq!(deliveries(&app, &good).await.len(), 4);
}
