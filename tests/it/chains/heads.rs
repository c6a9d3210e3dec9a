//! Who is believed about how far the chain has come.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use chainkeel::chains::{Chains, Error, StateName};
use chainkeel::primitives::{ChainId, ManualClock, SystemClock};
use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::node::{Ledger, Node, Said, chains, reader};

fn states(chains: &Chains) -> Vec<StateName> {
    let all = chains.all();
    let listed = all.iter().find(|listed| listed.chain.id == ChainId(31_337)).unwrap();
    listed.endpoints.iter().map(|endpoint| endpoint.state).collect()
}

#[actix_web::test]
async fn a_head_that_goes_back_three_blocks_for_one_poll_is_no_reorg() {
    let ledger = Ledger::new(103, []);
    let node = Node::start(&ledger);
    let chains = chains(&[&node], Arc::new(SystemClock));
    let reader = reader(&chains);
    assert_eq!(reader.heads().await.unwrap().latest, 103);

    ledger.height.store(100, Ordering::Relaxed);
    assert_eq!(reader.heads().await.unwrap().latest, 103);
    assert_eq!(states(&chains), [StateName::Lagging]);

    ledger.height.store(104, Ordering::Relaxed);
    let heads = reader.heads().await.unwrap();
    assert_eq!((heads.latest, states(&chains)), (104, vec![StateName::Alive]));
}

#[actix_web::test]
async fn a_stuck_node_that_answers_does_not_stop_the_chain() {
    let clock = ManualClock::at(OffsetDateTime::UNIX_EPOCH + Duration::days(20_000));
    let (stuck, rising) = (Ledger::new(100, []), Ledger::new(100, []));
    let (one, other) = (Node::start(&stuck), Node::start(&rising));
    let chains = chains(&[&one, &other], Arc::new(clock.clone()));
    let reader = reader(&chains);
    assert_eq!(reader.heads().await.unwrap().latest, 100);

    rising.height.store(160, Ordering::Relaxed);
    assert_eq!(reader.heads().await.unwrap().latest, 100, "nobody knows yet who is wrong");
    clock.advance(Duration::seconds(31));
    rising.height.store(170, Ordering::Relaxed);
    assert_eq!(reader.heads().await.unwrap().latest, 170);
    assert_eq!(states(&chains), [StateName::Lagging, StateName::Alive]);
}

#[actix_web::test]
async fn a_node_of_another_chain_is_not_read() {
    let ledger = Ledger::new(10, []);
    let other = Ledger { id: 1, ..Ledger::new(99, []) };
    let (right, wrong) = (Node::start(&ledger), Node::start(&other));
    let both = chains(&[&wrong, &right], Arc::new(SystemClock));
    assert_eq!(reader(&both).heads().await.unwrap().latest, 10);
    assert_eq!(states(&both), [StateName::WrongChain, StateName::Alive]);

    let alone = chains(&[&wrong], Arc::new(SystemClock));
    let error = reader(&alone).heads().await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains("chain 1"), "{error}");
    assert!(!error.to_string().contains("secret-key"), "{error}");
}

#[actix_web::test]
async fn a_node_that_says_429_is_left_alone_for_as_long_as_it_says() {
    let clock = ManualClock::at(OffsetDateTime::UNIX_EPOCH + Duration::days(20_000));
    let ledger = Ledger::new(10, []);
    let busy = Node::with(&ledger, |_, _| Some(Said::Busy { seconds: 7 }));
    let idle = Node::start(&ledger);
    let chains = chains(&[&busy, &idle], Arc::new(clock.clone()));
    let reader = reader(&chains);
    assert_eq!(reader.heads().await.unwrap().latest, 10);
    clock.advance(Duration::seconds(6));
    reader.heads().await.unwrap();
    assert_eq!((busy.asked(), states(&chains)[0]), (1, StateName::RateLimited));

    busy.heals();
    clock.advance(Duration::seconds(1));
    reader.heads().await.unwrap();
    assert_eq!(states(&chains), [StateName::Alive, StateName::Alive]);
}

#[actix_web::test]
async fn invented_json_counts_against_the_node_and_the_next_one_is_asked() {
    let ledger = Ledger::new(10, []);
    for said in ["<html>", "{}", r#"{"jsonrpc":"2.0","id":99999,"result":"0x1"}"#] {
        let liar = Node::with(&ledger, move |method, _| {
            (method == "eth_getBlockByNumber").then_some(Said::Text(said))
        });
        let honest = Node::start(&ledger);
        let chains = chains(&[&liar, &honest], Arc::new(SystemClock));
        for _ in 0..2 {
            let header = reader(&chains).header(7).await.unwrap().unwrap();
            assert_eq!(header.number, 7);
        }
    }
    let other = Node::with(&ledger, |method, _| {
        let another = json!({ "number": "0x8", "hash": super::node::hash(8),
            "parentHash": super::node::hash(7), "timestamp": "0x1" });
        (method == "eth_getBlockByNumber").then_some(Said::Result(another))
    });
    let chains = chains(&[&other], Arc::new(SystemClock));
    let error = reader(&chains).header(7).await.unwrap_err();
    assert!(error.to_string().contains("block 8 for block 7"), "{error}");
}
