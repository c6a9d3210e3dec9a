//! Those who use the house meanwhile: each asks a node, and another one when that one does not answer, under the
//! key of what it wants. And the other side of what runs do.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use chainkeel::egress::{Api, HeaderMap, HeaderValue, Method};
use futures::StreamExt as _;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::house::{House, NODES};
use crate::crash::server::KEY;
use crate::support::peer::Peer;

/// How many start runs at a time.
const STARTERS: usize = 6;
/// How long an answer may take before another node is asked.
const ANSWER: Duration = Duration::from_secs(5);

/// What the other side saw.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// How often each key of an effect was seen.
    pub(super) effects: Mutex<BTreeMap<String, u32>>,
    /// What endpoints were told of the end of runs: the ids of what said so, by run.
    pub(super) told: Mutex<BTreeMap<String, BTreeSet<String>>>,
}

/// A server that runs and hooks talk to.
pub(super) fn other_side(seen: &web::Data<Seen>) -> Peer {
    Peer::with(seen, |config| {
        config.route("/effect", web::post().to(effect)).route("/told", web::post().to(told));
    })
}

async fn effect(request: HttpRequest, seen: web::Data<Seen>) -> HttpResponse {
    let key = request.headers().get("idempotency-key").unwrap().to_str().unwrap().to_owned();
    *seen.effects.lock().unwrap().entry(key).or_default() += 1;
    // Long enough that faults hit effects under way.
    sleep(Duration::from_millis(20)).await;
    HttpResponse::Ok().json(json!({}))
}

async fn told(request: HttpRequest, body: web::Json<Value>, seen: web::Data<Seen>) -> HttpResponse {
    let id = request.headers().get("webhook-id").unwrap().to_str().unwrap().to_owned();
    let run = body["runId"].as_str().unwrap().to_owned();
    seen.told.lock().unwrap().entry(run).or_default().insert(id);
    HttpResponse::NoContent().finish()
}

/// What customers were promised.
#[derive(Debug, Default)]
pub(super) struct Promised {
    /// The run of each key that was answered.
    pub(super) runs: RefCell<BTreeMap<String, String>>,
    /// Keys that were asked for, answered or not.
    pub(super) asked: Cell<usize>,
    /// Keys that were answered with one run, and then with another.
    pub(super) broken: RefCell<Vec<(String, String, String)>>,
    /// Runs of which somebody was told that their wait is over.
    pub(super) resumed: RefCell<BTreeSet<String>>,
    /// What a watcher of activity has seen, in its order: positions.
    pub(super) watched: RefCell<Vec<i64>>,
}

/// Customers of a house.
pub(super) struct Customers<'a> {
    house: &'a House,
    pub(super) promised: Promised,
}

impl<'a> Customers<'a> {
    pub(super) fn of(house: &'a House) -> Self {
        Self { house, promised: Promised::default() }
    }

    /// Asks one node; `None` where it does not answer in time, or cannot.
    async fn ask(
        &self,
        node: usize,
        (method, path): (Method, &str),
        key: Option<&str>,
        body: Option<&Value>,
    ) -> Option<Value> {
        let api = Api::new(&self.house.url(node)?, Some(KEY)).unwrap();
        let mut headers = HeaderMap::new();
        if let Some(key) = key {
            headers.insert("idempotency-key", HeaderValue::from_str(key).unwrap());
        }
        let answer =
            timeout(ANSWER, api.call(method.clone(), path, headers, body)).await.ok()?.ok()?;
        let status = answer.status.as_u16();
        // A run that is started again under its key while it is being started is told so.
        let passing = status >= 500 || status == 429 || status == 409;
        assert!(answer.status.is_success() || passing, "{method} {path}: {status} {}", answer.body);
        answer.status.is_success().then(|| answer.body["data"].clone())
    }

    /// Asks one node after the other until one has answered.
    pub(super) async fn insist(
        &self,
        asked: (Method, &str),
        key: Option<&str>,
        body: Option<&Value>,
    ) -> Value {
        let mut node = rand::random_range(0..NODES);
        loop {
            if let Some(answer) = self.ask(node, asked.clone(), key, body).await {
                return answer;
            }
            node = (node + 1) % NODES;
            sleep(Duration::from_millis(50)).await;
        }
    }

    pub(super) async fn get(&self, path: &str) -> Value {
        self.insist((Method::GET, path), None, None).await
    }

    /// A workflow that is live; its id.
    pub(super) async fn publish(&self, name: &str, definition: &Value) -> String {
        let body = json!({"name": name, "definition": definition});
        let key = format!("create {name}");
        let made = self.insist((Method::POST, "/v1/workflows"), Some(&key), Some(&body)).await;
        let id = made["id"].as_str().unwrap().to_owned();
        let (path, key) = (format!("/v1/workflows/{id}/publish"), format!("publish {name}"));
        self.insist((Method::POST, &path), Some(&key), Some(&json!({}))).await;
        id
    }

    /// Starts runs of both, and answers those that wait, until it is over.
    pub(super) async fn work(&self, effects: &str, waits: &str, is_over: impl Fn() -> bool) {
        let starters = futures::stream::iter(0..STARTERS);
        let starting = starters.for_each_concurrent(STARTERS, async |starter| {
            let mut number = 0;
            while !is_over() {
                number += 1;
                let workflow = if number % 3 == 0 { waits } else { effects };
                let key = format!("{starter}-{number}");
                let run = self.start(workflow, &key).await;
                if workflow == waits {
                    self.resume(&run).await;
                }
                sleep(Duration::from_millis(rand::random_range(100..500))).await;
            }
        });
        let watching = async {
            while !is_over() {
                self.watch(&is_over).await;
            }
        };
        futures::join!(starting, watching);
    }

    async fn start(&self, workflow: &str, key: &str) -> String {
        self.promised.asked.set(self.promised.asked.get() + 1);
        let path = format!("/v1/workflows/{workflow}/run");
        let body = json!({"payload": {"n": key}});
        let started = self.insist((Method::POST, &path), Some(key), Some(&body)).await;
        let run = started["runId"].as_str().unwrap().to_owned();
        // Whoever asks again is told of the same run, by whichever node.
        let again = self.insist((Method::POST, &path), Some(key), Some(&body)).await;
        let again = again["runId"].as_str().unwrap();
        if again != run {
            self.promised.broken.borrow_mut().push((key.to_owned(), run.clone(), again.to_owned()));
        }
        self.promised.runs.borrow_mut().insert(key.to_owned(), run.clone());
        run
    }

    async fn resume(&self, run: &str) {
        let path = format!("/v1/runs/{run}/nodes/approval/resume");
        let (key, body) = (format!("resume {run}"), json!({"data": {"n": run}}));
        self.insist((Method::POST, &path), Some(&key), Some(&body)).await;
        self.promised.resumed.borrow_mut().insert(run.to_owned());
    }

    /// Watches until it has seen what is at this position.
    pub(super) async fn watch_to(&self, position: i64) {
        let has_seen =
            || self.promised.watched.borrow().last().is_some_and(|last| *last >= position);
        while !has_seen() {
            self.watch(&has_seen).await;
        }
    }

    /// Watches what happens through one node, from behind what was seen, until that ends or is over.
    async fn watch(&self, is_over: &impl Fn() -> bool) {
        let Some(url) = self.house.url(rand::random_range(0..NODES)) else {
            return sleep(Duration::from_millis(100)).await;
        };
        let api = Api::new(&url, Some(KEY)).unwrap();
        let last = self.promised.watched.borrow().last().copied().unwrap_or(0).to_string();
        let opened = timeout(ANSWER, api.events("/v1/activity/stream", Some(&last))).await;
        let Ok(Ok((status, mut bytes))) = opened else { return };
        if !status.is_success() {
            return sleep(Duration::from_millis(100)).await;
        }
        let mut text = String::new();
        while let Ok(Some(Ok(piece))) = timeout(ANSWER, bytes.next()).await {
            text.push_str(&String::from_utf8_lossy(&piece));
            while let Some(end) = text.find("\n\n") {
                let event: String = text.drain(..end + 2).collect();
                let id = event.lines().find_map(|line| line.strip_prefix("id: "));
                self.promised.watched.borrow_mut().extend(id.map(|id| id.parse::<i64>().unwrap()));
            }
            if is_over() {
                return;
            }
        }
    }
}
