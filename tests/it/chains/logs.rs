//! Logs that are left out, cut off or too many.

use std::collections::BTreeSet;
use std::sync::Arc;

use chainkeel::chains::{ChainReader, Error, Log, LogFilter};
use chainkeel::primitives::SystemClock;
use serde_json::{Value, json};

use super::node::{Ledger, Node, Said, chains, contract, hash, range, reader, topic};

fn filter() -> LogFilter {
    let mut filter = LogFilter { addresses: BTreeSet::from([contract()]), ..LogFilter::default() };
    filter.topics[0].insert(topic());
    filter
}

fn no_logs(method: &str, _: &Value) -> Option<Said> {
    (method == "eth_getLogs").then(|| Said::Result(json!([])))
}

/// Reads a range to its end, and sees that no block of it is left out.
async fn all(reader: &dyn ChainReader, from: u64, to: u64) -> Vec<Log> {
    let (mut next, mut logs) = (from, Vec::new());
    while next <= to {
        let span = reader.logs_in(next..=to, &filter()).await.unwrap();
        assert_eq!(*span.read.start(), next);
        assert!(*span.read.end() >= next && *span.read.end() <= to);
        next = span.read.end() + 1;
        logs.extend(span.logs);
    }
    logs
}

#[actix_web::test]
async fn no_logs_under_a_bloom_that_says_otherwise_are_not_believed() {
    let ledger = Ledger::new(10, [(7, 2)]);
    let (liar, honest) = (Node::with(&ledger, no_logs), Node::start(&ledger));
    // Whoever is asked first, the logs are found.
    for _ in 0..4 {
        let chains = chains(&[&liar, &honest], Arc::new(SystemClock));
        let logs = reader(&chains).logs(hash(7), &filter()).await.unwrap().unwrap();
        assert_eq!(logs.len(), 2);
    }
    // With nobody else to ask, the receipts of the block have them.
    let alone = chains(&[&liar], Arc::new(SystemClock));
    assert_eq!(reader(&alone).logs(hash(7), &filter()).await.unwrap().unwrap().len(), 2);
    // Receipts that do not make the bloom prove nothing.
    let worse = Node::with(&ledger, |method, _| {
        matches!(method, "eth_getLogs" | "eth_getBlockReceipts").then(|| Said::Result(json!([])))
    });
    let alone = chains(&[&worse], Arc::new(SystemClock));
    let error = reader(&alone).logs(hash(7), &filter()).await.unwrap_err();
    assert!(matches!(error, Error::Disputed { .. }), "{error}");
    // A block whose bloom rules them out is not asked about.
    assert_eq!(reader(&alone).logs(hash(8), &filter()).await.unwrap(), Some(Vec::new()));
}

#[actix_web::test]
async fn exactly_ten_thousand_logs_are_an_answer_that_was_cut_off() {
    let ledger = Ledger::new(300, (1..=300).map(|number| (number, 40)));
    let told = ledger.clone();
    let node = Node::with(&ledger, move |method, asked| {
        (method == "eth_getLogs").then(|| {
            let logs = range(&asked[0]).flat_map(|number| told.logs_of(number));
            Said::Result(json!(logs.take(10_000).collect::<Vec<_>>()))
        })
    });
    let chains = chains(&[&node], Arc::new(SystemClock));
    assert_eq!(all(&*reader(&chains), 1, 300).await.len(), 12_000);
}

#[actix_web::test]
async fn a_suggestion_that_equals_the_request_does_not_go_round_in_circles() {
    let ledger = Ledger::new(100, [(3, 1), (50, 1), (100, 1)]);
    let node = Node::with(&ledger, |method, asked| {
        let is_large = |asked: &Value| range(asked).count() > 10;
        let message =
            "query returned more than 10000 results. Try with this block range [0x1, 0x64].";
        (method == "eth_getLogs" && is_large(&asked[0])).then_some(Said::Error(-32005, message))
    });
    let chains = chains(&[&node], Arc::new(SystemClock));
    assert_eq!(all(&*reader(&chains), 1, 100).await.len(), 3);
}

#[actix_web::test]
async fn one_block_that_is_too_large_is_read_by_its_receipts() {
    let ledger = Ledger::new(10, [(7, 1_500)]);
    let node = Node::with(&ledger, |method, asked| {
        let has_it = |asked: &Value| range(asked).contains(&7);
        (method == "eth_getLogs" && has_it(&asked[0]))
            .then_some(Said::Error(-32602, "Log response size exceeded."))
    });
    let chains = chains(&[&node], Arc::new(SystemClock));
    let reader = reader(&chains);
    assert_eq!(all(&*reader, 1, 10).await.len(), 1_500);
    assert_eq!(reader.logs(hash(7), &filter()).await.unwrap().unwrap().len(), 1_500);
}

#[actix_web::test]
async fn logs_of_another_block_are_refused_and_the_next_node_is_asked() {
    let ledger = Ledger::new(10, [(7, 1), (8, 3)]);
    let told = ledger.clone();
    let liar = Node::with(&ledger, move |method, _| {
        (method == "eth_getLogs").then(|| Said::Result(json!(told.logs_of(8))))
    });
    let honest = Node::start(&ledger);
    for _ in 0..2 {
        let chains = chains(&[&liar, &honest], Arc::new(SystemClock));
        let logs = reader(&chains).logs(hash(7), &filter()).await.unwrap().unwrap();
        assert_eq!(logs.len(), 1);
    }
}

#[actix_web::test]
async fn a_range_that_the_node_has_not_reached_is_not_taken_for_an_empty_one() {
    let ledger = Ledger::new(10, []);
    let node = Node::start(&ledger);
    let chains = chains(&[&node], Arc::new(SystemClock));
    let error = reader(&chains).logs_in(5..=20, &filter()).await.unwrap_err();
    assert!(error.to_string().contains("5 to 20"), "{error}");
}
