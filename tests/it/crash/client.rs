//! A client that insists: the server may be down, and what it asks for is asked for once.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chainkeel::egress::{Api, HeaderMap, HeaderName, HeaderValue, Method};
use futures::StreamExt as _;
use serde_json::{Value, json};

use super::server::KEY;

/// How long an answer, or the end of a run, may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// A client of a server that moves with each start.
#[derive(Clone)]
pub(crate) struct Client {
    url: Arc<Mutex<String>>,
    key: String,
}

impl Client {
    pub(crate) fn of(url: &str) -> Self {
        Self { url: Arc::new(Mutex::new(url.to_owned())), key: KEY.to_owned() }
    }

    /// The same server with another key; both move together.
    pub(crate) fn with_key(&self, key: &str) -> Self {
        Self { url: Arc::clone(&self.url), key: key.to_owned() }
    }

    /// The server is somewhere else now.
    pub(crate) fn moves_to(&self, url: &str) {
        url.clone_into(&mut self.url.lock().unwrap());
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.insist(Method::GET, path, None, None).await
    }

    /// Posts until there is an answer; the key makes sure that it counts once.
    pub(crate) async fn post(&self, path: &str, key: &str, body: &Value) -> Value {
        self.insist(Method::POST, path, Some(key), Some(body)).await
    }

    /// Puts until there is an answer; the key makes sure that it counts once.
    pub(crate) async fn put(&self, path: &str, key: &str, body: &Value) -> Value {
        self.insist(Method::PUT, path, Some(key), Some(body)).await
    }

    /// Creates and publishes a workflow; its id.
    pub(crate) async fn publish(&self, definition: &Value) -> String {
        self.publish_as("crashes", definition).await
    }

    /// The same of this name, one of many.
    pub(crate) async fn publish_as(&self, name: &str, definition: &Value) -> String {
        let body = json!({"name": name, "definition": definition});
        let workflow = self.post("/v1/workflows", &format!("create {name}"), &body).await;
        let id = workflow["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/workflows/{id}/publish");
        self.post(&path, &format!("publish {name}"), &json!({})).await;
        id
    }

    /// Starts this many runs, one after the other, under keys of their own; their ids.
    pub(crate) async fn start(&self, workflow: &str, runs: usize) -> Vec<String> {
        let mut started = Vec::new();
        for n in 0..runs {
            let path = format!("/v1/workflows/{workflow}/run");
            let body = json!({"payload": {"n": n}});
            let run = self.post(&path, &format!("start-{n}"), &body).await;
            started.push(run["runId"].as_str().unwrap().to_owned());
        }
        started
    }

    /// Waits until all of them have succeeded.
    pub(crate) async fn all_succeed(&self, runs: &[String]) {
        for run in runs {
            let give_up = Instant::now() + PATIENCE;
            let mut status = Value::Null;
            while status != "success" && Instant::now() < give_up {
                let shown = self.get(&format!("/v1/runs/{run}?summary=true")).await;
                status = shown["status"].clone();
                actix_web::rt::time::sleep(Duration::from_millis(20)).await;
            }
            assert_eq!(status, "success", "run {run}");
        }
    }

    /// Waits until a run is over; the run.
    pub(crate) async fn ended(&self, run: &str) -> Value {
        let give_up = Instant::now() + PATIENCE;
        loop {
            let shown = self.get(&format!("/v1/runs/{run}")).await;
            if !shown["finishedAt"].is_null() {
                return shown;
            }
            assert!(Instant::now() < give_up, "run {run} is not over after {PATIENCE:?}");
            actix_web::rt::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn insist(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> Value {
        let give_up = Instant::now() + PATIENCE;
        loop {
            if let Some(data) = self.call(method.clone(), path, key, body).await {
                return data;
            }
            assert!(Instant::now() < give_up, "{method} {path} had no answer for {PATIENCE:?}");
            actix_web::rt::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What is there as it stands; empty where there is no answer.
    pub(crate) async fn text(&self, path: &str) -> String {
        let url = self.url.lock().unwrap().clone();
        let api = Api::new(&url, Some(&self.key)).unwrap();
        let Ok((_, parts)) = api.download(path).await else { return String::new() };
        let parts: Vec<_> = parts.map(Result::unwrap_or_default).collect().await;
        String::from_utf8(parts.concat()).unwrap()
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> Option<Value> {
        let url = self.url.lock().unwrap().clone();
        let mut headers = HeaderMap::new();
        if let Some(key) = key {
            let key = HeaderValue::from_str(key).unwrap();
            headers.insert(HeaderName::from_static("idempotency-key"), key);
        }
        let api = Api::new(&url, Some(&self.key)).unwrap();
        let answer = api.call(method, path, headers, body).await.ok()?;
        answer.status.is_success().then(|| answer.body["data"].clone())
    }
}
