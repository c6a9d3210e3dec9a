//! How long it takes to find the triggers of a log among all live ones, and to make the body with
//! which a run begins. No database takes part.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use alloy_primitives::{Address, B256, U256};
use serde_json::json;

use crate::cli::print::{line, print_json};
use crate::triggers::evm::{Armed, Asked, Link, Matcher, SeenBlock, SeenLog, What};

/// With how many live triggers.
const SIZES: [usize; 3] = [1, 1_000, 100_000];
/// How many logs are looked up.
const LOGS: usize = 100_000;
/// Of how many contracts the triggers are, at most: each has some of its own.
const CONTRACTS: usize = 20_000;

/// Measures and tells.
pub(super) fn run(json: bool) {
    let rows: Vec<_> = SIZES.into_iter().map(measure).collect();
    if json {
        let rows: Vec<_> = rows
            .iter()
            .map(|(size, look_up, body)| {
                json!({"triggers": size, "lookUpP50Ns": nanos(look_up, 500),
                    "lookUpP99Ns": nanos(look_up, 990), "matchP50Ns": nanos(body, 500),
                    "matchP99Ns": nanos(body, 990)})
            })
            .collect();
        print_json(&json!({ "matching": rows }));
        return;
    }
    line("live triggers   looked up in (p50, p99)   decoded, with a body (p50, p99)");
    for (size, look_up, body) in rows {
        line(&format!(
            "{size:>13}   {:>6} ns   {:>6} ns   {:>10} ns   {:>10} ns",
            nanos(&look_up, 500),
            nanos(&look_up, 990),
            nanos(&body, 500),
            nanos(&body, 990),
        ));
    }
}

fn nanos(sorted: &[Duration], permille: usize) -> u128 {
    sorted[(sorted.len() - 1) * permille / 1_000].as_nanos()
}

fn contract(number: usize) -> Address {
    Address::left_padding_from(&(number as u64 + 1).to_be_bytes())
}

/// The sorted times of looking up, and of looking up, decoding and making a body.
fn measure(size: usize) -> (usize, Vec<Duration>, Vec<Duration>) {
    let armed = |number: usize| {
        let payload = json!({
            "chainId": 1,
            "contractAddress": format!("{:#x}", contract(number % CONTRACTS)),
            "eventSignature": "Transfer(address indexed from, address indexed to, uint256 value)",
        });
        let asked = Asked::read("evm-log", &payload)
            .and_then(Result::ok)
            .expect("the settings of the measurement are right");
        Arc::new(Armed { asked, since: 0, subscription: () })
    };
    let triggers: Vec<_> = (0..size).map(armed).collect();
    let What::Log(logs) = &triggers[0].asked.what else { unreachable!("they ask for logs") };
    let topic = logs.shape.topic();
    let matcher = Matcher::new(triggers);
    let block = SeenBlock {
        chain: 1,
        link: Link { number: 1, hash: B256::ZERO, parent: B256::ZERO },
        timestamp: 1_790_000_000,
    };
    let (mut look_up, mut whole) = (Vec::with_capacity(LOGS), Vec::with_capacity(LOGS));
    for number in 0..LOGS {
        let log = SeenLog {
            address: contract(number * 7_919 % size.min(CONTRACTS)),
            topics: vec![topic, B256::ZERO, B256::ZERO],
            data: U256::from(number).to_be_bytes::<32>().into(),
            transaction: B256::ZERO,
            ordinal: 0,
            index: 0,
        };
        let began = Instant::now();
        black_box(matcher.candidates(log.address, &log.topics).count());
        look_up.push(began.elapsed());
        let mut found = Vec::new();
        let began = Instant::now();
        matcher.log(&block, &log, &mut found);
        whole.push(began.elapsed());
        black_box(found);
    }
    look_up.sort_unstable();
    whole.sort_unstable();
    (size, look_up, whole)
}
