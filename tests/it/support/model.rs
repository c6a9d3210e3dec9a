//! A provider of language models that says what it is told to, and remembers what it was asked.

use std::collections::VecDeque;
use std::sync::Mutex;

use actix_web::http::StatusCode;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::TestApp;
use super::peer::Peer;

/// The key that the provider takes.
pub(crate) const KEY: &str = "sk-amaranth-0123456789abcdef";

/// What is answered next.
#[derive(Debug, Clone)]
pub(crate) enum Turn {
    /// Words.
    Says(&'static str),
    /// Calls of tools: id, name, arguments as a text.
    Calls(Vec<(&'static str, &'static str, String)>),
    /// Any status with this body, and a header `Retry-After`.
    Status(u16, String),
    /// Nothing, ever.
    Never,
    /// Words, once the provider is let.
    Held,
    /// The credentials that came, in words.
    Echoes,
}

/// The provider.
#[derive(Debug)]
pub(crate) struct Model {
    gate: Semaphore,
    next: Mutex<VecDeque<Turn>>,
    heard: Mutex<Vec<Value>>,
    models: Vec<&'static str>,
}

impl Model {
    /// A provider of these models.
    pub(crate) fn start(models: &[&'static str]) -> (Peer, Data<Self>) {
        let (next, heard) = <(Mutex<VecDeque<Turn>>, Mutex<Vec<Value>>)>::default();
        let model = Self { gate: Semaphore::new(0), next, heard, models: models.to_vec() };
        let model = Data::new(model);
        (Peer::with(&model, configure), model)
    }

    /// Says these next.
    pub(crate) fn script(&self, turns: impl IntoIterator<Item = Turn>) {
        self.next.lock().unwrap().extend(turns);
    }

    /// Lets those answer that are held.
    pub(crate) fn release(&self) {
        self.gate.add_permits(1_000);
    }

    /// The bodies that came since this was asked last.
    pub(crate) fn heard(&self) -> Vec<Value> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }
}

/// A connector to a provider; its id.
pub(crate) async fn connected(app: &TestApp, peer: &Peer, model: Option<&str>) -> String {
    let mut data = json!({ "host": peer.url(""), "apiKey": KEY });
    if let Some(model) = model {
        data["model"] = json!(model);
    }
    let body = json!({ "name": "Models", "type": "openai-compatible", "data": data });
    let made = app.client.post("/v1/connectors", &body).await;
    // It is found once the view has it.
    let there = format!("/v1/connectors?minPosition={}", app.head().await);
    app.client.data(&there).await;
    made.data()["id"].as_str().unwrap().to_owned()
}

fn configure(config: &mut ServiceConfig) {
    config
        .route("/v1/models", web::get().to(models))
        .route("/v1/chat/completions", web::post().to(complete));
}

async fn models(model: Data<Model>) -> HttpResponse {
    let data: Vec<_> = model.models.iter().map(|id| json!({ "id": id })).collect();
    HttpResponse::Ok().json(json!({ "object": "list", "data": data }))
}

async fn complete(request: HttpRequest, model: Data<Model>, body: web::Bytes) -> HttpResponse {
    let mut heard: Value = serde_json::from_slice(&body).unwrap();
    let shown = request.headers().get("authorization").unwrap().to_str().unwrap().to_owned();
    heard["authorization"] = json!(shown);
    model.heard.lock().unwrap().push(heard);
    let turn = model.next.lock().unwrap().pop_front().expect("the script is at its end");
    match turn {
        Turn::Says(text) => said(&json!({ "role": "assistant", "content": text })),
        Turn::Echoes => {
            said(&json!({ "role": "assistant", "content": format!("You sent {shown}") }))
        }
        Turn::Calls(calls) => {
            let calls: Vec<_> = calls
                .into_iter()
                .map(|(id, name, arguments)| {
                    json!({ "id": id, "type": "function",
                            "function": { "name": name, "arguments": arguments } })
                })
                .collect();
            said(&json!({ "role": "assistant", "content": null, "tool_calls": calls }))
        }
        Turn::Status(status, body) => HttpResponse::build(StatusCode::from_u16(status).unwrap())
            .insert_header(("Retry-After", "7"))
            .body(body),
        Turn::Held => {
            let _ = model.gate.acquire().await;
            said(&json!({ "role": "assistant", "content": "At last." }))
        }
        Turn::Never => std::future::pending().await,
    }
}

fn said(message: &Value) -> HttpResponse {
    HttpResponse::Ok().json(json!({
        "choices": [{ "index": 0, "message": message, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 120, "completion_tokens": 8 },
    }))
}
