//! A house, a node, and a contract on it.

use std::sync::Arc;

use alloy_primitives::{Address, B256, Bytes};
use chainkeel::abi::Function;
use chainkeel::chains::{Chains, Config};
use chainkeel::egress;
use chainkeel::primitives::{Secret, SystemClock};
use engine::{Fact, Failure};
use serde_json::{Value, json};

use crate::support::anvil::Anvil;
use crate::support::client::Client;
use crate::support::fault_proxy::FaultProxy;
use crate::support::{TestApp, app_of_one_place, app_that_reads};

/// The id of the chain.
pub(super) const CHAIN: u64 = 31_337;

/// A house and a node.
pub(super) struct Stage {
    pub(super) app: TestApp,
    pub(super) node: Anvil,
    /// The installation's way to the node.
    pub(super) door: FaultProxy,
    /// The way of an organization that names it.
    pub(super) own: FaultProxy,
    pub(super) till: Address,
}

impl Stage {
    pub(super) async fn open() -> Self {
        let node = Anvil::start().await;
        let till = node.deployed_as("Till").await;
        node.mine(1).await;
        let (door, own) = (FaultProxy::before(&node), FaultProxy::before(&node));
        let opening = own.address.to_string();
        let workflows = egress::Config { allow: vec![opening.parse().unwrap()] };
        let app = app_that_reads(chains(&door, &workflows), &[opening]).await;
        Self { app, node, door, own, till }
    }

    /// The same, in a house that performs one effect at a time.
    pub(super) async fn of_one_place() -> Self {
        let stage = Self::open().await;
        let app = app_of_one_place(chains(&stage.door, &egress::Config::default())).await;
        Self { app, ..stage }
    }

    /// The contract, as people write it.
    pub(super) fn contract(&self) -> String {
        self.till.to_checksum(None)
    }

    /// What a run of a workflow with this one node gives, or fails with.
    pub(super) async fn node(&self, kind: &str, payload: Value) -> Result<Value, Failure> {
        let workflow = self.app.published(&with(kind, &payload, 30_000)).await;
        let run = self.app.run_of(&workflow, &json!({})).await;
        self.ended(&run).await
    }

    /// How the one node of a run ended.
    pub(super) async fn ended(&self, run: &str) -> Result<Value, Failure> {
        let path = format!("/v1/runs/{run}?summary=true");
        let is_over = |shown: &Value| !shown["finishedAt"].is_null();
        self.app.eventually(|| self.app.client.data(&path), is_over).await;
        self.app.replays(run).await;
        let facts = self.app.facts(run).await;
        let ended = facts.into_iter().find_map(|fact| {
            if let Fact::NodeSucceeded { result, node, .. } = &fact
                && node.to_string() == "n"
            {
                return Some(Ok((**result).clone()));
            }
            if let Fact::NodeFailed { failure, .. } = fact { Some(Err(failure)) } else { None }
        });
        ended.unwrap()
    }

    /// The same, where it must have succeeded.
    pub(super) async fn told(&self, kind: &str, payload: Value) -> Value {
        let told = self.node(kind, payload).await;
        told.unwrap_or_else(|failure| panic!("{failure:?}"))
    }

    /// What is wrong with a workflow that has this node, each with its place in the payload.
    pub(super) async fn problems(&self, kind: &str, payload: Value) -> Vec<String> {
        let body = json!({ "definition": with(kind, &payload, 30_000) });
        let told = self.app.client.post("/v1/workflows/validate", &body).await.data();
        let problems = told["problems"].as_array().unwrap().iter();
        let shown = |it: &Value| {
            let path = it["path"].as_str().unwrap().trim_start_matches("/nodes/n/payload");
            format!("{path}: {}", it["message"].as_str().unwrap())
        };
        problems.map(shown).collect()
    }

    /// A transaction of the first account that calls the contract, and waits for a block; its hash.
    pub(super) async fn sends(&self, function: &str, arguments: Value) -> B256 {
        let (to, data) = (self.till, data(function, &arguments));
        self.node.sends(json!({ "to": to, "data": data, "gas": "0x100000" })).await
    }

    /// The same, in a block.
    pub(super) async fn sent(&self, function: &str, arguments: Value) -> B256 {
        let hash = self.sends(function, arguments).await;
        self.node.mine(1).await;
        hash
    }

    /// An organization that reads the chain through a node of its own.
    pub(super) async fn organization_with_its_own(&self) -> Client {
        let who = self.app.organization("Ours").await;
        let url = format!("http://{}/v3/own", self.own.address);
        let request = who.request("PUT", &format!("/v1/chains/{CHAIN}/endpoints"));
        request.json(&json!({ "urls": [url] })).send().await.data();
        who
    }
}

/// The chain behind this door.
fn chains(door: &FaultProxy, workflows: &egress::Config) -> Arc<Chains> {
    let endpoints = Some(Secret::new(format!("{CHAIN}=http://{}/key", door.address)));
    Arc::new(Chains::new(&Config { endpoints }, workflows, Arc::new(SystemClock)).unwrap())
}

/// A workflow with one node.
pub(super) fn with(kind: &str, payload: &Value, timeout_ms: u64) -> Value {
    let mut payload = payload.clone();
    if payload.get("chainId").is_none() {
        payload["chainId"] = CHAIN.into();
    }
    json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["n"]},
        "n": {"type": kind, "payload": payload, "timeoutMs": timeout_ms},
    }})
}

/// A call of a function.
pub(super) fn data(function: &str, arguments: &Value) -> Bytes {
    Function::of_signature(function).unwrap().call(arguments, &|_| false).unwrap().into()
}
