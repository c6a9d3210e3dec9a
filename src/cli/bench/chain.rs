//! `bench chain`: how fast a chain is caught up with, how soon a block starts its runs, and how much
//! a node is asked for each block, with one trigger and with many.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use alloy_primitives::Address;
use rand::Rng as _;
use serde::Serialize;
use serde_json::json;

use super::drive;
use super::node::{Counter, Node};
use super::percentiles::Percentiles;
use super::sitting::{Sitting, Steps};
use crate::app::House;
use crate::cli::client::Error;
use crate::journal::{ChainStanding, Subscription};

/// The least value of a log that starts a run; the others are read and turned down.
const WANTED: u64 = 1_000_000;
/// How long anything may take to be seen.
const PATIENCE: Duration = Duration::from_mins(5);
/// How many blocks' calls are counted.
const COUNTED: u64 = 20;
/// Of how many contracts many triggers are, at most: as many as one question names.
const CONTRACTS: usize = 1_000;
/// Blocks of one question to the node alone.
const STRETCH: u64 = 1_000;
/// How often the development chain is looked at.
const POLL: Duration = Duration::from_millis(250);

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    /// Blocks to catch up with.
    pub(super) blocks: u64,
    /// Logs in each of them.
    pub(super) logs: u64,
    /// Blocks whose arrival is timed.
    pub(super) samples: usize,
    /// How many triggers are many.
    pub(super) triggers: usize,
}

/// What was measured.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Measured {
    /// Blocks that were caught up with.
    pub(super) blocks: u64,
    /// The logs in them, all of which were decoded and held against a condition.
    pub(super) logs: u64,
    /// Blocks a second.
    pub(super) blocks_per_second: f64,
    /// Logs a second.
    pub(super) logs_per_second: f64,
    /// Logs a second that the node alone gives to one who only reads them, 1,000 blocks a question.
    pub(super) node_logs_per_second: f64,
    /// From the block's being there to the first event of its run.
    pub(super) first_event: Option<Percentiles>,
    /// How often the chain is looked at, in milliseconds.
    pub(super) poll_ms: u64,
    /// What a block cost of the node, by method.
    pub(super) calls: Vec<Calls>,
}

/// What the node was asked for each block with a log that matches.
#[derive(Debug, Serialize)]
pub(super) struct Calls {
    /// With how many triggers.
    pub(super) triggers: usize,
    /// Calls a block by method. How far the chain is, is asked once a poll, not once a block, and
    /// is not in it.
    pub(super) each: BTreeMap<String, f64>,
}

/// Measures all of it.
pub(super) async fn measure(
    sitting: &Sitting,
    node: &Node,
    extent: Extent,
    steps: &Steps,
) -> Result<Measured, Error> {
    let mut runs = Begun(sitting.house.tail.subscribe(sitting.house.tail.head()));
    publish(sitting, node.contract, "watched").await?;
    steps.show("how soon a block starts its run");
    let detector = watching(sitting, node, &node.url, &mut runs).await?;
    let mut arrivals = Vec::with_capacity(extent.samples);
    for _ in 0..extent.samples {
        // So that a block comes at any moment between two looks.
        let phase = POLL.mul_f64(rand::rng().random_range(0.0..1.0));
        tokio::time::sleep(phase).await;
        node.logs(1, WANTED).await?;
        node.mine().await?;
        let there = Instant::now();
        arrivals.push(runs.next().await?.saturating_duration_since(there));
    }
    detector.close().await;
    for number in 0..extent.blocks {
        steps.show(&format!("block {} of {} to catch up with", number + 1, extent.blocks));
        node.logs(extent.logs, 0).await?;
        node.mine().await?;
    }
    steps.show("the node alone");
    let head = node.head().await?;
    let first = head + 1 - extent.blocks;
    let (began, mut logs) = (Instant::now(), 0);
    for from in (first..=head).step_by(usize::try_from(STRETCH).unwrap_or(usize::MAX)) {
        logs += stretch(node, from, (from + STRETCH - 1).min(head)).await?;
    }
    let alone = began.elapsed();
    steps.show("catching up");
    let began = Instant::now();
    let detector = sitting.detector(&node.url).await?;
    caught_up(sitting, head).await?;
    let caught = began.elapsed().as_secs_f64();
    detector.close().await;
    let mut calls = Vec::new();
    steps.show("calls a block");
    calls.push(Calls { triggers: 1, each: calls_a_block(sitting, node, &mut runs).await? });
    steps.show("many triggers to be published");
    drive::repeat(extent.triggers.saturating_sub(1), 64, async |number| {
        let contract = match number % CONTRACTS {
            0 => node.contract,
            other => Address::left_padding_from(&(0xc0_ffee + other as u64).to_be_bytes()),
        };
        publish_with(sitting, contract, &format!("watched {number}"), u64::MAX).await
    })
    .await?;
    steps.show("calls a block with many triggers");
    let each = calls_a_block(sitting, node, &mut runs).await?;
    calls.push(Calls { triggers: extent.triggers, each });
    Ok(Measured {
        blocks: extent.blocks,
        logs,
        blocks_per_second: extent.blocks as f64 / caught,
        logs_per_second: logs as f64 / caught,
        node_logs_per_second: logs as f64 / alone.as_secs_f64(),
        first_event: Percentiles::of(arrivals),
        poll_ms: u64::try_from(POLL.as_millis()).unwrap_or(u64::MAX),
        calls,
    })
}

/// The first events of runs, as they get their places on the ledger.
struct Begun(Subscription);

impl Begun {
    async fn next(&mut self) -> Result<Instant, Error> {
        let late = || Error::Outcome("no run began in time".to_owned());
        let next = async {
            loop {
                let batch = self.0.next().await;
                let batch = batch.map_err(|error| Error::Outcome(error.to_string()))?;
                if batch.iter().any(|it| it.aggregate_type == "run" && it.sequence == 1) {
                    return Ok(Instant::now());
                }
            }
        };
        tokio::time::timeout(PATIENCE, next).await.unwrap_or_else(|_| Err(late()))
    }

    /// Whether a run begins soon.
    async fn soon(&mut self) -> bool {
        tokio::time::timeout(4 * POLL, self.next()).await.is_ok_and(|next| next.is_ok())
    }
}

async fn publish(sitting: &Sitting, contract: Address, name: &str) -> Result<(), Error> {
    publish_with(sitting, contract, name, WANTED).await
}

async fn publish_with(
    sitting: &Sitting,
    contract: Address,
    name: &str,
    least: u64,
) -> Result<(), Error> {
    let definition = json!({"nodes": {
        "root": {"type": "evm-log", "children": ["note"], "payload": {
            "chainId": 31_337,
            "contractAddress": contract.to_checksum(None),
            "eventSignature": "Transfer(address indexed from, address indexed to, uint256 value)",
            "filter": {"$and": [{"value": {"$gte": least.to_string()}}]},
            "delivery": "seen",
        }},
        "note": {"type": "log", "payload": {"message": "{{$trigger.body.args.value}}"}},
    }});
    drive::publish(&sitting.client, name, &definition).await.map(drop)
}

/// A detector that follows the node through this door.
async fn watching(
    sitting: &Sitting,
    node: &Node,
    door: &str,
    runs: &mut Begun,
) -> Result<House, Error> {
    let detector = sitting.detector(door).await?;
    let began = Instant::now();
    loop {
        node.logs(1, WANTED).await?;
        node.mine().await?;
        if runs.soon().await {
            break;
        }
        if began.elapsed() > PATIENCE {
            return Err(Error::Outcome("the chain is not followed".to_owned()));
        }
    }
    // What came before it was followed may start its runs still.
    while runs.soon().await {}
    Ok(detector)
}

/// How many logs there are in these blocks, as the node tells one who only counts them.
async fn stretch(node: &Node, from: u64, to: u64) -> Result<u64, Error> {
    let filter = json!([{
        "address": node.contract, "fromBlock": format!("0x{from:x}"), "toBlock": format!("0x{to:x}"),
    }]);
    let logs = node.ask("eth_getLogs", filter).await?;
    Ok(logs.as_array().map_or(0, |logs| logs.len() as u64))
}

/// Waits until a chain has been read up to this block, and nothing before it is left out.
async fn caught_up(sitting: &Sitting, head: u64) -> Result<(), Error> {
    let (began, head) = (Instant::now(), i64::try_from(head).unwrap_or(i64::MAX));
    loop {
        let standings = ChainStanding::list(&sitting.house.pool).await;
        let standings = standings.map_err(|error| Error::Outcome(error.to_string()))?;
        if standings.iter().any(|it| it.number >= head && it.backfill == 0) {
            return Ok(());
        }
        if began.elapsed() > PATIENCE {
            return Err(Error::Outcome(format!("not caught up in time: {standings:?}")));
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn calls_a_block(
    sitting: &Sitting,
    node: &Node,
    runs: &mut Begun,
) -> Result<BTreeMap<String, f64>, Error> {
    let counter = Counter::before(node)?;
    let detector = watching(sitting, node, &counter.url, runs).await?;
    counter.take();
    for _ in 0..COUNTED {
        node.logs(1, WANTED).await?;
        node.mine().await?;
        runs.next().await?;
    }
    let calls = counter.take();
    detector.close().await;
    counter.stop().await;
    // These two are asked whether there is a block or not.
    let polled = ["eth_blockNumber", "eth_getBlockByNumber"];
    let of_blocks = calls.into_iter().filter(|(method, _)| !polled.contains(&method.as_str()));
    Ok(of_blocks.map(|(method, count)| (method, count as f64 / COUNTED as f64)).collect())
}

impl Measured {
    /// The figures in words, a line each.
    pub(super) fn lines(&self) -> Vec<String> {
        let portion = self.logs_per_second / self.node_logs_per_second * 100.0;
        let mut lines = vec![
            format!("the node alone        {:>8.0} logs/s", self.node_logs_per_second),
            format!(
                "catching up           {:>8.0} logs/s   {portion:.0} % of the node alone, {:.0} blocks/s",
                self.logs_per_second, self.blocks_per_second
            ),
        ];
        if let Some(Percentiles { p50_ms, p99_ms, max_ms, .. }) = self.first_event {
            lines.push(format!(
                "block to first event  p50 {p50_ms:.0} ms   p99 {p99_ms:.0} ms   slowest {max_ms:.0} ms   (a look each {} ms)",
                self.poll_ms
            ));
        }
        for calls in &self.calls {
            let each: Vec<_> =
                calls.each.iter().map(|(method, count)| format!("{count:.2} {method}")).collect();
            lines.push(format!(
                "calls a block with {:>6} triggers: {}",
                calls.triggers,
                each.join(", ")
            ));
        }
        lines
    }
}
