//! A node of a development chain, and one who counts what it is asked.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpResponse, HttpServer, web};
use alloy_primitives::{Address, U256, hex};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use super::sitting::failed;
use crate::cli::client::Error;
use crate::egress::{Api, HeaderMap, Method};

/// How long it may take to begin.
const PATIENCE: Duration = Duration::from_secs(20);

/// A contract that makes as many transfers as it is told, with rising values:
///
/// ```solidity
/// event Transfer(address indexed from, address indexed to, uint256 value);
/// fallback() external {
///     (uint256 count, uint256 least) = abi.decode(msg.data, (uint256, uint256));
///     while (count-- > 0) emit Transfer(msg.sender, msg.sender, least + count);
/// }
/// ```
///
/// By hand, so that no compiler is needed to measure:
///
/// ```text
///     PUSH1 0 CALLDATALOAD                                  count
/// 03  JUMPDEST DUP1 ISZERO PUSH1 0x40 JUMPI                 while it is not 0
///     PUSH1 1 SWAP1 SUB                                     count - 1
///     DUP1 PUSH1 0x20 CALLDATALOAD ADD PUSH1 0 MSTORE       least + count
///     CALLER CALLER PUSH32 topic PUSH1 0x20 PUSH1 0 LOG3 PUSH1 0x03 JUMP
/// 40  JUMPDEST STOP
/// ```
const CONTRACT: [u8; 78] = hex!(
    "6042600c60003960426000f3"
    "6000355b8015604057600190038060203501600052"
    "33337fddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
    "60206000a3600356"
    "5b00"
);

/// A node that makes a block when it is told to. It ends with whoever holds it.
pub(super) struct Node {
    /// Where it answers.
    pub(super) url: String,
    /// The contract on it.
    pub(super) contract: Address,
    api: Api,
    from: Value,
    _child: Child,
}

impl Node {
    /// Starts anvil with the contract on it.
    pub(super) async fn start(program: &Path) -> Result<Self, Error> {
        if !program.exists() {
            return Err(Error::Outcome(format!(
                "{} is not there: run scripts/get-chain, or name an anvil with --anvil",
                program.display()
            )));
        }
        let mut child = Command::new(program)
            .args(["--host", "127.0.0.1", "--port", "0", "--no-mining"])
            .args(["--chain-id", "31337", "--hardfork", "cancun", "--gas-limit", "100000000"])
            .args(["--max-persisted-states", "0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| failed("starting anvil", &error))?;
        let output = child.stdout.take().expect("its output is a pipe");
        let mut lines = BufReader::new(output).lines();
        let address = async {
            while let Some(line) = lines.next_line().await.ok().flatten() {
                if let Some(address) = line.strip_prefix("Listening on ") {
                    return Some(address.to_owned());
                }
            }
            None
        };
        let address = tokio::time::timeout(PATIENCE, address).await.ok().flatten();
        let address =
            address.ok_or_else(|| Error::Outcome("anvil did not say where it is".to_owned()))?;
        // It is read to the end, or anvil would wait for a reader.
        actix_rt::Arbiter::current()
            .spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let url = format!("http://{address}");
        let api = Api::new(&url, None).map_err(|error| failed("the node", &error))?;
        let (contract, from) = (Address::ZERO, Value::Null);
        let mut node = Self { url, contract, api, from, _child: child };
        node.from = node.ask("eth_accounts", json!([])).await?[0].take();
        let hash = node.send(None, &hex::encode_prefixed(CONTRACT)).await?;
        node.mine().await?;
        let receipt = node.ask("eth_getTransactionReceipt", json!([hash])).await?;
        let contract = receipt["contractAddress"].as_str().and_then(|text| text.parse().ok());
        node.contract =
            contract.ok_or_else(|| Error::Outcome("the node took no contract".to_owned()))?;
        Ok(node)
    }

    /// Asks it.
    pub(super) async fn ask(&self, method: &str, parameters: Value) -> Result<Value, Error> {
        let asked = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters});
        let told = self.api.call(Method::POST, "/", HeaderMap::new(), Some(&asked)).await;
        let mut told = told.map_err(|error| failed("asking the node", &error))?.body;
        match told.get("error") {
            Some(error) => Err(Error::Outcome(format!("the node refuses {method}: {error}"))),
            None => Ok(told["result"].take()),
        }
    }

    /// Sends a transaction that makes so many logs, the least of the value `least`.
    pub(super) async fn logs(&self, count: u64, least: u64) -> Result<(), Error> {
        let words = [U256::from(count), U256::from(least)].map(|word| word.to_be_bytes::<32>());
        self.send(Some(self.contract), &hex::encode_prefixed(words.concat())).await.map(drop)
    }

    /// The nonce that its account uses next.
    pub(super) async fn nonce(&self) -> Result<u64, Error> {
        let next = self.ask("eth_getTransactionCount", json!([self.from, "pending"])).await?;
        number(&next).ok_or_else(|| Error::Outcome("the node has no next nonce".to_owned()))
    }

    /// Sends a wei to somebody. Of several at the same time the node would give some the same nonce, so
    /// it is told.
    pub(super) async fn pay(&self, to: &str, nonce: u64) -> Result<(), Error> {
        let order = json!({
            "from": self.from, "to": to, "value": "0x1", "gas": "0x5208", "nonce": format!("{nonce:#x}"),
        });
        self.ask("eth_sendTransaction", json!([order])).await.map(drop)
    }

    /// Makes a block of what was sent.
    pub(super) async fn mine(&self) -> Result<(), Error> {
        self.ask("evm_mine", json!([])).await.map(drop)
    }

    /// The number of the last block.
    pub(super) async fn head(&self) -> Result<u64, Error> {
        let last = self.ask("eth_blockNumber", json!([])).await?;
        number(&last).ok_or_else(|| Error::Outcome("the node has no last block".to_owned()))
    }

    async fn send(&self, to: Option<Address>, data: &str) -> Result<Value, Error> {
        let mut order = json!({
            "from": self.from, "data": data, "gas": "0x1000000", "gasPrice": "0x77359400",
        });
        if let Some(to) = to {
            order["to"] = json!(to);
        }
        self.ask("eth_sendTransaction", json!([order])).await
    }
}

fn number(told: &Value) -> Option<u64> {
    u64::from_str_radix(told.as_str()?.strip_prefix("0x")?, 16).ok()
}

/// Hands on what a node is asked, and counts it by its method.
pub(super) struct Counter {
    /// Where it listens.
    pub(super) url: String,
    calls: Arc<Mutex<BTreeMap<String, u64>>>,
    handle: ServerHandle,
}

impl Counter {
    /// Before a node.
    pub(super) fn before(node: &Node) -> Result<Self, Error> {
        let listener = TcpListener::bind("127.0.0.1:0");
        let listener = listener.map_err(|error| failed("listening", &error))?;
        let address = listener.local_addr().map_err(|error| failed("listening", &error))?;
        let calls: Arc<Mutex<BTreeMap<String, u64>>> = Arc::default();
        let (counted, api) = (Arc::clone(&calls), node.api.clone());
        let server = HttpServer::new(move || {
            let (counted, api) = (Arc::clone(&counted), api.clone());
            App::new().default_service(web::to(move |asked: web::Json<Value>| {
                hand_on(Arc::clone(&counted), api.clone(), asked.into_inner())
            }))
        });
        let server = server.workers(1).disable_signals().listen(listener);
        let server = server.map_err(|error| failed("listening", &error))?.run();
        let handle = server.handle();
        actix_rt::Arbiter::current().spawn(async move {
            if let Err(error) = server.await {
                tracing::error!("the counter ended: {error}");
            }
        });
        Ok(Self { url: format!("http://{address}"), calls, handle })
    }

    /// What was asked since this was called last, by method.
    pub(super) fn take(&self) -> BTreeMap<String, u64> {
        std::mem::take(&mut self.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Stops it.
    pub(super) async fn stop(self) {
        self.handle.stop(false).await;
    }
}

async fn hand_on(calls: Arc<Mutex<BTreeMap<String, u64>>>, api: Api, asked: Value) -> HttpResponse {
    let all = asked.as_array().map_or(std::slice::from_ref(&asked), Vec::as_slice);
    {
        let mut calls = calls.lock().unwrap_or_else(PoisonError::into_inner);
        for call in all {
            let method = call["method"].as_str().unwrap_or("?").to_owned();
            *calls.entry(method).or_default() += 1;
        }
    }
    match api.call(Method::POST, "/", HeaderMap::new(), Some(&asked)).await {
        Ok(told) => HttpResponse::Ok().json(told.body),
        Err(error) => HttpResponse::BadGateway().body(error.to_string()),
    }
}
