//! A monitor: a workflow for each of its networks and each of its conditions.

use std::collections::BTreeMap;
use std::str::FromStr as _;

use alloy_primitives::Address;
use serde_json::{Map, Value, json};

use super::expression::condition;
use super::import::Notes;
use super::network::Network;
use super::receiver::Receiver;

/// Events whose arguments everybody names alike, for monitors that bring no ABI.
const KNOWN_EVENTS: [(&str, &str); 3] = [
    (
        "Transfer(address,address,uint256)",
        "Transfer(address indexed from, address indexed to, uint256 value)",
    ),
    (
        "Approval(address,address,uint256)",
        "Approval(address indexed owner, address indexed spender, uint256 value)",
    ),
    (
        "OwnershipTransferred(address,address)",
        "OwnershipTransferred(address indexed previousOwner, address indexed newOwner)",
    ),
];
/// How many contracts one trigger may name.
const MAX_CONTRACTS: usize = crate::triggers::evm::MAX_CONTRACTS;

/// A workflow, before it is known from which file it comes.
pub(super) struct Made {
    pub(super) name: String,
    pub(super) is_paused: bool,
    pub(super) definition: Value,
}

/// What texts of a monitor may speak of.
pub(super) struct Scene<'a> {
    pub(super) monitor: &'a str,
    pub(super) network: &'a str,
    /// Whether runs are told of transactions, rather than of logs.
    pub(super) is_transaction: bool,
    /// The signature of the event, where there is one.
    pub(super) event: Option<&'a str>,
    /// What its arguments are called.
    pub(super) arguments: Vec<String>,
}

struct Monitor<'a> {
    name: &'a str,
    content: &'a Value,
    addresses: Vec<(Address, &'a Value)>,
    receivers: Vec<&'a Receiver>,
}

/// The workflows of a monitor.
pub(super) fn workflows(
    content: &Value,
    networks: &BTreeMap<String, Network>,
    receivers: &BTreeMap<String, Receiver>,
    notes: &mut Notes<'_>,
) -> Vec<Made> {
    let Some(name) = content["name"].as_str() else {
        notes.left("/name", "it is missing: this is no monitor");
        return Vec::new();
    };
    let mut known = Vec::new();
    for (at, slug) in list(&content["networks"]).filter_map(Value::as_str).enumerate() {
        if let Some(network) = networks.get(slug) {
            known.push(network);
        } else {
            let message = format!("there is no network `{slug}` that could be carried over");
            notes.left(format!("/networks/{at}"), message);
        }
    }
    if known.is_empty() {
        return Vec::new();
    }
    let mut monitor = Monitor { name, content, addresses: Vec::new(), receivers: Vec::new() };
    for (at, entry) in list(&content["addresses"]).enumerate() {
        match entry["address"].as_str().map(Address::from_str) {
            Some(Ok(address)) => monitor.addresses.push((address, &entry["contract_spec"])),
            Some(Err(_)) | None => {
                notes.left(format!("/addresses/{at}/address"), "it is no address of an EVM chain");
            }
        }
    }
    for (at, name) in list(&content["triggers"]).filter_map(Value::as_str).enumerate() {
        match receivers.get(name) {
            Some(receiver) => monitor.receivers.push(receiver),
            None => notes.left(
                format!("/triggers/{at}"),
                format!("there is no trigger `{name}` that could be carried over"),
            ),
        }
    }
    for (at, _) in list(&content["trigger_conditions"]).enumerate() {
        let message = "scripts that decide about a match are not carried over: the workflow runs for \
                       every match. Put what they check into an `if`";
        notes.left(format!("/trigger_conditions/{at}"), message);
    }
    for (at, _) in list(&content["match_conditions"]["functions"]).enumerate() {
        let message = "calls of functions are not watched: watch an event that the function writes, \
                       or `transaction-status` of transactions to the contract";
        notes.left(format!("/match_conditions/functions/{at}"), message);
    }
    let mut made = Vec::new();
    for network in known {
        monitor.on(network, &mut made, notes);
    }
    made
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

impl Monitor<'_> {
    fn on(&self, network: &Network, made: &mut Vec<Made>, notes: &mut Notes<'_>) {
        let conditions = &self.content["match_conditions"];
        let has_functions = list(&conditions["functions"]).next().is_some();
        let mut has_events = false;
        for (at, event) in list(&conditions["events"]).enumerate() {
            has_events = true;
            self.event(network, event, at, made, notes);
        }
        if !has_events && !has_functions {
            self.transactions(network, made, notes);
        }
    }

    /// A workflow for an event.
    fn event(
        &self,
        network: &Network,
        event: &Value,
        at: usize,
        made: &mut Vec<Made>,
        notes: &mut Notes<'_>,
    ) {
        let place = format!("/match_conditions/events/{at}");
        let signature = event["signature"].as_str().unwrap_or_default();
        let mut payload = Map::new();
        let arguments = match self.shape(signature, &mut payload) {
            Ok(arguments) => arguments,
            Err(why) => return notes.left(format!("{place}/signature"), why),
        };
        if self.addresses.len() > MAX_CONTRACTS {
            let message =
                format!("a trigger names at most {MAX_CONTRACTS} contracts: split the monitor");
            return notes.left("/addresses", message);
        }
        let contracts = self.addresses.iter().map(|(address, _)| address.to_checksum(None));
        match contracts.collect::<Vec<_>>() {
            contracts if contracts.is_empty() => {}
            contracts => {
                payload.insert("contractAddress".to_owned(), contracts.into());
            }
        }
        if let Some(expression) = event["expression"].as_str().filter(|it| !it.trim().is_empty()) {
            let left = |name: &str| {
                let root = name.split(['.', '[']).next().unwrap_or_default();
                let known = arguments.iter().any(|it| it == root);
                let missing = || format!("the event has no argument `{name}`");
                known.then(|| name.to_owned()).ok_or_else(missing)
            };
            match condition(expression, &left) {
                Ok(filter) => {
                    payload.insert("filter".to_owned(), filter);
                }
                Err(why) => {
                    let message = format!(
                        "the event is not watched, since its expression cannot be carried over: {why}"
                    );
                    return notes.left(format!("{place}/expression"), message);
                }
            }
        }
        for (at, wanted) in list(&self.content["match_conditions"]["transactions"]).enumerate() {
            let place = format!("/match_conditions/transactions/{at}");
            if wanted["status"].as_str() == Some("Failure") {
                let message = "a transaction that failed has no logs: the monitor never matches";
                return notes.left(format!("{place}/status"), message);
            }
            if wanted["expression"].as_str().is_some_and(|it| !it.trim().is_empty()) {
                let message = "what a log's transaction must be is not carried over: the workflow \
                               runs for more than the monitor matched";
                notes.left(format!("{place}/expression"), message);
            }
        }
        let scene = Scene {
            monitor: self.name,
            network: &network.slug,
            is_transaction: false,
            event: Some(signature),
            arguments,
        };
        let about = format!("{} · {signature} · {}", self.name, network.slug);
        made.push(self.workflow(about, network, ("evm-log", payload), None, &scene, notes));
    }

    /// How an event is written in a trigger, and what its arguments are called.
    fn shape(
        &self,
        signature: &str,
        payload: &mut Map<String, Value>,
    ) -> Result<Vec<String>, String> {
        let is_it = |item: &&Value| item["type"] == "event" && signature_of(item) == signature;
        let abi = self.addresses.iter().flat_map(|(_, abi)| list(abi)).find(is_it);
        if let Some(item) = abi {
            payload.insert("abi".to_owned(), json!([item]));
            payload.insert("eventName".to_owned(), item["name"].clone());
            let names = list(&item["inputs"]).filter_map(|it| it["name"].as_str());
            return Ok(names.map(str::to_owned).collect());
        }
        let known = KNOWN_EVENTS.iter().find(|(bare, _)| *bare == signature);
        let (_, whole) = known.ok_or_else(|| {
            format!("the ABI of no address has the event `{signature}`: give it as `contract_spec`, so that its arguments can be read")
        })?;
        payload.insert("eventSignature".to_owned(), (*whole).into());
        let inside = whole.split_once('(').map_or("", |(_, rest)| rest.trim_end_matches(')'));
        Ok(inside
            .split(',')
            .filter_map(|it| it.trim().rsplit(' ').next())
            .map(str::to_owned)
            .collect())
    }

    /// Workflows for transactions from and to the addresses.
    fn transactions(&self, network: &Network, made: &mut Vec<Made>, notes: &mut Notes<'_>) {
        let mut wanted: Vec<_> =
            list(&self.content["match_conditions"]["transactions"]).enumerate().collect();
        let anything = json!({"status": "Any"});
        if wanted.is_empty() {
            wanted.push((0, &anything));
        }
        if self.addresses.is_empty() {
            let message = "all transactions of a chain are not watched: name addresses";
            return notes.left("/addresses", message);
        }
        for (at, wanted) in wanted {
            let place = format!("/match_conditions/transactions/{at}");
            let status = match wanted["status"].as_str() {
                Some("Success") => Some("success"),
                Some("Failure") => Some("reverted"),
                Some(_) | None => None,
            };
            let expression = wanted["expression"].as_str().filter(|it| !it.trim().is_empty());
            let only = match expression.map(|it| condition(it, &parameter)) {
                None => None,
                Some(Ok(only)) => Some(only),
                Some(Err(why)) => {
                    let message = format!(
                        "transactions are not watched, since the expression cannot be carried over: {why}"
                    );
                    notes.left(format!("{place}/expression"), message);
                    continue;
                }
            };
            for (address, _) in &self.addresses {
                for side in ["from", "to"] {
                    let mut payload = Map::new();
                    payload.insert(side.to_owned(), address.to_checksum(None).into());
                    if let Some(status) = status {
                        payload.insert("status".to_owned(), status.into());
                    }
                    let scene = Scene {
                        monitor: self.name,
                        network: &network.slug,
                        is_transaction: true,
                        event: None,
                        arguments: Vec::new(),
                    };
                    let about =
                        format!("{} · transactions {side} {address} · {}", self.name, network.slug);
                    let trigger = ("transaction-status", payload);
                    made.push(self.workflow(about, network, trigger, only.clone(), &scene, notes));
                }
            }
        }
    }

    fn workflow(
        &self,
        name: String,
        network: &Network,
        (kind, mut payload): (&str, Map<String, Value>),
        only: Option<Value>,
        scene: &Scene<'_>,
        notes: &mut Notes<'_>,
    ) -> Made {
        payload.insert("chainId".to_owned(), network.chain.into());
        let delivery = match network.confirmations {
            0 => json!("seen"),
            blocks => json!({ "confirmations": blocks }),
        };
        payload.insert("delivery".to_owned(), delivery);
        let mut unknown = Vec::new();
        let mut graph = Map::new();
        let mut told = Vec::new();
        for (at, receiver) in self.receivers.iter().enumerate() {
            let id = format!("tell{}", at + 1);
            graph.insert(id.clone(), receiver.node(scene, &mut unknown));
            told.push(id);
        }
        if told.is_empty() {
            let message = format!("{} matched: {{{{$trigger.body.transactionHash}}}}", self.name);
            graph
                .insert("note".to_owned(), json!({"type": "log", "payload": {"message": message}}));
            told.push("note".to_owned());
        }
        let mut root = json!({"type": kind, "payload": payload, "children": told});
        if let Some(only) = only {
            root["children"] = json!(["only"]);
            for id in &told {
                graph[id]["branch"] = "then".into();
            }
            let choice = json!({"type": "if", "payload": {"condition": only}, "children": told});
            graph.insert("only".to_owned(), choice);
        }
        graph.insert("root".to_owned(), root);
        for name in unknown {
            let message = format!(
                "the variable `{name}` of a message is not known to the runs of `{}`",
                self.name
            );
            notes.left("/triggers", message);
        }
        Made {
            name,
            is_paused: self.content["paused"] == true,
            definition: json!({ "nodes": graph }),
        }
    }
}

/// What a parameter of a transaction is called in a condition.
fn parameter(name: &str) -> Result<String, String> {
    let field = match name {
        "value" | "from" | "to" => name,
        "hash" => "transactionHash",
        "transaction_index" => "transactionIndex",
        _ => return Err(format!("the runs are not told the transaction's `{name}`")),
    };
    Ok(format!("{{{{$trigger.body.{field}}}}}"))
}

/// The signature of an item of an ABI, as selectors are made of it.
fn signature_of(item: &Value) -> String {
    let types: Vec<_> = list(&item["inputs"]).map(type_of).collect();
    format!("{}({})", item["name"].as_str().unwrap_or_default(), types.join(","))
}

fn type_of(input: &Value) -> String {
    let kind = input["type"].as_str().unwrap_or_default();
    match kind.strip_prefix("tuple") {
        None => kind.to_owned(),
        Some(rest) => {
            let inside: Vec<_> = list(&input["components"]).map(type_of).collect();
            format!("({}){rest}", inside.join(","))
        }
    }
}
