//! `bench transfers`: how many transactions wallets get into blocks, a key and in all, and what the time
//! from a node's start to its broadcast is made of, with each backend of keys.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::json;
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use super::drive;
use super::node::Node;
use super::percentiles::Percentiles;
use super::sitting::{Sitting, Steps};
use crate::aggregates::wallet_lane::IN_FLIGHT;
use crate::cli::client::Error;
use crate::cli::workflow::text_of;
use crate::journal::{Batch, Subscription};
use crate::primitives::{IntentId, RunId};

/// How often the node makes a block.
const BLOCK: Duration = Duration::from_millis(250);
/// How long anything may take to be seen.
const PATIENCE: Duration = Duration::from_mins(2);
/// The node of the workflow that pays.
const NODE: &str = "pay";
/// A thousand coins, in wei.
const FUNDS: &str = "0x3635c9adc5dea00000";
/// Who is paid.
const RECEIVER: &str = "0x00000000000000000000000000000000000000aa";
/// The steps of a transaction, as their events are called, from the node that waits to the broadcast.
const STEPS: [&str; 7] = [
    "wait_opened",
    "intent_accepted",
    "policy_decided",
    "simulated",
    "sign_requested",
    "signed",
    "broadcast_attempted",
];

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    /// How many wallets pay at the same time.
    pub(super) wallets: usize,
    /// How many transactions each of them sends.
    pub(super) each: usize,
    /// How many are sent one after the other, for the time of one.
    pub(super) alone: usize,
    /// How many runs are under way at the same time.
    pub(super) at_once: usize,
}

/// What was measured with one backend of keys.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Measured {
    /// The backend.
    pub(super) backend: &'static str,
    /// Transfers a second that the node alone takes and puts into blocks, from accounts of its own.
    pub(super) node_per_second: f64,
    /// Transactions a second of one wallet, from the first request to the last block.
    pub(super) a_key_per_second: f64,
    /// The most that is possible: so many of a key may be in no block, and blocks come so often.
    pub(super) a_key_at_most: f64,
    /// Transactions a second of all wallets together.
    pub(super) all_per_second: f64,
    /// How many wallets.
    pub(super) wallets: usize,
    /// From the node's start to the broadcast, of a transaction that is alone.
    pub(super) to_broadcast: Option<Percentiles>,
    /// What that is made of, by the event that ends each step.
    pub(super) steps: Vec<Step>,
}

/// A step of a transaction.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Step {
    /// The event that ends it.
    pub(super) until: &'static str,
    /// How long it took.
    pub(super) took: Percentiles,
}

/// Measures all of it with the backend of this sitting.
pub(super) async fn measure(
    sitting: &Sitting,
    (node, backend): (&Node, &'static str),
    extent: Extent,
    steps: &Steps,
) -> Result<Measured, Error> {
    let Extent { wallets: count, each, alone, at_once } = extent;
    steps.show(&format!("the node alone, before {backend}"));
    let node_per_second = node_alone(node, count * each).await?;
    let mining = CancellationToken::new();
    let miner = async {
        while !mining.is_cancelled() {
            node.mine().await?;
            tokio::time::sleep(BLOCK).await;
        }
        Ok::<_, Error>(())
    };
    let driven = async {
        let _end = mining.clone().drop_guard();
        let (wallets, workflow) = prepared(sitting, node, count).await?;
        let pays = async |wallet: &str| {
            let input = json!({ "wallet": wallet });
            let run = drive::start(&sitting.client, &workflow, &input).await?;
            let ended = sitting.finishes.finished(&run).await?;
            Ok::<_, Error>((run, ended))
        };
        pays(&wallets[0]).await?;
        let mut seen = Seen::new(sitting.house.tail.subscribe(sitting.house.tail.head()));
        let mut times = Vec::new();
        for number in 0..alone {
            steps.show(&format!("{backend}: transaction {} of {alone}, alone", number + 1));
            let (run, _) = pays(&wallets[0]).await?;
            times.push(seen.steps(&run).await?);
        }
        steps.show(&format!("{backend}: one wallet"));
        let began = Instant::now();
        drive::repeat(each, at_once, |_| pays(&wallets[0])).await?;
        let a_key = each as f64 / began.elapsed().as_secs_f64();
        steps.show(&format!("{backend}: {count} wallets"));
        let began = Instant::now();
        let all = count * each;
        drive::repeat(all, at_once, |number| pays(&wallets[number % count])).await?;
        let all = all as f64 / began.elapsed().as_secs_f64();
        Ok::<_, Error>((a_key, all, times))
    };
    let (rates, blocks) = futures::join!(driven, miner);
    blocks?;
    let (a_key_per_second, all_per_second, times) = rates?;
    Ok(Measured {
        backend,
        node_per_second,
        a_key_per_second,
        a_key_at_most: IN_FLIGHT as f64 / BLOCK.as_secs_f64(),
        all_per_second,
        wallets: count,
        to_broadcast: Percentiles::of(
            times.iter().map(|it| between(it[0], it[STEPS.len() - 1])).collect(),
        ),
        steps: taken(&times),
    })
}

/// How many transfers a second the node takes, from accounts that it has the keys of.
async fn node_alone(node: &Node, count: usize) -> Result<f64, Error> {
    let first = node.nonce().await?;
    let began = Instant::now();
    drive::repeat(count, IN_FLIGHT, |number| node.pay(RECEIVER, first + number as u64)).await?;
    node.mine().await?;
    Ok(count as f64 / began.elapsed().as_secs_f64())
}

/// Wallets with coins, and a workflow that pays from the one that it is told.
async fn prepared(
    sitting: &Sitting,
    node: &Node,
    count: usize,
) -> Result<(Vec<String>, String), Error> {
    let document = json!({ "form": 1, "rules": [{ "id": "coins", "effect": "allow", "when": {
        "action": { "in": ["native"] }, "counterparty": "any", "token": "any",
        "value": { "atLeast": "0" },
    } }] });
    sitting.client.post("/v1/policies", &json!({ "name": "open", "document": document })).await?;
    let mut wallets = Vec::with_capacity(count);
    for number in 0..count {
        let name = format!("{} {number}", rand::random::<u32>());
        let wallet = sitting.client.post("/v1/wallets", &json!({ "name": name })).await?;
        node.ask("anvil_setBalance", json!([text_of(&wallet, "address"), FUNDS])).await?;
        wallets.push(text_of(&wallet, "id").to_owned());
    }
    let definition = json!({ "nodes": {
        "root": { "type": "manual", "payload": {}, "children": [NODE] },
        NODE: { "type": "send-native-token", "payload": {
            "chainId": 31_337, "walletId": "{{$trigger.body.wallet}}", "amount": "1",
            "recipientAddress": RECEIVER,
            "waitFor": "included",
        } },
    } });
    let workflow = drive::publish(&sitting.client, "pays", &definition).await?;
    Ok((wallets, workflow))
}

/// The events of transactions, as they get their places on the ledger.
struct Seen {
    events: Subscription,
    at: HashMap<IntentId, HashMap<String, OffsetDateTime>>,
}

impl Seen {
    fn new(events: Subscription) -> Self {
        Self { events, at: HashMap::new() }
    }

    /// When each step of a run's transaction was recorded, by the database's clock.
    async fn steps(&mut self, run: &str) -> Result<[OffsetDateTime; STEPS.len()], Error> {
        let id: RunId = run.parse().map_err(|_| Error::Outcome(format!("{run} is no run")))?;
        let intent = IntentId::of(id, NODE);
        let next = async {
            loop {
                if let Some(at) = self.at.get(&intent).and_then(complete) {
                    self.at.remove(&intent);
                    return Ok(at);
                }
                let batch = self.events.next().await;
                let batch = batch.map_err(|error| Error::Outcome(error.to_string()))?;
                self.note(&batch)?;
            }
        };
        let late = || Err(Error::Outcome(format!("the transaction of run {run} was not sent")));
        tokio::time::timeout(PATIENCE, next).await.unwrap_or_else(|_| late())
    }

    fn note(&mut self, batch: &Batch) -> Result<(), Error> {
        for event in batch.iter().filter(|it| STEPS.contains(&it.event_type.as_str())) {
            let intent = if event.aggregate_type == "wallet_lane" {
                let told = event.wallet_lane();
                told.map_err(|error| Error::Outcome(error.to_string()))?.intent()
            } else if let Ok(run) = event.aggregate_id.parse() {
                IntentId::of(run, NODE)
            } else {
                continue;
            };
            // Of what happens again, the first time.
            self.at
                .entry(intent)
                .or_default()
                .entry(event.event_type.clone())
                .or_insert(event.recorded_at);
        }
        Ok(())
    }
}

fn complete(at: &HashMap<String, OffsetDateTime>) -> Option<[OffsetDateTime; STEPS.len()]> {
    let all: Option<Vec<_>> = STEPS.iter().map(|step| at.get(*step).copied()).collect();
    all?.try_into().ok()
}

/// How long it was from one event to another; nothing where the two came in the other order.
fn between(one: OffsetDateTime, other: OffsetDateTime) -> Duration {
    (other - one).try_into().unwrap_or_default()
}

fn taken(times: &[[OffsetDateTime; STEPS.len()]]) -> Vec<Step> {
    let step = |at: usize| {
        let took = times.iter().map(|it| between(it[at - 1], it[at])).collect();
        Percentiles::of(took).map(|took| Step { until: STEPS[at], took })
    };
    (1..STEPS.len()).filter_map(step).collect()
}

impl Measured {
    /// The figures in words, a line each.
    pub(super) fn lines(&self) -> Vec<String> {
        let Self { backend, wallets, .. } = self;
        let share = |part: f64, whole: f64| part / whole * 100.0;
        let mut lines = vec![
            format!("\nkeys in {backend}"),
            format!("  the node alone   {:>8.0} /s", self.node_per_second),
            format!(
                "  one wallet       {:>8.1} /s   {:.0} % of {:.0}: {IN_FLIGHT} may be in no block, \
                 and a block comes each {} ms",
                self.a_key_per_second,
                share(self.a_key_per_second, self.a_key_at_most),
                self.a_key_at_most,
                BLOCK.as_millis(),
            ),
            format!(
                "  {wallets} wallets        {:>8.1} /s   {:.0} % of the node alone",
                self.all_per_second,
                share(self.all_per_second, self.node_per_second),
            ),
        ];
        if let Some(Percentiles { p50_ms, p99_ms, max_ms, .. }) = self.to_broadcast {
            lines.push(format!(
                "  to the broadcast  p50 {p50_ms:.0} ms   p99 {p99_ms:.0} ms   slowest {max_ms:.0} ms"
            ));
        }
        for Step { until, took } in &self.steps {
            lines.push(format!(
                "    {until:<20} p50 {:>5.1} ms   p99 {:>5.1} ms",
                took.p50_ms, took.p99_ms
            ));
        }
        lines
    }
}
