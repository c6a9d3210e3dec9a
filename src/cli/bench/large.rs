//! The largest that there is: one run with as many loop nodes as a run may have, and one event that
//! as many runs wait for.

use std::time::Instant;

use engine::{MAX_ITERATIONS, MAX_LOOP_NODES};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::drive::{self, Finishes};
use super::runs::resident_mb;
use crate::cli::client::{Client, Error};

/// The event that all runs wait for.
const EVENT: &str = "market.opened";

/// What one of them did.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Measured {
    /// What it is.
    pub(super) what: String,
    /// From the request to the last end, in seconds.
    pub(super) seconds: f64,
    /// Events of runs that this made.
    pub(super) events: u64,
    /// The same, a second.
    pub(super) events_per_second: f64,
    /// Memory above idle at the end, in MB.
    pub(super) memory_mb: Option<f64>,
}

/// Something large under way.
struct Watch<'a> {
    finishes: &'a Finishes,
    idle: Option<f64>,
    events: u64,
    began: Instant,
}

impl<'a> Watch<'a> {
    fn begin(finishes: &'a Finishes) -> Self {
        Self { finishes, idle: resident_mb(), events: finishes.events(), began: Instant::now() }
    }

    fn end(self, what: String, at: Instant) -> Measured {
        let seconds = at.saturating_duration_since(self.began).as_secs_f64();
        let events = self.finishes.events() - self.events;
        let memory_mb = self.idle.zip(resident_mb()).map(|(idle, now)| now - idle);
        Measured { what, seconds, events, events_per_second: events as f64 / seconds, memory_mb }
    }
}

/// One run with a loop at the budget, its iterations one after the other or side by side.
pub(super) async fn one_loop(
    client: &Client,
    finishes: &Finishes,
    at_once: usize,
) -> Result<Measured, Error> {
    let body = usize::try_from(MAX_LOOP_NODES).unwrap_or_default() / MAX_ITERATIONS;
    let workflow = drive::publish(client, "a large loop", &looping(body, at_once)).await?;
    let watch = Watch::begin(finishes);
    let run = drive::start(client, &workflow, &json!({})).await?;
    let ended = finishes.finished(&run).await?;
    let how = if at_once == 1 { "one by one".to_owned() } else { format!("{at_once} at once") };
    Ok(watch.end(format!("a loop of {MAX_ITERATIONS} x {body} nodes, {how}"), ended))
}

fn looping(body: usize, at_once: usize) -> Value {
    let items: Vec<usize> = (0..MAX_ITERATIONS).collect();
    let mut payload = json!({ "array": items });
    if at_once > 1 {
        payload["mode"] = "parallel".into();
        payload["maxConcurrency"] = at_once.into();
    }
    let mut nodes = Map::new();
    nodes.insert("root".into(), json!({ "type": "manual", "payload": {}, "children": ["each"] }));
    nodes.insert(
        "each".into(),
        json!({ "type": "for-each", "payload": payload, "loopBody": ["note-1"] }),
    );
    for number in 1..=body {
        let message = format!("note {number} of item {{{{$item}}}}");
        let mut node = json!({ "type": "log", "payload": { "message": message } });
        if number < body {
            node["children"] = json!([format!("note-{}", number + 1)]);
        }
        nodes.insert(format!("note-{number}"), node);
    }
    json!({ "nodes": nodes })
}

/// As many runs as there are wait for one event; from its publication to the end of the last.
pub(super) async fn one_event(
    client: &Client,
    finishes: &Finishes,
    runs: usize,
    at_once: usize,
) -> Result<Measured, Error> {
    let workflow = drive::publish(client, "waiting for an event", &waiting()).await?;
    let started = drive::repeat(runs, at_once, async |_| {
        let run = drive::start(client, &workflow, &json!({ "amount": 250 })).await?;
        finishes.waiting(&run).await?;
        Ok(run)
    })
    .await?;
    let watch = Watch::begin(finishes);
    let body = json!({ "event": EVENT, "payload": { "price": "12.5" } });
    client.post("/v1/events", &body).await?;
    let mut last = watch.began;
    for run in &started {
        last = last.max(finishes.finished(run).await?);
    }
    Ok(watch.end(format!("{runs} runs resumed by one event"), last))
}

fn waiting() -> Value {
    json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["opened"]},
        "opened": {
            "type": "wait",
            "payload": {
                "timeoutMs": 3_600_000, "triggerType": "event",
                "triggerConfig": {
                    "pattern": "market.*",
                    "condition": {"$and": [{"payload.price": {"$gt": 10}}]},
                    "mapping": {"price": "payload.price || 0"},
                },
            },
            "children": ["tell"],
        },
        "tell": {
            "type": "log", "branch": "resumed",
            "payload": {"message": "{{opened.result.triggerResult.price}}"},
        },
    }})
}
