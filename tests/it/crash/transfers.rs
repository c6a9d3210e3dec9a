//! `kill -9` of the server, of its PostgreSQL and of what holds the token, a token that goes away, and a node
//! that lies, while wallets pay: each payment is mined once, no nonce is left out, the limit is kept, and the
//! ledger says what the chain says.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use chainkeel::cli::cluster::Cluster;
use chainkeel::config::Surroundings;
use chainkeel::signing::Pkcs11Config;
use futures::future::{Either, select};
use futures::{StreamExt as _, stream};
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;
use tokio::sync::Notify;

use super::client::Client;
use super::documents::by_token;
use super::postgres::kill_postgres;
use super::server::Server;
use crate::support::anvil::{Anvil, number};
use crate::support::fault_proxy::{Fault, FaultProxy};
use crate::support::softhsm::SoftHsm;

/// How many wallets pay.
const WALLETS: usize = 4;
/// How many runs are started at a time.
const AT_ONCE: usize = 50;
/// What each payment is, in wei.
const AMOUNT: u64 = 3;
/// Ten coins, in wei.
const TEN: u128 = 10_000_000_000_000_000_000;
/// Connections of the PostgreSQL.
const CONNECTIONS: u16 = 100;

/// How many payments each wallet makes; more of them by `CHAINKEEL_SOAK`.
#[expect(clippy::disallowed_methods, reason = "the tests' own settings")]
fn payments() -> usize {
    let soak = std::env::var("CHAINKEEL_SOAK").ok();
    soak.and_then(|it| it.parse::<usize>().ok()).map_or(8, |all| all / WALLETS)
}

/// How often something is killed at least; more often where it takes longer.
const FAULTS: usize = 6;

/// A PostgreSQL that the test may kill, with a migrated database, and the file that says who it is.
struct Database {
    place: TempDir,
    _cluster: Cluster,
    url: String,
}

impl Database {
    async fn start() -> Self {
        let place = tempfile::tempdir().unwrap();
        fs::set_permissions(place.path(), Permissions::from_mode(0o755)).unwrap();
        let files = place.path().join("postgres");
        let cluster = Cluster::start(&files, CONNECTIONS, &Surroundings::read());
        let cluster = cluster.unwrap_or_else(|error| panic!("{error}\n{}", error.cure()));
        let mut maintenance = PgConnection::connect(&cluster.url("postgres")).await.unwrap();
        maintenance.execute("create database payments").await.unwrap();
        let url = cluster.url("payments");
        let mut migrate = Command::new(env!("CARGO_BIN_EXE_chainkeel"));
        assert!(migrate.arg("migrate").env("DATABASE_URL", &url).status().unwrap().success());
        Self { place, _cluster: cluster, url }
    }

    fn files(&self) -> PathBuf {
        self.place.path().join("postgres")
    }
}

/// The settings of a server that reads this node, and signs by this token.
fn settings(door: &FaultProxy, token: &Pkcs11Config) -> Vec<(&'static str, String)> {
    let mut settings = by_token(token);
    settings.push(("CHAINKEEL_CHAINS_ENDPOINTS", format!("31337=http://{}/key", door.address)));
    settings
}

/// What goes wrong next.
async fn go_wrong(
    fault: usize,
    (server, start): (&mut Server, &impl Fn() -> Server),
    client: &Client,
    (token, database): (&SoftHsm, &Path),
) {
    let wait = |milliseconds| actix_web::rt::time::sleep(Duration::from_millis(milliseconds));
    is_started_again((server, start), client);
    let mut again = || {
        server.kill();
        *server = start();
        client.moves_to(&server.url);
    };
    match fault % 4 {
        0 => again(),
        1 => {
            token.take_away();
            again();
            wait(500).await;
            token.bring_back();
        }
        2 => {
            while !kill_postgres(database) {
                wait(50).await;
            }
        }
        // It may have none at this moment.
        _ => drop(SoftHsm::kill_hosts_of(server.id())),
    }
}

/// What supervises a server starts it again when it has ended by itself.
fn is_started_again((server, start): (&mut Server, &impl Fn() -> Server), client: &Client) {
    if server.has_ended() {
        *server = start();
        client.moves_to(&server.url);
    }
}

#[actix::test]
async fn every_payment_is_made_once_through_kills_of_all_parts_and_a_node_that_lies() {
    // given wallets with keys in a token, a limit that all payments together use up, and a workflow that pays
    // with the wallet that it is told
    let data_dir = tempfile::tempdir().unwrap();
    let (node, token, database) =
        futures::join!(Anvil::start(), SoftHsm::start(), Database::start());
    let door = FaultProxy::before(&node);
    let settings = settings(&door, &token.config);
    let start = || Server::with(&database.url, &data_dir, &settings);
    let mut server = start();
    let client = Client::of(&server.url);
    let coin = json!({ "token": { "chain": 31337, "address": format!("0x{:040x}", 0) } });
    let all = WALLETS * payments();
    let document = json!({
        "form": 1,
        "rules": [{ "id": "coins", "effect": "allow", "when": {
            "action": { "in": ["native"] }, "counterparty": "any", "token": "any",
            "value": { "atLeast": "0" },
        } }],
        "limits": [{
            "id": "daily", "measure": coin, "most": (AMOUNT * all as u64).to_string(), "per": "day",
            "by": "organization",
        }],
    });
    client.post("/v1/policies", "policy", &json!({ "name": "open", "document": document })).await;
    let mut wallets = Vec::new();
    for name in 0..WALLETS {
        let name = format!("w{name}");
        let wallet = client.post("/v1/wallets", &name, &json!({ "name": name })).await;
        let text = |name: &str| wallet[name].as_str().unwrap().to_owned();
        let (id, address) = (text("id"), text("address"));
        node.ask("anvil_setBalance", &json!([address, format!("0x{TEN:x}")])).await;
        wallets.push((id, address));
    }
    let receiver = "0x00000000000000000000000000000000000000bb";
    let workflow = client
        .publish(&json!({ "nodes": {
            "root": { "type": "manual", "payload": {}, "children": ["pay"] },
            "pay": { "type": "send-native-token", "payload": {
                "chainId": 31337, "walletId": "{{$trigger.body.wallet}}",
                "recipientAddress": receiver, "amount": AMOUNT.to_string(),
            } },
        } }))
        .await;

    // when the node loses answers, cuts some off and invents others, and everything else dies now and then
    door.alters(|method, _, answer: &mut Value| {
        if method == "eth_sendRawTransaction" && rand::random::<u8>() < 60 {
            *answer = json!("0x00");
        }
    });
    door.instead(|method, _| match (method, rand::random::<u8>()) {
        ("eth_sendRawTransaction", 0..40) => {
            Some(Fault::Error(-32_000, "already known".to_owned()))
        }
        ("eth_sendRawTransaction", 40..60) => Some(Fault::Cut),
        ("eth_getTransactionReceipt" | "eth_estimateGas", 0..20) => {
            Some(Fault::Error(-32_603, "internal error".to_owned()))
        }
        _ => None,
    });
    let path = format!("/v1/workflows/{workflow}/run");
    let pay = async |(payment, wallet): (usize, &str)| {
        let body = json!({ "payload": { "wallet": wallet } });
        let run = client.post(&path, &format!("{wallet}-{payment}"), &body).await;
        run["runId"].as_str().unwrap().to_owned()
    };
    let wanted: Vec<_> = (0..payments())
        .flat_map(|payment| wallets.iter().map(move |(wallet, _)| (payment, wallet.as_str())))
        .collect();
    let starter = stream::iter(wanted).map(pay).buffer_unordered(AT_ONCE).collect::<Vec<_>>();
    let is_over = Notify::new();
    let killer = async {
        for fault in 0..FAULTS.max(payments() / 8) {
            let moment = 200 + rand::random::<u64>() % 900;
            actix_web::rt::time::sleep(Duration::from_millis(moment)).await;
            let parts = (&token, &*database.files());
            go_wrong(fault, (&mut server, &start), &client, parts).await;
        }
        door.heals();
        is_over.notify_one();
        // The last of the faults may have ended it, where PostgreSQL took its time to come back.
        loop {
            actix_web::rt::time::sleep(Duration::from_millis(200)).await;
            is_started_again((&mut server, &start), &client);
        }
    };
    let miner = async {
        loop {
            node.mine(1).await;
            actix_web::rt::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let paying = async {
        let (runs, ()) = futures::join!(starter, is_over.notified());
        client.all_succeed(&runs).await;
        runs
    };
    let world = futures::future::join(killer, miner);
    let paid = select(Box::pin(paying), Box::pin(world)).await;
    let Either::Left((runs, _)) = paid;

    // then each is paid, under nonces without a gap, and the balances are exact to the wei
    let mut nonces: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let mut fees: BTreeMap<String, u128> = BTreeMap::new();
    for run in &runs {
        let shown = client.get(&format!("/v1/runs/{run}")).await;
        let result = &shown["executionState"]["pay"]["result"];
        let hash = &result["transactionHash"];
        let receipt = node.ask("eth_getTransactionReceipt", &json!([hash])).await;
        assert_eq!(
            receipt["blockHash"], result["blockHash"],
            "the ledger says what the chain says"
        );
        assert_eq!(receipt["status"], "0x1");
        let from = result["from"].as_str().unwrap().to_lowercase();
        nonces.entry(from.clone()).or_default().push(result["nonce"].as_u64().unwrap());
        *fees.entry(from).or_default() += result["fee"].as_str().unwrap().parse::<u128>().unwrap();
    }
    for (_, address) in &wallets {
        let address = address.to_lowercase();
        let mut used = nonces.remove(&address).unwrap();
        used.sort_unstable();
        assert_eq!(used, (0..payments() as u64).collect::<Vec<_>>(), "{address}");
        let count = node.ask("eth_getTransactionCount", &json!([address, "latest"])).await;
        assert_eq!(number(&count), i64::try_from(payments()).unwrap(), "nothing else was sent");
        let told = node.ask("eth_getBalance", &json!([address, "latest"])).await;
        let left = u128::from_str_radix(told.as_str().unwrap().trim_start_matches("0x"), 16);
        let paid = payments() as u128 * u128::from(AMOUNT) + fees[&address];
        assert_eq!(left.unwrap(), TEN - paid, "exact to the wei");
    }
    let told = node.ask("eth_getBalance", &json!([receiver, "latest"])).await;
    assert_eq!(number(&told), i64::try_from(AMOUNT * all as u64).unwrap());

    // and the limit is used up to the last wei
    let more = pay((payments(), wallets[0].0.as_str())).await;
    let failure = &client.ended(&more).await["executionState"]["pay"]["error"];
    assert_eq!(failure["code"], "transaction_denied", "{failure:#}");
}
