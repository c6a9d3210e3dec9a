//! `bench hooks`: signed deliveries a second, to one endpoint and to many, beside what the same HTTP client does
//! with the same receiver when nobody signs, writes or keeps anything; and what one that never answers costs the
//! others.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use serde::Serialize;
use serde_json::{Value, json};

use super::drive;
use super::receiver::Receiver;
use super::sitting::{Sitting, Steps, failed};
use super::workflows::{Shape, input};
use crate::cli::client::{Client, Error};
use crate::cli::workflow::text_of;
use crate::egress::{self, Egress, HeaderMap, HeaderValue, Method, Redirects, Request, header};

const HOOKS: &str = "/v1/execution-webhooks";
/// How many requests of the bare loop are under way: as many as the house has to one endpoint.
const TO_ONE: usize = 8;
/// The same to many endpoints: enough to keep both sides busy.
const TO_MANY: usize = 64;
/// A body as a delivery has it.
const BODY: &str = r#"{"id":"hdl_00000000000000000000000000","type":"node.succeeded","createdAt":"2026-11-30T12:00:00.000Z","organizationId":"org_00000000000000000000000000","workflowId":"wf_00000000000000000000000000","runId":"run_00000000000000000000000000","sequence":4,"position":120,"data":{"node":"names","nodeType":"pluck","attempt":1,"branch":null}}"#;
/// How often it is looked whether everything has come.
const LOOK: Duration = Duration::from_millis(20);
/// How long deliveries may take.
const PATIENCE: Duration = Duration::from_mins(5);
/// Where the one is that never answers.
pub(super) const DEAD: &str = "dead";

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    /// Deliveries to the one endpoint, and to all of the many together.
    pub(super) deliveries: usize,
    /// How many endpoints many are, 2 to 100.
    pub(super) endpoints: usize,
}

/// How it went.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Measured {
    /// Requests a second of the bare loop, as many under way as to one endpoint and as to many.
    bare_to_one_per_second: f64,
    bare_to_many_per_second: f64,
    one: Delivered,
    many: Delivered,
    /// The same, where one of them never answers; counted without that one.
    beside_a_dead_one: Delivered,
}

/// Deliveries that came.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
struct Delivered {
    endpoints: usize,
    deliveries: usize,
    per_second: f64,
    /// From the order until the last had come, in seconds.
    seconds: f64,
    /// From the order until the first endpoint, and the slowest, had all of theirs, in seconds.
    first_done: f64,
    last_done: f64,
}

impl Measured {
    /// As people read it.
    pub(super) fn lines(&self) -> Vec<String> {
        let share = |of: &Delivered, bare: f64| of.per_second / bare.max(1.0) * 100.0;
        let line = |what: &str, of: &Delivered, bare: f64| {
            format!(
                "  {what:<28} {:>7.0} deliveries/s, {:.0} % of the bare loop; {} in {:.1} s, the first endpoint done after {:.1} s, the last after {:.1} s",
                of.per_second,
                share(of, bare),
                of.deliveries,
                of.seconds,
                of.first_done,
                of.last_done,
            )
        };
        let slower = (1.0 - self.beside_a_dead_one.per_second / self.many.per_second) * 100.0;
        vec![
            "signed deliveries of what happened in runs".to_owned(),
            format!(
                "  a bare loop, {TO_ONE} under way       {:>7.0} /s",
                self.bare_to_one_per_second
            ),
            format!(
                "  a bare loop, {TO_MANY} under way      {:>7.0} /s",
                self.bare_to_many_per_second
            ),
            line("one endpoint", &self.one, self.bare_to_one_per_second),
            line(
                &format!("{} endpoints", self.many.endpoints),
                &self.many,
                self.bare_to_many_per_second,
            ),
            line(
                "the same, one of them dead",
                &self.beside_a_dead_one,
                self.bare_to_many_per_second,
            ),
            format!("  one that never answers makes the others {slower:.0} % slower"),
        ]
    }
}

/// Measures it: runs first, then endpoints that are told of them once more.
pub(super) async fn measure(
    sitting: &Sitting,
    receiver: &Receiver,
    extent: Extent,
    steps: &Steps,
) -> Result<Measured, Error> {
    let endpoints = extent.endpoints.clamp(2, 100);
    steps.show("the client alone");
    let bare_to_one_per_second = bare(receiver, TO_ONE, extent.deliveries).await?;
    let bare_to_many_per_second = bare(receiver, TO_MANY, extent.deliveries).await?;
    steps.show("runs to tell of");
    let first = sitting.house.tail.head() + 1;
    let runs = run_many(sitting, extent.deliveries).await?;
    let last = sitting.house.tail.head();
    let stage = Stage { client: &sitting.client, receiver, stretch: (first, last) };
    steps.show("one endpoint");
    let one = stage.deliver(&["0".to_owned()], runs).await?;
    steps.show("many endpoints");
    let each = (extent.deliveries / endpoints).clamp(1, runs);
    let stretch = (first, position_of((first, last), each, runs));
    let stage = Stage { stretch, ..stage };
    let paths: Vec<_> = (0..endpoints).map(|number| number.to_string()).collect();
    let expected = stage.count(&paths[0]).await?;
    let many = stage.deliver(&paths, expected).await?;
    steps.show("many endpoints, one of them dead");
    let mut paths = paths;
    DEAD.clone_into(&mut paths[endpoints / 2]);
    let beside_a_dead_one = stage.deliver(&paths, expected).await?;
    Ok(Measured { bare_to_one_per_second, bare_to_many_per_second, one, many, beside_a_dead_one })
}

/// Finishes so many runs; how many.
async fn run_many(sitting: &Sitting, count: usize) -> Result<usize, Error> {
    let (client, shape) = (&sitting.client, Shape::Pure);
    let workflow = drive::publish(client, shape.name(), &shape.definition("")).await?;
    let one = |_| async {
        let run = drive::start(client, &workflow, &input()).await?;
        sitting.finishes.finished(&run).await
    };
    drive::repeat(count, 64, one).await.map(|all| all.len())
}

/// About where so many of the runs are over: they lie evenly in the stretch.
fn position_of((first, last): (i64, i64), some: usize, all: usize) -> i64 {
    let whole = i128::from(last - first);
    let part = whole * some as i128 / all.max(1) as i128;
    first + i64::try_from(part).unwrap_or_default()
}

/// Requests a second that the client of the house gets answered by the receiver, with nothing else done.
async fn bare(receiver: &Receiver, at_once: usize, count: usize) -> Result<f64, Error> {
    let opening: Result<egress::Opening, _> = receiver.opening().parse();
    let opening = opening.map_err(|error| failed("the receiver", &error))?;
    let egress = Egress::new(&egress::Config { allow: vec![opening] });
    let egress = egress.map_err(|error| failed("opening the outbound door", &error))?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let url = receiver.url("bare");
    let ask = |_| {
        let request = Request {
            method: Method::POST,
            url: url.clone(),
            headers: headers.clone(),
            body: BODY.into(),
            timeout: Duration::from_secs(15),
            max_response_bytes: 1024,
            redirects: Redirects::Return,
        };
        egress.send(request)
    };
    let began = Instant::now();
    let mut all = futures::stream::iter((0..count).map(ask)).buffer_unordered(at_once);
    while let Some(answered) = all.next().await {
        answered.map_err(|error| failed("asking the receiver", &error))?;
    }
    Ok(count as f64 / began.elapsed().as_secs_f64())
}

/// Where deliveries are ordered.
#[derive(Clone, Copy)]
struct Stage<'s> {
    client: &'s Client,
    receiver: &'s Receiver,
    stretch: (i64, i64),
}

impl Stage<'_> {
    /// Makes an endpoint for each path, has all of them told of the stretch, and waits until those that live have
    /// had `each` deliveries; then they are removed.
    async fn deliver(self, paths: &[String], each: usize) -> Result<Delivered, Error> {
        self.receiver.forget();
        let mut hooks = Vec::new();
        for path in paths {
            hooks.push(self.hook(path).await?);
        }
        let began = Instant::now();
        for hook in &hooks {
            self.replay(hook).await?;
        }
        let living: Vec<_> = paths.iter().filter(|path| *path != DEAD).collect();
        let mut done: HashMap<&str, Duration> = HashMap::new();
        while done.len() < living.len() {
            if began.elapsed() > PATIENCE {
                let came = self.receiver.came();
                return Err(Error::Outcome(format!("not all deliveries came: {came:?}")));
            }
            tokio::time::sleep(LOOK).await;
            let came = self.receiver.came();
            for path in &living {
                if came.get(*path).is_some_and(|count| *count >= each) {
                    done.entry(path.as_str()).or_insert_with(|| began.elapsed());
                }
            }
        }
        let seconds = began.elapsed().as_secs_f64();
        for hook in &hooks {
            self.client.delete(&format!("{HOOKS}/{hook}")).await?;
        }
        let deliveries = each * living.len();
        let times = || done.values().map(Duration::as_secs_f64);
        Ok(Delivered {
            endpoints: paths.len(),
            deliveries,
            per_second: deliveries as f64 / seconds,
            seconds,
            first_done: times().fold(f64::MAX, f64::min),
            last_done: times().fold(0.0, f64::max),
        })
    }

    /// How many deliveries the stretch makes for an endpoint.
    async fn count(self, path: &str) -> Result<usize, Error> {
        self.receiver.forget();
        let hook = self.hook(path).await?;
        self.replay(&hook).await?;
        let began = Instant::now();
        loop {
            tokio::time::sleep(LOOK * 10).await;
            let shown = self.client.get(&format!("{HOOKS}/{hook}")).await?;
            let is_over = shown["replays"] == 0 && shown["waiting"] == 0;
            let came = self.receiver.came().get(path).copied().unwrap_or_default();
            if (is_over && came > 0) || began.elapsed() > PATIENCE {
                break;
            }
        }
        self.client.delete(&format!("{HOOKS}/{hook}")).await?;
        Ok(self.receiver.came().get(path).copied().unwrap_or_default())
    }

    async fn hook(self, path: &str) -> Result<String, Error> {
        let body = json!({
            "name": format!("bench {path}"),
            "url": self.receiver.url(path),
            "subscribedEventTypes": ["run.completed"],
        });
        let made: Value = self.client.post(HOOKS, &body).await?;
        Ok(text_of(&made, "id").to_owned())
    }

    async fn replay(self, hook: &str) -> Result<(), Error> {
        let (from, to) = self.stretch;
        let stretch = json!({ "from": from, "to": to });
        self.client.post(&format!("{HOOKS}/{hook}/replay"), &stretch).await.map(drop)
    }
}
