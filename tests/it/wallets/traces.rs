//! One trace a run: from the delivery that began it to the block that its money stands in.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse};
use chainkeel::primitives::SystemClock;
use chainkeel::signing::{self, Kind};
use serde_json::{Value, json};

use super::signer::Process;
use super::stage::{CHAIN, Stage, somebody};
use crate::support::collector::{Collector, Told, has, only, trace_of};
use crate::support::peer::Peer;

/// Somebody else's span, who sends the delivery.
const CALLER: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
/// What is in the payload, a header and the path of a URL, and must be in no span.
const SECRET: &str = "hunter2-whom-nobody-knows";

/// The headers by which a peer was told of a trace.
type Heard = Data<Mutex<Vec<String>>>;

async fn listen(request: HttpRequest, heard: Heard) -> HttpResponse {
    let header = request.headers().get("traceparent").map(|it| it.to_str().unwrap().to_owned());
    heard.lock().unwrap().extend(header);
    HttpResponse::Ok().json(json!({ "secret": SECRET }))
}

fn peer() -> (Peer, Heard) {
    let heard = Heard::default();
    let peer = Peer::with(&heard, |config| {
        config.default_service(web::to(listen));
    });
    (peer, heard)
}

/// Asks a peer, then pays.
fn definition(peer: &Peer) -> Value {
    json!({ "nodes": {
        "root": { "type": "webhook", "payload": {}, "children": ["ask"] },
        "ask": { "type": "http-request", "children": ["pay"], "payload": {
            "method": "POST", "url": peer.url(&format!("/{SECRET}?key={SECRET}")),
            "headers": { "X-Api-Key": SECRET }, "body": { "secret": SECRET },
        } },
        "pay": { "type": "send-native-token", "payload": {
            "chainId": CHAIN, "recipientAddress": "{{$trigger.body.to}}",
            "amount": "{{$trigger.body.amount}}",
        } },
    } })
}

/// A run that a delivery began, when it is over.
async fn delivered(stage: &Stage, workflow: &str) -> String {
    let shown = stage.app.client.data(&format!("/v1/workflows/{workflow}")).await;
    let url = shown["webhookUrl"].as_str().unwrap().to_owned();
    let path = url[url.find("/v1/").unwrap()..].to_owned();
    let body = json!({ "to": somebody(0x90), "amount": "5", "note": SECRET });
    let deliver = || {
        let request = stage.app.client.stranger().request("POST", &path).json(&body);
        request.header("traceparent", CALLER).header("X-Request-Id", "req-of-the-test").send()
    };
    let begun = stage.app.eventually(deliver, |answer| answer.status == 202).await.data();
    let run = begun["runId"].as_str().unwrap().to_owned();
    assert_eq!(stage.mined(&run).await["status"], "success");
    run
}

fn ids(spans: &[Told]) -> BTreeSet<&str> {
    spans.iter().map(|span| span.id.as_str()).collect()
}

/// Each span but the root lies within another one, in time as well, and no id is there twice.
fn lie_within_each_other(spans: &[Told]) {
    assert_eq!(ids(spans).len(), spans.len(), "an id is there twice: {spans:#?}");
    let roots: Vec<_> = spans.iter().filter(|span| span.parent.is_none()).collect();
    assert_eq!(roots.len(), 1, "{roots:#?}");
    for span in spans {
        let Some(parent) = &span.parent else { continue };
        let outer = spans.iter().find(|it| it.id == *parent);
        let outer = outer.unwrap_or_else(|| panic!("{} lies within nothing", span.name));
        if outer.name.starts_with("trigger") {
            assert!(span.start >= outer.end, "the run begins when its trigger is over");
        } else {
            // The last word of the ledger may come a moment before that of whoever waits for it.
            let slack = 2_000_000_000;
            assert!(span.start >= outer.start, "{} begins before {}", span.name, outer.name);
            assert!(span.end <= outer.end + slack, "{} ends after {}", span.name, outer.name);
        }
    }
}

#[actix_web::test]
async fn a_run_by_webhook_is_one_trace_from_its_delivery_to_its_block() {
    // given a house that tells a collector, and a workflow that asks a peer and then pays
    let (collector, (peer, heard)) = (Collector::start(), peer());
    let stage = Stage::traced(&collector, &[peer.opening()], signing::Config::default()).await;
    let stage = stage.with_a_wallet().await;
    stage.allow(&json!([])).await;
    let workflow = stage.app.published(&definition(&peer)).await;
    // when a delivery begins a run
    let run = delivered(&stage, &workflow).await;
    // then there is one trace of it, whose root is the trigger
    let trace = trace_of(&run);
    let is_whole =
        |spans: &[Told]| has(spans, "run") && has(spans, "wait for finality") && has(spans, "POST");
    let spans = collector.until(&trace, is_whole).await;
    lie_within_each_other(&spans);
    let (trigger, told) = (only(&spans, "trigger webhook"), only(&spans, "run"));
    assert_eq!(told.parent.as_deref(), Some(trigger.id.as_str()));
    assert_eq!(trigger.attributes["chainkeel.request.id"], "req-of-the-test");
    let caller = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "caller");
    let links: Vec<_> = trigger.links.iter().map(|(a, b, c)| (&**a, &**b, &**c)).collect();
    assert_eq!(links, [caller]);
    assert_eq!(told.attributes["chainkeel.run.id"], run);
    assert_eq!(told.attributes["chainkeel.workflow.id"], workflow);
    assert_eq!(told.attributes["chainkeel.run.status"], "success");
    let (ask, pay) = (only(&spans, "http-request"), only(&spans, "send-native-token"));
    assert_eq!((&ask.parent, &pay.parent), (&Some(told.id.clone()), &Some(told.id.clone())));
    let shown = stage.app.client.data(&format!("/v1/runs/{run}")).await;
    let began = shown["startedAt"].as_str().unwrap();
    let format = &time::format_description::well_known::Rfc3339;
    let began = time::OffsetDateTime::parse(began, format).unwrap().unix_timestamp_nanos();
    assert_eq!(i128::from(told.start), began, "the ledger's own times");
    // and what was asked of the outside is within the nodes that asked
    let asked = only(&spans, "POST");
    assert_eq!((asked.parent.as_deref(), asked.kind), (Some(&*ask.id), 3));
    assert_eq!(asked.attributes["server.address"], "127.0.0.1");
    assert_eq!(asked.attributes["http.response.status_code"], "200");
    assert_eq!(*heard.lock().unwrap(), [format!("00-{trace}-{}-01", asked.id)]);
    let within = |outer: &Told, name: &str| {
        spans.iter().filter(|it| it.parent.as_ref() == Some(&outer.id) && it.name == name).count()
    };
    for name in ["sign transaction", "broadcast", "wait for a block", "wait for finality"] {
        assert_eq!(within(pay, name), 1, "{name} in {spans:#?}");
    }
    assert!(within(pay, "eth_estimateGas") >= 1, "{spans:#?}");
    let sign = only(&spans, "sign transaction");
    assert_eq!(sign.attributes["chainkeel.signing.backend"], "keystore");
    let broadcast = only(&spans, "broadcast");
    assert_eq!(within(broadcast, "eth_sendRawTransaction"), 1, "{spans:#?}");
    let rpc = only(&spans, "eth_sendRawTransaction");
    assert_eq!(rpc.attributes["chainkeel.chain.id"], CHAIN.to_string());
    assert_eq!(rpc.attributes["rpc.method"], "eth_sendRawTransaction");
    assert!(spans.iter().all(|span| !span.has_failed), "{spans:#?}");
    // and nothing that was given to it, nor the key in the endpoint's URL
    let bodies = collector.bodies();
    assert!(!bodies.contains(SECRET) && !bodies.contains("/key"), "{bodies}");
}

#[actix_web::test]
async fn a_signer_of_its_own_is_in_the_traces_of_those_who_ask_it() {
    // given a house without keys, and a process that has them, which tell one collector
    let (collector, (peer, _)) = (Collector::start(), peer());
    let place = tempfile::tempdir().unwrap();
    let socket = place.path().join("signer.sock");
    let signing = signing::Config {
        backend: Some(Kind::Keystore),
        socket: Some(socket.clone()),
        ..signing::Config::default()
    };
    let stage = Stage::traced(&collector, &[peer.opening()], signing).await;
    let settings = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint()),
        ("OTEL_SERVICE_NAME", "chainkeel-signer".to_owned()),
    ];
    let _process = Process::with(&stage.app.database.url, &socket, &settings);
    let stage = stage.with_a_wallet().await;
    stage.allow(&json!([])).await;
    let workflow = stage.app.published(&definition(&peer)).await;
    // when a run pays
    let run = delivered(&stage, &workflow).await;
    // then what the signer did lies within what the house asked of it
    let is_whole = |spans: &[Told]| has(spans, "run") && has(spans, "answer the server");
    let spans = collector.until(&trace_of(&run), is_whole).await;
    let answer = only(&spans, "answer the server");
    assert_eq!((answer.service.as_str(), answer.kind), ("chainkeel-signer", 2));
    let signs: Vec<_> = spans.iter().filter(|span| span.name == "sign transaction").collect();
    let [asked, done] = signs[..] else { panic!("two sides: {spans:#?}") };
    assert_eq!((asked.service.as_str(), done.service.as_str()), ("chainkeel", "chainkeel-signer"));
    assert_eq!(answer.parent.as_ref(), Some(&asked.id));
    assert_eq!(done.parent.as_ref(), Some(&answer.id));
}

impl Stage {
    /// A house without a wallet that tells this collector, and whose effects reach these addresses.
    async fn traced(collector: &Collector, openings: &[String], signing: signing::Config) -> Self {
        Self::told(Arc::new(SystemClock), openings, (signing, collector.config())).await
    }
}
