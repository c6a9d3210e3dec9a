//! A real Ethereum node of the test's own, anvil, and the contracts of `tests/contracts` on it:
//! `scripts/get-chain` fetches the one and compiles the others.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use alloy_primitives::{Address, B256, Bytes, U256, hex, keccak256};
use serde_json::{Value, json};

use super::client::Client;

/// Where `scripts/get-chain` puts the node.
const PLACE: &str = "target/tools/anvil-1.7.1/anvil";
/// Where it puts the contracts, each in hexadecimal.
const CONTRACTS: &str = "target/tools/contracts";
/// Where it puts those of Safe, as their compiler described them.
const SAFE: &str = "target/tools/safe-1.4.1";
/// How long it may take to begin.
const PATIENCE: Duration = Duration::from_secs(20);
/// Accounts that may send: each transaction of [`Anvil::sent`] has one of its own, so that one that
/// is gone holds no other one up.
const ACCOUNTS: usize = 120;

/// What a transaction is to do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order {
    /// How many transfers it makes.
    pub(crate) count: u64,
    /// The value of the last of them; the others are one, two, … more.
    pub(crate) least: u64,
    /// To whom.
    pub(crate) to: Address,
    /// Whether it is reverted in the end.
    pub(crate) undone: bool,
}

/// A signed transaction, which is in no block by itself.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) hash: B256,
    pub(crate) logs: u64,
    raw: Bytes,
}

/// A node. It ends with its test.
pub(crate) struct Anvil {
    pub(crate) address: SocketAddr,
    child: Child,
    accounts: Vec<Address>,
    used: AtomicUsize,
}

impl Order {
    /// So many transfers to somebody.
    pub(crate) fn of(count: u64) -> Self {
        Self { count, least: 1, to: Address::repeat_byte(0xaa), undone: false }
    }

    fn data(self) -> Bytes {
        let words = [
            U256::from(self.count),
            U256::from(self.least),
            U256::from_be_bytes(self.to.into_word().0),
            U256::from(u64::from(self.undone)),
        ];
        words.iter().flat_map(U256::to_be_bytes::<32>).collect::<Vec<_>>().into()
    }
}

#[expect(clippy::disallowed_methods, reason = "whoever has an anvil of their own names it so")]
fn program() -> PathBuf {
    let place = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(PLACE);
    let program = std::env::var_os("ANVIL").map_or(place, PathBuf::from);
    assert!(
        program.exists(),
        "{} is not there: run scripts/get-chain, or name an anvil in ANVIL",
        program.display()
    );
    program
}

impl Anvil {
    /// A node of the development chain, which mines when it is told to.
    pub(crate) async fn start() -> Self {
        Self::with(&["--chain-id", "31337"]).await
    }

    /// A node that goes on where another one is, on a branch of its own.
    pub(crate) async fn branch_of(other: &Self) -> Self {
        Self::with(&["--fork-url", &format!("http://{}", other.address)]).await
    }

    pub(crate) async fn with(arguments: &[&str]) -> Self {
        let accounts = ACCOUNTS.to_string();
        // It goes also when the test is killed.
        let mut child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "--"])
            .arg(program())
            .args(["--host", "127.0.0.1", "--port", "0", "--no-mining", "--order", "fifo"])
            .args(["--hardfork", "cancun", "--gas-limit", "100000000", "--accounts", &accounts])
            .args(["--slots-in-an-epoch", "64", "--timestamp", "1790000000"])
            // What it would keep of old states takes gigabytes of the home directory, for ever.
            .args(["--max-persisted-states", "0", "--cache-path", env!("CARGO_TARGET_TMPDIR")])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("anvil starts");
        let output = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            // It is read to the end, or anvil would wait for a reader.
            for line in output.lines().map_while(Result::ok) {
                let address = line.strip_prefix("Listening on ").and_then(|it| it.parse().ok());
                if let Some(address) = address {
                    let _ = tell.send(address);
                }
            }
        });
        let address = told.recv_timeout(PATIENCE).expect("anvil says where it listens");
        let mut anvil = Self { address, child, accounts: Vec::new(), used: AtomicUsize::new(1) };
        let accounts = anvil.ask("eth_accounts", &json!([])).await;
        anvil.accounts = serde_json::from_value(accounts).unwrap();
        anvil
    }

    /// Asks it.
    pub(crate) async fn ask(&self, method: &str, parameters: &Value) -> Value {
        let asked = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters});
        let told = Client::new(self.address, None).post("/", &asked).await.json();
        assert_eq!(told.get("error"), None, "{method} {parameters}");
        told["result"].clone()
    }

    /// So many blocks, of which the first has what was sent.
    pub(crate) async fn mine(&self, blocks: u64) {
        self.ask("anvil_mine", &json!([format!("0x{blocks:x}")])).await;
    }

    /// The contract of the tests, in a block of its own.
    pub(crate) async fn deployed(&self) -> Address {
        self.deployed_as("Transfers").await
    }

    /// The contract of that name, in a block of its own, made by the first account.
    pub(crate) async fn deployed_as(&self, name: &str) -> Address {
        let place = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(CONTRACTS);
        let place = place.join(format!("{name}.bin"));
        let code = std::fs::read_to_string(&place);
        let code = code
            .unwrap_or_else(|_| panic!("{} is not there: run scripts/get-chain", place.display()));
        self.made(&format!("0x{code}")).await
    }

    /// A contract of Safe, in a block of its own, made by the first account with these arguments.
    pub(crate) async fn deployed_of_safe(&self, name: &str, arguments: &[u8]) -> Address {
        let place = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(SAFE);
        let place = place.join(format!("{name}.json"));
        let file = std::fs::read(&place);
        let file = file
            .unwrap_or_else(|_| panic!("{} is not there: run scripts/get-chain", place.display()));
        let file: Value = serde_json::from_slice(&file).unwrap();
        let code = file["bytecode"].as_str().unwrap();
        self.made(&format!("{code}{}", hex::encode(arguments))).await
    }

    /// The contract that this code makes, in a block of its own.
    async fn made(&self, code: &str) -> Address {
        let hash = self.sends(json!({ "data": code, "gas": "0x600000" })).await;
        self.mine(1).await;
        let receipt = self.ask("eth_getTransactionReceipt", &json!([hash])).await;
        serde_json::from_value(receipt["contractAddress"].clone()).unwrap()
    }

    /// Sends a transaction from the first account, which waits for a block; its hash.
    pub(crate) async fn sends(&self, mut transaction: Value) -> B256 {
        transaction["from"] = json!(self.accounts[0]);
        transaction["gasPrice"] = json!("0x77359400");
        let hash = self.ask("eth_sendTransaction", &json!([transaction])).await;
        serde_json::from_value(hash).unwrap()
    }

    /// An account that may send, by its number.
    pub(crate) fn account(&self, at: usize) -> Address {
        self.accounts[at]
    }

    /// A transaction that calls the contract, from an account that has sent nothing before.
    pub(crate) async fn sent(&self, contract: Address, order: Order) -> Sent {
        let from = self.accounts[self.used.fetch_add(1, Ordering::Relaxed)];
        let gas = 60_000 + order.count * 2_300;
        let transaction = json!([{
            "from": from, "to": contract, "data": order.data(), "nonce": "0x0",
            "gas": format!("0x{gas:x}"), "gasPrice": "0x77359400",
        }]);
        let raw = self.ask("eth_signTransaction", &transaction).await;
        let raw: Bytes = serde_json::from_value(raw).unwrap();
        let logs = if order.undone { 0 } else { order.count };
        Sent { hash: keccak256(&raw), logs, raw }
    }

    /// A block with these transactions.
    pub(crate) async fn block(&self, sent: &[&Sent]) {
        for sent in sent {
            self.ask("eth_sendRawTransaction", &json!([sent.raw])).await;
        }
        self.mine(1).await;
    }

    /// Replaces the last blocks by as many others; these transactions are in the block that is so
    /// many behind the first of them.
    pub(crate) async fn reorganize(&self, depth: u64, sent: &[(&Sent, u64)]) {
        let sent: Vec<_> = sent.iter().map(|(sent, at)| json!([sent.raw, at])).collect();
        self.ask("anvil_reorg", &json!([depth, sent])).await;
    }

    /// The number and the hash of the last block.
    pub(crate) async fn head(&self) -> (i64, String) {
        let block = self.ask("eth_getBlockByNumber", &json!(["latest", false])).await;
        (number(&block["number"]), block["hash"].as_str().unwrap().to_owned())
    }

    /// The logs of a contract on the chain as it is now: each by its transaction, and its ordinal
    /// there.
    pub(crate) async fn logs(&self, contract: Address) -> Vec<(B256, u64)> {
        let asked = json!([{"fromBlock": "0x0", "toBlock": "latest", "address": contract}]);
        let logs = self.ask("eth_getLogs", &asked).await;
        let mut found: Vec<(B256, u64)> = Vec::new();
        for log in logs.as_array().unwrap() {
            let hash = serde_json::from_value(log["transactionHash"].clone()).unwrap();
            let ordinal = found.iter().filter(|(before, _)| *before == hash).count();
            found.push((hash, ordinal as u64));
        }
        found
    }
}

/// A number as JSON-RPC has it.
pub(crate) fn number(value: &Value) -> i64 {
    let text = value.as_str().and_then(|text| text.strip_prefix("0x"));
    i64::from_str_radix(text.expect("a number in hexadecimal"), 16).unwrap()
}

impl Drop for Anvil {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
