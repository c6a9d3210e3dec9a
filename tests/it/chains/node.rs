//! A node that answers as a test tells it: honestly, or with what real ones get wrong.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use actix_web::web::{self, Data, Json};
use actix_web::{App, HttpResponse, HttpServer};
use chainkeel::chains::{Address, B256, Bloom, ChainReader, Chains, Config};
use chainkeel::primitives::{ChainId, Clock, Secret};
use serde_json::{Value, json};

/// What a node says to one question.
pub(super) enum Said {
    Result(Value),
    Error(i64, &'static str),
    Busy { seconds: u64 },
    Text(&'static str),
}

/// Looks at a question, and says something, or leaves it to the honest node.
pub(super) type Twist = Box<dyn FnMut(&str, &Value) -> Option<Said> + Send>;

/// A chain with so many logs in each block, of one contract and one topic.
#[derive(Clone)]
pub(super) struct Ledger {
    pub(super) id: u64,
    pub(super) height: Arc<AtomicU64>,
    pub(super) logs: Arc<BTreeMap<u64, u64>>,
}

pub(super) struct Node {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
    twist: Arc<Mutex<Option<Twist>>>,
}

pub(super) fn contract() -> Address {
    Address::repeat_byte(0xc0)
}

pub(super) fn topic() -> B256 {
    B256::repeat_byte(0x70)
}

pub(super) fn hash(number: u64) -> B256 {
    let mut hash = B256::repeat_byte(0xb1);
    hash[24..].copy_from_slice(&number.to_be_bytes());
    hash
}

fn transaction(number: u64) -> B256 {
    let mut hash = hash(number);
    hash[0] = 0x7a;
    hash
}

impl Ledger {
    pub(super) fn new(height: u64, logs: impl IntoIterator<Item = (u64, u64)>) -> Self {
        let logs = Arc::new(logs.into_iter().collect());
        Self { id: 31_337, height: Arc::new(AtomicU64::new(height)), logs }
    }

    fn header(&self, number: u64) -> Value {
        if number > self.height.load(Ordering::Relaxed) {
            return Value::Null;
        }
        let mut bloom = Bloom::ZERO;
        if self.logs.get(&number).is_some_and(|count| *count > 0) {
            bloom.accrue_raw_log(contract(), &[topic()]);
        }
        json!({
            "number": format!("0x{number:x}"), "hash": hash(number),
            "parentHash": hash(number.saturating_sub(1)), "logsBloom": bloom,
            "timestamp": format!("0x{:x}", 1_000 + number), "transactions": [],
        })
    }

    pub(super) fn logs_of(&self, number: u64) -> Vec<Value> {
        let count = self.logs.get(&number).copied().unwrap_or(0);
        let log = |index: u64| {
            json!({
                "address": contract(), "topics": [topic()], "data": "0x",
                "blockNumber": format!("0x{number:x}"), "blockHash": hash(number),
                "transactionHash": transaction(number), "transactionIndex": "0x0",
                "logIndex": format!("0x{index:x}"),
            })
        };
        (0..count).map(log).collect()
    }

    fn receipts(&self, number: u64) -> Value {
        let logs = self.logs_of(number);
        if logs.is_empty() {
            return json!([]);
        }
        json!([{
            "transactionHash": transaction(number), "transactionIndex": "0x0",
            "blockHash": hash(number), "blockNumber": format!("0x{number:x}"), "status": "0x1",
            "from": contract(), "to": contract(), "contractAddress": null, "logs": logs,
        }])
    }

    fn answer(&self, method: &str, asked: &Value) -> Value {
        let height = self.height.load(Ordering::Relaxed);
        match method {
            "eth_chainId" => json!(format!("0x{:x}", self.id)),
            "eth_blockNumber" => json!(format!("0x{height:x}")),
            "eth_getBlockByNumber" => match asked[0].as_str().unwrap() {
                "safe" => self.header(height.saturating_sub(1)),
                "finalized" => self.header(height.saturating_sub(2)),
                number => self.header(number_of(number)),
            },
            "eth_getBlockByHash" => self.header(number_in(&asked[0])),
            "eth_getBlockReceipts" => self.receipts(number_in(&asked[0])),
            "eth_getLogs" => {
                json!(range(&asked[0]).flat_map(|n| self.logs_of(n)).collect::<Vec<_>>())
            }
            other => panic!("nobody asks for {other}"),
        }
    }
}

/// Which blocks logs are asked of.
pub(super) fn range(asked: &Value) -> std::ops::RangeInclusive<u64> {
    if let Some(text) = asked.get("blockHash") {
        let number = number_in(text);
        return number..=number;
    }
    let end = |name: &str| number_of(asked[name].as_str().unwrap());
    end("fromBlock")..=end("toBlock")
}

fn number_of(text: &str) -> u64 {
    u64::from_str_radix(text.strip_prefix("0x").unwrap(), 16).unwrap()
}

fn number_in(hash: &Value) -> u64 {
    number_of(&format!("0x{}", &hash.as_str().unwrap()[50..]))
}

impl Node {
    pub(super) fn start(ledger: &Ledger) -> Self {
        Self::with(ledger, |_, _| None)
    }

    pub(super) fn with(
        ledger: &Ledger,
        twist: impl FnMut(&str, &Value) -> Option<Said> + Send + 'static,
    ) -> Self {
        let asked = Arc::<AtomicUsize>::default();
        let twist: Arc<Mutex<Option<Twist>>> = Arc::new(Mutex::new(Some(Box::new(twist))));
        let state = Data::new((ledger.clone(), twist.clone(), asked.clone()));
        let server = HttpServer::new(move || {
            App::new().app_data(state.clone()).default_service(web::post().to(answer))
        })
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
        let address = server.addrs()[0];
        in_background(async { server.run().await.unwrap() });
        Self { address, asked, twist }
    }

    /// From now on it is honest.
    pub(super) fn heals(&self) {
        *self.twist.lock().unwrap() = None;
    }

    pub(super) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

type State = (Ledger, Arc<Mutex<Option<Twist>>>, Arc<AtomicUsize>);

async fn answer(state: Data<State>, body: Json<Value>) -> HttpResponse {
    let (ledger, twist, count) = &**state;
    count.fetch_add(1, Ordering::Relaxed);
    let (method, asked) = (body["method"].as_str().unwrap(), &body["params"]);
    let said = twist.lock().unwrap().as_mut().and_then(|twist| twist(method, asked));
    let id = &body["id"];
    match said.unwrap_or_else(|| Said::Result(ledger.answer(method, asked))) {
        Said::Result(result) => {
            HttpResponse::Ok().json(json!({ "jsonrpc": "2.0", "id": id, "result": result }))
        }
        Said::Error(code, message) => HttpResponse::Ok().json(json!({
            "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message },
        })),
        Said::Busy { seconds } => HttpResponse::TooManyRequests()
            .insert_header(("retry-after", seconds.to_string()))
            .finish(),
        Said::Text(text) => HttpResponse::Ok().body(text),
    }
}

#[expect(clippy::disallowed_methods, reason = "tests have no supervisor; the task ends with them")]
fn in_background(task: impl Future<Output = ()> + 'static) {
    actix_web::rt::spawn(task);
}

/// Chains whose development chain is read from these nodes.
pub(super) fn chains(nodes: &[&Node], clock: Arc<dyn Clock>) -> Chains {
    let urls = nodes.iter().map(|node| format!("31337=http://{}/secret-key", node.address));
    let endpoints = urls.collect::<Vec<_>>().join(",");
    let config = Config { endpoints: Some(Secret::new(endpoints)) };
    Chains::new(&config, &chainkeel::egress::Config::default(), clock).unwrap()
}

pub(super) fn reader(chains: &Chains) -> Arc<dyn ChainReader> {
    chains.reader(ChainId(31_337)).unwrap()
}
