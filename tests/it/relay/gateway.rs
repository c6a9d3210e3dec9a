//! A gateway serves the streams of events from NATS, and answers as the server does.

use std::time::Duration;

use bytes::Bytes;
use chainkeel::primitives::{OrganizationId, RunId};
use chainkeel::relay::{Ledger, Marks, Message, Stream, Target};
use serde_json::json;
use tokio::sync::watch;

use super::traffic;
use crate::support::client::{Client, Event};
use crate::support::gateway::{Gateway, Issuer, token};
use crate::support::nats::Nats;
use crate::support::{TestApp, app_that_relays, definitions};

const ACTIVITY: &str = "/v1/activity/stream";

/// What somebody was told up to a position.
async fn told(client: &Client, path: &str, until: i64) -> Vec<Event> {
    let mut stream = client.stream(path, Some(0)).await;
    assert_eq!(stream.status, 200, "{path}");
    let mut events: Vec<Event> = Vec::new();
    while events.last().is_none_or(|last| last.id < until) {
        events.push(stream.next().await.expect("the stream goes on"));
    }
    events
}

/// Something that activity tells last; where.
async fn last_word(app: &TestApp, nats: &Nats) -> i64 {
    let made = json!({"name": "last", "definition": definitions::pure()});
    app.client.post("/v1/workflows", &made).await.data();
    let head = app.head().await;
    nats.until(head).await;
    head
}

#[actix::test]
async fn the_gateway_answers_as_the_server_does() {
    // given an application with runs that succeed, fail and wait, beside another organization
    let nats = Nats::start();
    let app = app_that_relays(nats.target()).await;
    let gateway = Gateway::of(&app, &nats.url()).await;
    let (pure, failing) =
        (app.published(&definitions::pure()).await, app.published(&definitions::failing()).await);
    traffic(&app, &pure, 20).await;
    let other = app.organization("another one").await;
    let made = json!({"name": "n", "definition": definitions::pure()});
    let foreign = other.post("/v1/workflows", &made).await.data();
    let failed = app.finished_run(&failing).await;
    let waits = app.started_run(&app.published(&definitions::waiting()).await).await;
    app.until_status(&waits, "waiting").await;
    traffic(&app, &pure, 20).await;
    let head = last_word(&app, &nats).await;
    let ours = gateway.client(&token(&app.client).await);

    // then all that happened is told alike, event by event
    let all = told(&app.client, ACTIVITY, head).await;
    assert!(all.len() > 80, "{} events", all.len());
    assert_eq!(told(&ours, ACTIVITY, head).await, all);

    // and what is asked for, from any position on
    let middle = all[all.len() / 2].id;
    for (query, seen) in [
        (format!("workflowId={failing}"), 0),
        (format!("runId={failed}"), 0),
        (format!("runId={waits}"), 0),
        ("type=run.succeeded,run.failed".to_owned(), 0),
        ("type=workflow.*".to_owned(), 0),
        (format!("workflowId={pure}&type=run.started"), middle),
        (String::new(), middle),
    ] {
        let path = format!("{ACTIVITY}?{query}");
        let mut server = app.client.stream(&path, Some(seen)).await;
        let wanted = |event: &&Event| {
            event.id > seen
                && (!query.contains("type=run.succeeded,")
                    || ["run.succeeded", "run.failed"].contains(&event.kind.as_str()))
                && (!query.contains("type=workflow") || event.kind.starts_with("workflow."))
                && (!query.contains("type=run.started") || event.kind == "run.started")
                && (!query.contains("workflowId")
                    || query.contains(event.data["workflowId"].as_str().unwrap_or("none")))
                && (!query.contains("runId")
                    || query.contains(event.data["runId"].as_str().unwrap_or("none")))
        };
        let wanted: Vec<Event> = all.iter().filter(wanted).cloned().collect();
        assert!(!wanted.is_empty(), "{query}");
        assert_eq!(server.take(wanted.len()).await, wanted, "the server: {query}");
        let mut stream = ours.stream(&path, Some(seen)).await;
        assert_eq!(stream.take(wanted.len()).await, wanted, "the gateway: {query}");
    }

    // and a run, word for word, from its beginning and from each position on
    let path = format!("/v1/runs/{failed}/stream");
    let whole = app.client.stream(&path, None).await.rest().await;
    assert_eq!(ours.stream(&path, None).await.rest().await, whole);
    let from_the_second = ours.stream(&path, Some(whole[0].id)).await.rest().await;
    assert_eq!(from_the_second, whole[1..]);
    for seen in [whole.last().unwrap().id, head] {
        assert_eq!(app.client.stream(&path, Some(seen)).await.status, 204);
        assert_eq!(ours.stream(&path, Some(seen)).await.status, 204);
    }

    // and what happens from now on
    let mut server = app.client.stream(ACTIVITY, None).await;
    let mut stream = ours.stream(ACTIVITY, None).await;
    let run = format!("/v1/runs/{waits}/stream");
    let mut run = [app.client.stream(&run, None).await, ours.stream(&run, None).await];
    let resume = format!("/v1/runs/{waits}/nodes/approval/resume");
    app.client.post(&resume, &json!({"data": {"by": "Ada"}})).await.data();
    traffic(&app, &pure, 5).await;
    let live = server.take(12).await;
    assert_eq!(stream.take(12).await, live);
    assert_eq!(run[0].rest().await, run[1].rest().await);

    // and nothing of another organization
    let theirs = gateway.client(&token(&other).await);
    let told = theirs.stream(ACTIVITY, Some(0)).await.next().await.unwrap();
    assert_eq!(told.data["workflowId"], foreign["id"]);
    assert_eq!(theirs.stream(&path, None).await.status, 404);
    assert_eq!(
        ours.stream(&format!("/v1/runs/{}/stream", RunId::generate()), None).await.status,
        404
    );

    // and what cannot be is refused alike
    for path in [
        format!("{ACTIVITY}?type=run.ran"),
        format!("{ACTIVITY}?lastEventId=-1"),
        format!("{ACTIVITY}?colour=red"),
        "/v1/runs/run_1/stream".to_owned(),
    ] {
        let (server, gateway) = (app.client.get(&path).await, ours.get(&path).await);
        assert_eq!((gateway.status, gateway.code()), (server.status, server.code()), "{path}");
        assert_eq!(gateway.json()["message"], server.json()["message"], "{path}");
    }
}

#[actix::test]
async fn what_is_private_to_somebody_is_hidden_from_others() {
    let nats = Nats::start();
    let app = app_that_relays(nats.target()).await;
    let gateway = Gateway::of(&app, &nats.url()).await;
    let held =
        ["workflows:read", "workflows:write", "workflows:publish", "workflows:run", "runs:read"];
    let (_, key) = app.key_of(&app.client, "creator", &held).await;
    let creator = app.client.with_key(&key);
    let (_, key) = app.key_of(&app.client, "colleague", &held).await;
    let colleague = app.client.with_key(&key);
    let mut definition = definitions::pure();
    definition["visibility"] = json!("private");
    let made = creator.post("/v1/workflows", &json!({"name": "p", "definition": definition})).await;
    let path = format!("/v1/workflows/{}", made.data()["id"].as_str().unwrap());
    creator.post(&format!("{path}/publish"), &json!({})).await.data();
    let started = creator.post(&format!("{path}/run"), &json!({"payload": {"amount": 1}})).await;
    let run = started.data()["runId"].as_str().unwrap().to_owned();
    app.until_status(&run, "success").await;
    let head = last_word(&app, &nats).await;

    // then its creator and those who see everything are told, and the colleague of nothing but the rest
    for (client, sees) in [(&creator, true), (&app.client, true), (&colleague, false)] {
        let at_the_gateway = gateway.client(&token(client).await);
        let events = told(client, ACTIVITY, head).await;
        assert_eq!(told(&at_the_gateway, ACTIVITY, head).await, events);
        assert_eq!(events.iter().any(|event| event.data["runId"] == run.as_str()), sees);
        let status = if sees { 200 } else { 404 };
        let path = format!("/v1/runs/{run}/stream");
        assert_eq!(at_the_gateway.stream(&path, None).await.status, status);
    }
}

#[actix::test]
async fn only_tokens_for_streams_open_them_and_only_while_they_last() {
    let (nats, place) = (Nats::start(), tempfile::tempdir().unwrap());
    let issuer = Issuer::new(place.path());
    let ledger = Ledger::of(&[5; 32]);
    let stream = Stream::reach(&nats.target(), &ledger).await.unwrap();
    stream.settle(&nats.target()).await.unwrap();
    let gateway = Gateway::start(&nats.url(), &issuer.file).await;

    // a token that lasts for two seconds more opens a stream for two seconds
    let short = issuer.token(OrganizationId::DEFAULT, time::Duration::seconds(598));
    let mut open = gateway.client(&short).stream(ACTIVITY, None).await;
    assert_eq!(open.status, 200);
    assert_eq!(open.rest().await, []);
    assert!(
        open.said.ends_with('\n') && open.said.contains("event: token_expired\n"),
        "{}",
        open.said
    );

    // in the query as well, for browsers
    let long = issuer.token(OrganizationId::DEFAULT, time::Duration::ZERO);
    let by_query = format!("{ACTIVITY}?ticket={long}");
    assert_eq!(gateway.stranger().stream(&by_query, None).await.status, 200);

    // and nothing else does; whoever comes with a key is told where a token is
    let foreign = Issuer::new(tempfile::tempdir().unwrap().path());
    let foreign = foreign.token(OrganizationId::DEFAULT, time::Duration::ZERO);
    let old = issuer.token(OrganizationId::DEFAULT, time::Duration::minutes(11));
    let early = issuer.token(OrganizationId::DEFAULT, time::Duration::minutes(-5));
    let (key, _) = chainkeel::access::KeyHash::generate([7; 32]);
    for shown in [&foreign, &old, &early, &key, &"a.b.c".to_owned(), &"nobody".to_owned()] {
        let refused = gateway.client(shown).get(ACTIVITY).await;
        assert_eq!((refused.status, refused.code().as_str()), (401, "unauthenticated"), "{shown}");
        let says_how = refused.text().contains("/v1/auth/stream-tokens");
        assert_eq!(says_how, *shown != early, "{}", refused.text());
    }
    let nobody = gateway.stranger().get(ACTIVITY).await;
    assert_eq!(nobody.status, 401);
    assert!(nobody.text().contains("/v1/auth/stream-tokens"), "{}", nobody.text());

    // and it serves nothing else, but for those who operate it
    let missing = gateway.client(&long).get("/v1/workflows").await;
    assert_eq!(missing.status, 404);
    assert!(missing.text().contains("ask a server"), "{}", missing.text());
    let metrics = gateway.stranger().get("/metrics").await.text();
    assert!(metrics.contains("chainkeel_gateway_connected 1"), "{metrics}");
}

#[actix::test]
async fn a_token_for_streams_opens_nothing_at_a_server() {
    let nats = Nats::start();
    let app = app_that_relays(nats.target()).await;
    let (_, key) = app.key_of(&app.client, "reader", &["runs:read"]).await;
    let given = token(&app.client.with_key(&key)).await;
    assert_eq!(app.client.with_key(&given).get("/v1/runs").await.status, 401);
    assert_eq!(app.client.stranger().get(&format!("{ACTIVITY}?ticket={given}")).await.status, 401);
    let (_, key) = app.key_of(&app.client, "writer", &["workflows:write"]).await;
    let refused = app.client.with_key(&key).post("/v1/auth/stream-tokens", &json!({})).await;
    assert_eq!(refused.status, 403);
}

#[actix::test]
async fn a_position_that_the_stream_does_not_keep_is_refused_with_what_helps() {
    let nats = Nats::start();
    let app = app_that_relays(Target { keep_bytes: 40_000, ..nats.target() }).await;
    let gateway = Gateway::of(&app, &nats.url()).await;
    let ours = gateway.client(&token(&app.client).await);
    let workflow = app.published(&definitions::pure()).await;
    let old = app.finished_run(&workflow).await;
    traffic(&app, &workflow, 30).await;
    let head = last_word(&app, &nats).await;
    let (first, _, _) = nats.standing().await;
    assert!(first > 2, "{first}");
    for seen in [0, first - 2] {
        let gone = ours.get(&format!("{ACTIVITY}?lastEventId={seen}")).await;
        assert_eq!((gone.status, gone.code().as_str()), (410, "position-gone"), "{seen}");
        assert!(gone.text().contains(&format!("begins with {first}")), "{}", gone.text());
        assert!(gone.text().contains(&format!("after={seen}")), "{}", gone.text());
    }
    let gone = ours.get(&format!("/v1/runs/{old}/stream")).await;
    assert_eq!(gone.status, 404);
    assert!(gone.text().contains("of a server"), "{}", gone.text());
    // What it keeps is there to the first.
    let mut stream = ours.stream(ACTIVITY, Some(first - 1)).await;
    let mut server = app.client.stream(ACTIVITY, Some(first - 1)).await;
    loop {
        let (told, expected) = (stream.next().await.unwrap(), server.next().await.unwrap());
        assert_eq!(told, expected);
        if told.id == head {
            break;
        }
    }
}

#[actix::test]
async fn who_does_not_read_is_let_go_and_told_so_and_misses_nothing() {
    // given a stream to which comes more than the system takes for a client
    const EVENTS: i64 = 6_000;
    // And the other is kept, however slow the machine is: half of what may wait for one.
    const AHEAD: i64 = 500;
    let (nats, place) = (Nats::start(), tempfile::tempdir().unwrap());
    let (issuer, ledger) = (Issuer::new(place.path()), Ledger::of(&[5; 32]));
    let stream = Stream::reach(&nats.target(), &ledger).await.unwrap();
    stream.settle(&nats.target()).await.unwrap();
    let gateway = Gateway::start(&nats.url(), &issuer.file).await;
    let client = gateway.client(&issuer.token(OrganizationId::DEFAULT, time::Duration::ZERO));
    let mut slow = client.stream(ACTIVITY, None).await;
    let mut quick = client.stream(ACTIVITY, None).await;

    // when one reads, as fast as it is written, and the other does not
    let (reached, mut read_to) = watch::channel(0);
    let publish = async {
        let mut under_way = Vec::new();
        for position in 1..=EVENTS {
            let message = paused(&ledger, position);
            under_way.push(stream.publish(message, None).await.unwrap());
            if under_way.len() == 100 {
                for sent in under_way.drain(..) {
                    sent.taken().await.unwrap();
                }
                read_to.wait_for(|read| position - *read <= AHEAD).await.unwrap();
            }
        }
        for sent in under_way {
            sent.taken().await.unwrap();
        }
    };
    let count = usize::try_from(EVENTS).unwrap();
    let read = async {
        let mut read = Vec::new();
        while read.len() < count {
            read.extend(quick.take(1).await);
            reached.send_replace(i64::try_from(read.len()).unwrap());
        }
        read
    };
    let ((), read) = futures::future::join(publish, read).await;
    let ids = |events: &[Event]| events.iter().map(|event| event.id).collect::<Vec<_>>();
    assert_eq!(ids(&read), (1..=EVENTS).collect::<Vec<_>>());

    // then that one gets what waited, is told, and gets the rest when it comes back
    let mut seen = slow.rest().await;
    assert!(seen.len() < count, "it was not let go");
    assert!(slow.said.contains(": let go"), "{}", slow.said);
    let mut again = client.stream(ACTIVITY, Some(seen.last().unwrap().id)).await;
    seen.extend(again.take(count - seen.len()).await);
    assert_eq!(ids(&seen), ids(&read));
}

/// An event of a run with a long reason.
fn paused(ledger: &Ledger, position: i64) -> Message {
    let (organization, reason) = (OrganizationId::DEFAULT.to_string(), "x".repeat(4_000));
    let at = "2026-11-30T00:00:00Z";
    let body = json!({
        "position": position, "stream": "run/run_1", "sequence": position, "type": "run.paused",
        "version": "1.0", "recordedAt": at, "metadata": {"actor": "admin", "organization_id": organization},
        "payload": {"paused": {"by": "admin", "reason": reason, "at": at}},
    });
    Message {
        position,
        id: ledger.message_id(position, "made up"),
        subject: ledger.subject(&organization, "run", "paused"),
        body: Bytes::from(body.to_string()),
        marks: Marks {
            run: Some("run_1".to_owned()),
            workflow: Some("wf_1".to_owned()),
            ..Marks::default()
        },
    }
}

/// Reads on through everything that happens, as a client does that keeps the last id.
async fn follow(client: &Client, seen: &mut Vec<Event>, until: i64) {
    while seen.last().is_none_or(|last| last.id < until) {
        let last = seen.last().map_or(0, |last| last.id);
        // The gateway may be dead, or not ready.
        let Some(mut stream) = client.try_stream(ACTIVITY, last).await else {
            tokio::time::sleep(Duration::from_millis(30)).await;
            continue;
        };
        while let Some(event) = stream.next().await {
            seen.push(event);
            if seen.last().is_some_and(|last| last.id >= until) {
                return;
            }
        }
    }
}

#[actix::test]
async fn nothing_is_lost_or_doubled_when_nats_and_the_gateway_are_killed() {
    // given a client of a gateway
    const KILLS: usize = 6;
    let mut nats = Nats::start();
    let (url, reader) = (nats.url(), nats.reader());
    let app = app_that_relays(nats.target()).await;
    let mut gateway = Gateway::of(&app, &url).await;
    let workflow = app.published(&definitions::pure()).await;
    let client = gateway.client(&token(&app.client).await);

    // when both are killed again and again while runs start
    let killer = async {
        for kill in 0..KILLS {
            tokio::time::sleep(Duration::from_millis(400)).await;
            if kill % 3 != 1 {
                nats.kill();
            }
            if kill % 3 != 0 {
                gateway.kill();
                gateway.start_again();
            }
            if kill % 3 != 1 {
                nats.start_again();
            }
        }
    };
    let work = async {
        for _ in 0..12 {
            traffic(&app, &workflow, 5).await;
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
    };
    let mut seen = Vec::new();
    let happening = async {
        futures::future::join(killer, work).await;
        let made = json!({"name": "last", "definition": definitions::pure()});
        app.client.post("/v1/workflows", &made).await.data();
        let head = app.head().await;
        reader.until(head).await;
        head
    };
    let head = tokio::select! {
        head = happening => head,
        () = follow(&client, &mut seen, i64::MAX) => unreachable!("there is no last position"),
    };
    follow(&client, &mut seen, head).await;

    // then it was told what the server tells, once and in order
    assert_eq!(seen, told(&app.client, ACTIVITY, head).await);
}

#[actix::test]
async fn it_serves_while_the_servers_and_their_database_are_away_and_lets_go_when_it_is_told_to_end()
 {
    let nats = Nats::start();
    let mut app = app_that_relays(nats.target()).await;
    let mut gateway = Gateway::of(&app, &nats.url()).await;
    let workflow = app.published(&definitions::pure()).await;
    traffic(&app, &workflow, 5).await;
    let head = last_word(&app, &nats).await;
    let expected = told(&app.client, ACTIVITY, head).await;
    let ours = gateway.client(&token(&app.client).await);
    // It was never told of a database, and nobody answers for one now.
    app.after_downtime(async |_| {
        assert_eq!(told(&ours, ACTIVITY, head).await, expected);
        let run = expected.iter().find_map(|event| event.data["runId"].as_str()).unwrap();
        let whole = ours.stream(&format!("/v1/runs/{run}/stream"), None).await.rest().await;
        assert_eq!(whole.last().unwrap().kind, "succeeded");
    })
    .await;
    let mut open = ours.stream(ACTIVITY, None).await;
    assert_eq!(open.status, 200);
    let stopping = std::thread::spawn(move || gateway.stop());
    assert_eq!(open.rest().await, []);
    assert!(open.said.contains(": let go"), "{}", open.said);
    assert!(stopping.join().unwrap(), "it ends well");
}
