//! The stream follows the ledger.

use std::time::Duration;

use chainkeel::relay::Target;
use serde_json::{Value, json};

use super::{all_is_told, expected, long, traffic};
use crate::support::nats::{Nats, STREAM};
use crate::support::{app_that_relays, definitions};

#[actix::test]
async fn what_many_writers_record_is_in_the_stream_once_and_in_order() {
    // given an application with workflows, keys and people
    let nats = Nats::start();
    let app = app_that_relays(nats.target()).await;
    let workflow = app.published(&definitions::pure()).await;
    let other = app.organization("another one").await;

    // when many write at the same time
    traffic(&app, &workflow, 40).await;
    other
        .post("/v1/workflows", &serde_json::json!({"name": "n", "definition": definitions::pure()}))
        .await
        .data();

    // then a consumer is told each position once, in order, as an export tells it
    all_is_told(&app, &nats, "all").await;
    let export = app.client.get("/v1/ledger/export").await;
    nats.until(app.head().await).await;
    let told = nats.told("again").await;
    assert!(told.len() > 200, "{} events", told.len());
    let ours: Vec<Value> =
        told.iter().map(|told| serde_json::from_str(&told.body).unwrap()).collect();
    let mut exported = 0;
    for line in export.text().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let Some(position) = line["position"].as_u64() else { continue };
        assert_eq!(line, ours[usize::try_from(position).unwrap() - 1]);
        exported += 1;
    }
    assert!(exported > 200, "{exported} lines were exported");

    // and no secret
    let key = ours.iter().find(|line| line["type"] == "api_key.issued").expect("a key");
    assert_eq!(key["withheld"], true);
    assert!(!key.to_string().contains("hash"), "{key}");
}

#[actix::test]
async fn a_stream_that_was_emptied_is_filled_from_the_beginning_of_the_ledger() {
    let mut nats = Nats::start();
    let app = app_that_relays(nats.target()).await;
    let workflow = app.published(&definitions::pure()).await;
    traffic(&app, &workflow, 5).await;
    nats.until(app.head().await).await;

    // when the servers lose all that they had, while somebody writes
    nats.kill();
    std::fs::remove_dir_all(nats.store()).unwrap();
    traffic(&app, &workflow, 5).await;
    nats.start_again();

    // then it is all there again
    all_is_told(&app, &nats, "all").await;
    assert_eq!(nats.standing().await.0, 1);
}

#[actix::test]
async fn a_stream_that_lost_its_end_is_given_it_again() {
    // given a disk of which a power cut takes what was written last
    let mut nats = Nats::start();
    let app = app_that_relays(nats.target()).await;
    let workflow = app.published(&definitions::pure()).await;
    traffic(&app, &workflow, 5).await;
    let before = app.head().await;
    nats.until(before).await;
    nats.kill();
    let kept = tempfile::tempdir().unwrap();
    let copied = |from: &std::path::Path, to: &std::path::Path| {
        let copied = std::process::Command::new("cp").arg("-a").arg(from).arg(to).status();
        assert!(copied.unwrap().success());
    };
    copied(&nats.store(), &kept.path().join("store"));
    nats.start_again();
    traffic(&app, &workflow, 5).await;
    nats.until(app.head().await).await;

    // when it comes back without it, and nothing happens on the ledger
    nats.kill();
    std::fs::remove_dir_all(nats.store()).unwrap();
    copied(&kept.path().join("store"), &nats.store());
    nats.start_again();

    // then the relay finds out by itself, and nothing stands there twice
    all_is_told(&app, &nats, "all").await;
    assert!(app.head().await > before);
}

#[actix::test]
async fn a_second_relay_that_takes_the_first_one_for_dead_doubles_nothing() {
    let nats = Nats::start();
    let app = app_that_relays(nats.target()).await;
    let workflow = app.published(&definitions::pure()).await;
    let second = async {
        traffic(&app, &workflow, 5).await;
        app.second().await
    };
    let (_second, ()) = futures::future::join(second, traffic(&app, &workflow, 30)).await;
    traffic(&app, &workflow, 5).await;
    all_is_told(&app, &nats, "all").await;
}

#[actix::test]
async fn what_the_stream_does_not_keep_is_not_sent_again() {
    // given a stream that keeps little
    let nats = Nats::start();
    let mut app = app_that_relays(Target { keep_bytes: 40_000, ..nats.target() }).await;
    let workflow = app.published(&definitions::pure()).await;
    traffic(&app, &workflow, 20).await;
    nats.until(app.head().await).await;
    let (first, last, _) = nats.standing().await;
    assert!(first > 1, "the first of {last} is still there");

    // when the relay begins anew
    app.after_downtime(async |_| ()).await;
    traffic(&app, &workflow, 1).await;

    // then it goes on behind the last
    nats.until(app.head().await).await;
    let told = nats.told("all").await;
    let whole = expected(&app.database).await;
    super::same(&told, &whole[whole.len() - told.len()..]);
    assert!(told[0].sequence >= first);

    // and whoever operates it is told which positions are there
    let (first, last, _) = nats.standing().await;
    let said = std::process::Command::new(env!("CARGO_BIN_EXE_chainkeel"))
        .args(["doctor", "--database-url", &app.database.url])
        .env_clear()
        .env("CHAINKEEL_RELAY_URL", nats.url())
        .env("CHAINKEEL_RELAY_STREAM", STREAM)
        .output()
        .unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    let found = format!("the stream {STREAM} has positions {first} to {last}, 0 events behind");
    assert!(said.contains(&found), "{said}");
}

#[actix::test]
async fn a_stream_whose_events_have_all_grown_old_goes_on_where_it_ended() {
    // given a stream that keeps events for a moment
    let nats = Nats::start();
    let keep = Duration::from_secs(1);
    let mut app = app_that_relays(Target { keep, ..nats.target() }).await;
    let workflow = app.published(&definitions::pure()).await;
    let head = app.head().await;
    nats.until(head).await;
    app.eventually(|| nats.standing(), |(_, _, messages)| *messages == 0).await;

    // when there is something new after a while, for a relay that knows nothing of before
    app.after_downtime(async |_| ()).await;
    traffic(&app, &workflow, 1).await;

    // then only that is in it
    nats.until(app.head().await).await;
    let (first, last, _) = nats.standing().await;
    assert!(first > head && last > head, "{first} to {last}, after {head}");
}

#[actix::test]
async fn what_is_too_long_for_the_servers_is_told_in_short() {
    let nats = Nats::with("max_payload: 8192");
    let app = app_that_relays(nats.target()).await;
    let workflow = app.published(&definitions::pure()).await;
    let run = app.run_of(&workflow, &long(10_000)).await;
    app.until_status(&run, "success").await;

    // then its place is there, and what the audit log shows of it
    nats.until(app.head().await).await;
    let told = nats.told("all").await;
    let whole = expected(&app.database).await;
    assert!(told.iter().map(|told| &told.id).eq(whole.iter().map(|told| &told.id)));
    let started = told.iter().find(|it| it.body.contains(&run) && it.subject.ends_with(".started"));
    let started: Value = serde_json::from_str(&started.expect("its beginning").body).unwrap();
    assert_eq!(started["withheld"], true, "{started}");
    assert!(told.iter().all(|told| told.body.len() < 8_192));
}

#[actix::test]
async fn what_was_shredded_before_it_was_told_of_is_told_by_its_place_alone() {
    // given a run with personal data that is over, and shredded while NATS is away
    let mut nats = Nats::start();
    let app = app_that_relays(nats.target()).await;
    let mut letters = definitions::pure();
    letters["personal"] = json!({"subject": "customer-{{$trigger.body.amount}}"});
    let workflow = app.published(&letters).await;
    nats.until(app.head().await).await;
    nats.kill();
    let run = app.finished_run(&workflow).await;
    let wish = json!({"subject": "customer-250", "reason": "erasure request 12"});
    app.client.post("/v1/retention/shredding", &wish).await.data();

    // when it is back
    nats.start_again();
    nats.until(app.head().await).await;

    // then the stream has each position, and of the run nothing but where it stood
    let told = nats.told("all").await;
    assert_eq!(told.len() as i64, app.head().await);
    let of_run: Vec<_> = told.iter().filter(|it| it.body.contains(&run)).collect();
    assert!(of_run.len() > 3);
    for told in of_run {
        let line: Value = serde_json::from_str(&told.body).unwrap();
        assert_eq!((&line["payload"], &line["withheld"]), (&json!(null), &json!(true)));
    }
}
