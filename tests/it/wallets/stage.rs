//! A house, a node behind a door that can fail, and a wallet with coins.

use std::sync::Arc;

use alloy_primitives::Address;
use chainkeel::chains::{Chains, Config};
use chainkeel::egress;
use chainkeel::primitives::{Clock, Secret, SystemClock};
use chainkeel::signing;
use chainkeel::traces;
use serde_json::{Value, json};

use crate::support::anvil::Anvil;
use crate::support::fault_proxy::FaultProxy;
use crate::support::socket_peer::SocketPeer;
use crate::support::{TestApp, app_that_pays, app_that_tells, app_that_values};

/// The chain of the tests.
pub(super) const CHAIN: u64 = 31_337;
/// Ten coins, in wei.
pub(super) const TEN: u128 = 10_000_000_000_000_000_000;
/// How many blocks make one final on a chain that nobody knows.
pub(super) const FINAL: u64 = 13;

pub(super) struct Stage {
    pub(super) app: TestApp,
    pub(super) node: Anvil,
    pub(super) door: FaultProxy,
    /// The wallet's address.
    pub(super) address: String,
}

/// An address that had nothing before.
pub(super) fn somebody(number: u8) -> String {
    format!("{:#x}", Address::repeat_byte(number))
}

/// A node, the door before it, and the chains of who knows it by that door.
async fn chain(clock: Arc<dyn Clock>) -> (Anvil, FaultProxy, Arc<Chains>) {
    let node = Anvil::start().await;
    let door = FaultProxy::before(&node);
    let endpoints = format!("{CHAIN}=http://{}/key", door.address);
    let config = Config { endpoints: Some(Secret::new(&endpoints)) };
    let chains = Chains::new(&config, &egress::Config::default(), clock).unwrap();
    (node, door, Arc::new(chains))
}

impl Stage {
    /// A house with a wallet of ten coins, and no policy yet.
    pub(super) async fn bare() -> Self {
        Self::bare_at(Arc::new(SystemClock)).await
    }

    /// The same, which lives by this clock.
    pub(super) async fn bare_at(clock: Arc<dyn Clock>) -> Self {
        Self::with(clock, signing::Config::default()).await
    }

    /// The same, whose keys are made in this backend.
    pub(super) async fn with(clock: Arc<dyn Clock>, signing: signing::Config) -> Self {
        Self::without_a_wallet(clock, signing).await.with_a_wallet().await
    }

    /// The same before it has a wallet.
    pub(super) async fn without_a_wallet(clock: Arc<dyn Clock>, signing: signing::Config) -> Self {
        let (node, door, chains) = chain(Arc::clone(&clock)).await;
        let app = app_that_pays(chains, signing, clock).await;
        Self { app, node, door, address: String::new() }
    }

    /// A house before it has a wallet, whose effects reach these addresses, and which tells a collector.
    pub(super) async fn told(
        clock: Arc<dyn Clock>,
        openings: &[String],
        means: (signing::Config, traces::Config),
    ) -> Self {
        let (node, door, chains) = chain(clock).await;
        let app = app_that_tells(chains, openings, means).await;
        Self { app, node, door, address: String::new() }
    }

    /// A house with a wallet of ten coins, whose policies know by the word of this peer what they are worth.
    pub(super) async fn valued(stork: &SocketPeer, assets: &str) -> Self {
        let (node, door, chains) = chain(Arc::new(SystemClock)).await;
        let app = app_that_values(chains, stork.address, stork.valuing(assets)).await;
        Self { app, node, door, address: String::new() }.with_a_wallet().await
    }

    /// The same with a wallet of ten coins.
    pub(super) async fn with_a_wallet(self) -> Self {
        let name = json!({ "name": "Treasury" });
        let made = self.app.client.post("/v1/wallets", &name).await.data();
        let stage = Self { address: made["address"].as_str().unwrap().to_owned(), ..self };
        stage.fund(TEN).await;
        stage
    }

    /// The same with a policy that lets coins go to anybody.
    pub(super) async fn open() -> Self {
        let stage = Self::bare().await;
        stage.allow(&json!([])).await;
        stage
    }

    /// Lets coins go to anybody, and contracts be made, within these limits.
    pub(super) async fn allow(&self, limits: &Value) {
        let document = json!({
            "form": 1,
            "rules": [
                { "id": "coins", "effect": "allow", "when": {
                    "action": { "in": ["native"] }, "counterparty": "any", "token": "any",
                    "value": { "atLeast": "0" },
                } },
                { "id": "contracts", "effect": "allow", "when": { "action": { "in": ["deploy"] } } },
            ],
            "limits": limits,
        });
        self.policy("open", &document).await;
    }

    /// Puts a policy in force.
    pub(super) async fn policy(&self, name: &str, document: &Value) {
        let body = json!({ "name": name, "document": document });
        let defined = self.app.client.post("/v1/policies", &body).await;
        assert!(defined.status < 300, "{}", defined.text());
    }

    /// Gives the wallet so many wei.
    pub(super) async fn fund(&self, wei: u128) {
        let amount = format!("0x{wei:x}");
        self.node.ask("anvil_setBalance", &json!([self.address, amount])).await;
    }

    /// A workflow that sends what a run is given.
    pub(super) async fn pays(&self, more: &Value) -> String {
        let mut payload = json!({
            "chainId": CHAIN, "recipientAddress": "{{$trigger.body.to}}",
            "amount": "{{$trigger.body.amount}}",
        });
        for (name, value) in more.as_object().unwrap() {
            payload[name] = value.clone();
        }
        self.app
            .published(&json!({ "nodes": {
                "root": { "type": "manual", "payload": {}, "children": ["pay"] },
                "pay": { "type": "send-native-token", "payload": payload },
            } }))
            .await
    }

    /// A run that pays so much to somebody.
    pub(super) async fn pay(&self, workflow: &str, to: &str, amount: u128) -> String {
        self.app.run_of(workflow, &json!({ "to": to, "amount": amount.to_string() })).await
    }

    /// Mines until a run is over; how its node ended.
    pub(super) async fn mined(&self, run: &str) -> Value {
        let path = format!("/v1/runs/{run}");
        let ask = || async {
            self.node.mine(1).await;
            self.app.client.data(&path).await
        };
        let shown = self.app.eventually(ask, |shown| !shown["finishedAt"].is_null()).await;
        shown["executionState"]["pay"].clone()
    }

    /// Waits until the transaction of a run stands there; the transaction.
    pub(super) async fn until(&self, run: &str, status: &str) -> Value {
        let path = format!("/v1/transactions?runId={run}");
        let found = self
            .app
            .eventually(|| self.app.client.data(&path), |page| page["items"][0]["status"] == status)
            .await;
        found["items"][0].clone()
    }

    /// What somebody has, in wei.
    pub(super) async fn balance(&self, of: &str) -> u128 {
        let told = self.node.ask("eth_getBalance", &json!([of, "latest"])).await;
        u128::from_str_radix(told.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
    }

    /// The names of the lane's events of one transaction, in order.
    pub(super) async fn history(&self, transaction: &Value) -> Vec<String> {
        let path = format!("/v1/transactions/{}", transaction["id"].as_str().unwrap());
        let shown = self.app.client.data(&path).await;
        let events = shown["history"].as_array().unwrap();
        events.iter().map(|event| event["event"].as_str().unwrap().to_owned()).collect()
    }
}
