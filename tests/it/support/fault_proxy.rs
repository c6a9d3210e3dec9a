//! What stands between a watcher and its node, and does to the answers what networks, providers and
//! liars do. The test says what, while it runs.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpResponse, HttpServer};
use serde_json::{Value, json};

use super::anvil::{Anvil, number};
use super::client::Client;

/// What comes back instead of an answer.
pub(crate) enum Fault {
    /// This result.
    Result(Value),
    /// An error of JSON-RPC.
    Error(i64, String),
    /// 429, with `Retry-After`.
    Busy { seconds: u64 },
    /// These words under a status of success.
    Text(&'static str),
    /// The beginning of an answer, and then nothing.
    Cut,
    /// The node's own answer, later.
    Late(Duration),
}

/// Looks at a question, and has a fault for it or none.
type Instead = Box<dyn FnMut(&str, &Value) -> Option<Fault> + Send>;
/// Changes the node's own answer to a question.
type Altered = Box<dyn FnMut(&str, &Value, &mut Value) + Send>;

struct State {
    node: SocketAddr,
    instead: Option<Instead>,
    altered: Option<Altered>,
    asked: BTreeMap<String, u64>,
}

/// A proxy of one node.
pub(crate) struct FaultProxy {
    pub(crate) address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl FaultProxy {
    /// One that does no harm until it is told to.
    pub(crate) fn before(node: &Anvil) -> Self {
        let state =
            State { node: node.address, instead: None, altered: None, asked: BTreeMap::new() };
        let state = Arc::new(Mutex::new(state));
        let data = Data::new(Arc::clone(&state));
        let server = HttpServer::new(move || {
            App::new().app_data(data.clone()).default_service(web::post().to(answer))
        })
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
        let address = server.addrs()[0];
        in_background(async { server.run().await.unwrap() });
        Self { address, state }
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap())
    }

    /// From now on it answers so where this has a fault.
    pub(crate) fn instead(
        &self,
        fault: impl FnMut(&str, &Value) -> Option<Fault> + Send + 'static,
    ) {
        self.change(|state| state.instead = Some(Box::new(fault)));
    }

    /// From now on it changes what the node answers.
    pub(crate) fn alters(&self, change: impl FnMut(&str, &Value, &mut Value) + Send + 'static) {
        self.change(|state| state.altered = Some(Box::new(change)));
    }

    /// From now on it does no harm.
    pub(crate) fn heals(&self) {
        self.change(|state| (state.instead, state.altered) = (None, None));
    }

    /// From now on it leads to another node.
    pub(crate) fn leads_to(&self, node: &Anvil) {
        self.change(|state| state.node = node.address);
    }

    /// How often a method was called.
    pub(crate) fn asked(&self, method: &str) -> u64 {
        self.change(|state| state.asked.get(method).copied().unwrap_or_default())
    }

    /// How often each method was called, and no more of it.
    pub(crate) fn calls(&self) -> BTreeMap<String, u64> {
        self.change(|state| std::mem::take(&mut state.asked))
    }

    /// The node stays where it is, and goes on answering: no block behind this one is there.
    pub(crate) fn is_stuck_at(&self, head: i64) {
        self.alters(move |method, _, result| match method {
            "eth_blockNumber" => *result = json!(format!("0x{head:x}")),
            "eth_getBlockByNumber" | "eth_getBlockByHash"
                if !result.is_null() && number(&result["number"]) > head =>
            {
                *result = Value::Null;
            }
            _ => {}
        });
    }

    /// The next so many answers about the head are behind it by so many blocks.
    pub(crate) fn goes_back(&self, blocks: i64, mut polls: u64) {
        self.alters(move |method, _, result| {
            if method == "eth_blockNumber" && polls > 0 {
                polls -= 1;
                *result = json!(format!("0x{:x}", number(result) - blocks));
            }
        });
    }
}

async fn answer(state: Data<Arc<Mutex<State>>>, body: Bytes) -> HttpResponse {
    let asked: Value = serde_json::from_slice(&body).unwrap();
    let (method, parameters) = (asked["method"].as_str().unwrap(), &asked["params"]);
    let (node, fault) = {
        let mut state = state.lock().unwrap();
        *state.asked.entry(method.to_owned()).or_default() += 1;
        let fault = state.instead.as_mut().and_then(|instead| instead(method, parameters));
        (state.node, fault)
    };
    let id = &asked["id"];
    match fault {
        Some(Fault::Result(result)) => {
            return HttpResponse::Ok().json(json!({"jsonrpc": "2.0", "id": id, "result": result}));
        }
        Some(Fault::Error(code, message)) => {
            let error = json!({"code": code, "message": message});
            return HttpResponse::Ok().json(json!({"jsonrpc": "2.0", "id": id, "error": error}));
        }
        Some(Fault::Busy { seconds }) => {
            return HttpResponse::TooManyRequests()
                .insert_header(("retry-after", seconds.to_string()))
                .finish();
        }
        Some(Fault::Text(text)) => return HttpResponse::Ok().body(text),
        Some(Fault::Cut) => {
            let parts =
                [Ok(Bytes::from_static(b"{\"jsonrpc\"")), Err(std::io::Error::other("cut"))];
            return HttpResponse::Ok().streaming(futures::stream::iter(parts));
        }
        Some(Fault::Late(time)) => tokio::time::sleep(time).await,
        None => {}
    }
    let told =
        Client::new(node, None).request("POST", "/").header("Content-Type", "application/json");
    let told = told.bytes(body.to_vec()).send().await;
    let is_altered = state.lock().unwrap().altered.is_some();
    if !is_altered {
        return HttpResponse::Ok().content_type("application/json").body(told.body);
    }
    let mut told = told.json();
    if let Some(result) = told.get_mut("result")
        && let Some(altered) = &mut state.lock().unwrap().altered
    {
        altered(method, parameters, result);
    }
    HttpResponse::Ok().json(told)
}

#[expect(clippy::disallowed_methods, reason = "tests have no supervisor; the task ends with them")]
fn in_background(task: impl Future<Output = ()> + 'static) {
    actix_web::rt::spawn(task);
}
