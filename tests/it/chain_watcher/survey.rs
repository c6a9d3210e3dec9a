//! What a trigger would have found in blocks that are there: asked, never fired.

use std::sync::Arc;
use std::time::Duration;

use chainkeel::actors::detector::chain_watcher::{Bounds, ChainSource, Survey, survey};
use chainkeel::primitives::{OrganizationId, WorkflowId};
use chainkeel::triggers::evm::Asked;
use chainkeel::triggers::{Subscriber, Subscription};
use engine::Lane;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::CHAIN;
use super::chain::{Chain, TRANSFER};

/// Looks for large transfers.
async fn large(chain: &Arc<Chain>, from: u64, to: u64, most: usize) -> Survey {
    let payload = json!({
        "chainId": CHAIN, "eventSignature": TRANSFER, "filter": {"$and": [{"value": {"$gte": "100"}}]},
    });
    let asked = Asked::read("evm-log", &payload).unwrap().unwrap();
    let subscription = Subscription {
        organization: OrganizationId::DEFAULT,
        subscriber: Subscriber::Workflow(WorkflowId::generate()),
        version: 1,
        since: None,
        kind: "evm-log",
        payload: Arc::new(payload),
        connector: None,
        lane: Lane::Default,
    };
    let bounds = Bounds { most, until: Instant::now() + Duration::from_secs(20) };
    let source = Arc::clone(chain) as Arc<dyn ChainSource>;
    survey(&source, asked, subscription, from..=to, bounds).await.unwrap()
}

fn values(survey: &Survey) -> Vec<(u64, &Value)> {
    survey.found.iter().map(|it| (it.block, &it.body["args"]["value"])).collect()
}

#[actix_web::test]
async fn what_would_have_fired_is_found_in_the_order_of_the_chain_with_the_live_triggers_ids() {
    let chain = Chain::of(10);
    chain.mine(&[chain.sent(&[5, 100]), chain.sent(&[200])]);
    chain.mine_empty(700);
    chain.mine(&[chain.sent(&[99, 300])]);
    let all = large(&chain, 0, 5_000, 100).await;
    let (first, second, third) = (json!("100"), json!("200"), json!("300"));
    assert_eq!(values(&all), [(10, &first), (10, &second), (711, &third)]);
    assert_eq!((all.head, all.next), (711, None));
    assert!(all.found[0].id.starts_with("evm:31337:"));
    assert_ne!(all.found[0].id, all.found[1].id);
}

#[actix_web::test]
async fn more_than_there_is_room_for_goes_on_with_a_whole_block() {
    let chain = Chain::of(10);
    for _ in 0..3 {
        chain.mine(&[chain.sent(&[100, 101])]);
    }
    let begun = large(&chain, 0, 50, 3).await;
    assert_eq!((begun.found.len(), begun.next), (2, Some(11)));
    let rest = large(&chain, 11, 50, 4).await;
    assert_eq!((rest.found.len(), rest.next), (4, None));
    // One block alone has more: the rest of it is left out, and it goes on behind it.
    let one = large(&chain, 10, 50, 1).await;
    assert_eq!((one.found.len(), one.next), (1, Some(11)));
}

#[actix_web::test]
async fn blocks_that_are_not_there_yet_are_not_waited_for() {
    let chain = Chain::of(10);
    let beyond = large(&chain, 20, 30, 10).await;
    assert_eq!((beyond.head, beyond.found.len(), beyond.next), (9, 0, None));
}
