//! Chains in memory that do what chains do: whatever it is, every matching log starts one run, none
//! starts two, none is lost, and the ledger says so.

mod anvil;
mod backfill;
mod chain;
mod detectors;
mod finality;
mod reorganization;
mod survey;
mod transactions;
mod waits;

use std::sync::Arc;

use engine::Fact;
use serde_json::{Value, json};

use self::chain::{Chain, One, TRANSFER};
use crate::support::{Beside, TestApp, app};

/// The id of the chain.
const CHAIN: u64 = 31_337;

/// A workflow with this trigger, which waits after it has begun.
fn watching(kind: &str, settings: &Value) -> Value {
    let mut payload = json!({"chainId": CHAIN});
    payload.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    json!({"nodes": {
        "root": {"type": kind, "payload": payload, "children": ["hold"]},
        "hold": {"type": "wait", "payload": {"timeoutMs": 3_600_000, "triggerType": "manual", "triggerConfig": {}}},
    }})
}

/// Watches for transfers.
fn transfers(settings: &Value) -> Value {
    let mut all = json!({"eventSignature": TRANSFER});
    all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    watching("evm-log", &all)
}

/// A house, a chain with some blocks, and a workflow that watches it.
async fn watched(definition: &Value) -> (TestApp, Arc<Chain>, String) {
    let (app, chain) = (app().await, Chain::of(10));
    let workflow = app.published(definition).await;
    (app, chain, workflow)
}

impl TestApp {
    /// A process that watches this chain; it ends when it is dropped.
    fn detector(&self, chain: &Arc<Chain>) -> Beside {
        self.beside(Arc::new(One(Arc::clone(chain))))
    }

    /// Waits until a chain is followed for so many subscribers.
    async fn until_enrolled(&self, count: i64) {
        let enrolled = || self.count("select count(*) from chain_subscribers");
        self.eventually(enrolled, |enrolled| *enrolled == count).await;
    }

    /// Waits until a chain was followed to its head, and what is due is delivered.
    async fn until_followed(&self, chain: &Chain) {
        let at = || self.count("select coalesce(max(number), -1) from chain_cursors");
        let head = chain.head();
        self.eventually(at, |number| *number == head).await;
        let hash = chain.head_hash();
        let there = || self.count_of("select count(*) from chain_cursors where hash = $1", &hash);
        self.eventually(there, |count| *count == 1).await;
    }

    /// Waits until there are so many runs, and sees that each began with a match of its own.
    async fn until_runs(&self, count: i64) {
        self.eventually(|| self.count_runs(), |runs| *runs == count).await;
        let claimed =
            "select count(distinct trigger_id) from trigger_claims where trigger_id like 'evm:%'";
        assert_eq!(self.count(claimed).await, count);
    }

    /// With what a run began.
    async fn body_of(&self, run: &str) -> Value {
        let facts = self.facts(run).await;
        let Some(Fact::Started { trigger, .. }) = facts.first() else { panic!("{facts:?}") };
        (*trigger.body).clone()
    }

    /// How many matches were retracted, by the ledger.
    async fn retractions(&self) -> i64 {
        self.count("select count(*) from events where aggregate_type = 'chain_match' and event_type = 'retracted'")
            .await
    }
}
