//! Heads that go back, stand still, are another chain's or nobody's.

use serde_json::json;

use super::stage::Stage;
use crate::support::anvil::{Anvil, Order};

#[actix_web::test]
async fn a_head_that_goes_back_three_blocks_for_one_poll_takes_nothing_back() {
    let stage = Stage::of(json!({"delivery": "seen", "onReorg": "cancel"})).await;
    let door = stage.door();
    let _detector = stage.following(&[&door]).await;
    stage.block_with_a_log().await;
    stage.block_with_a_log().await;
    stage.node.mine(1).await;
    stage.ledger_holds(&[]).await;

    door.goes_back(3, 1);
    stage.until_asked(&door, "eth_blockNumber", 6).await;
    stage.block_with_a_log().await;
    stage.ledger_holds(&[]).await;
    let taken_back = "select count(*) from chain_matches where state <> 'delivered'";
    assert_eq!(stage.app.count(taken_back).await, 0);
    assert_eq!(stage.app.retractions().await, 0);
}

#[actix_web::test]
async fn a_stuck_node_that_answers_does_not_hold_the_chain_up() {
    let stage = Stage::of(json!({"delivery": "seen"})).await;
    let (stuck, rising) = (stage.door(), stage.door());
    let _detector = stage.following(&[&stuck, &rising]).await;
    stuck.is_stuck_at(stage.node.head().await.0);
    for _ in 0..4 {
        stage.block_with_a_log().await;
    }
    stage.node.mine(30).await;
    stage.until_followed().await;
    stage.ledger_holds(&[]).await;
    // It comes to itself, and is as good as before.
    stuck.heals();
    stage.block_with_a_log().await;
    stage.ledger_holds(&[]).await;
}

#[actix_web::test]
async fn a_node_of_another_chain_is_not_believed_from_the_beginning_nor_later() {
    let stage = Stage::of(json!({"delivery": "seen"})).await;
    let other = Anvil::with(&["--chain-id", "1"]).await;
    // The same contract at the same address, with other logs in more blocks.
    assert_eq!(other.deployed().await, stage.contract);
    for _ in 0..8 {
        let sent = other.sent(stage.contract, Order::of(2)).await;
        other.block(&[&sent]).await;
    }
    let (wrong, right, later) = (stage.door(), stage.door(), stage.door());
    wrong.leads_to(&other);
    let _detector = stage.following(&[&wrong, &right, &later]).await;
    stage.block_with_a_log().await;
    stage.ledger_holds(&[]).await;
    // Behind an address that was right stands another chain from now on.
    later.leads_to(&other);
    stage.until_asked(&later, "eth_chainId", 1).await;
    stage.block_with_a_log().await;
    stage.until_followed().await;
    stage.ledger_holds(&[]).await;
    let halted = "select count(*) from chain_cursors where halted is not null";
    assert_eq!(stage.app.count(halted).await, 0);
}

#[actix_web::test]
async fn a_head_that_the_only_node_invents_is_forgotten_when_it_is_honest_again() {
    let stage = Stage::of(json!({"delivery": "seen"})).await;
    let door = stage.door();
    let _detector = stage.following(&[&door]).await;
    // A head that it cannot show is not believed at all.
    door.alters(|method, _, result| {
        if method == "eth_blockNumber" {
            *result = json!("0xf4240");
        }
    });
    stage.block_with_a_log().await;
    stage.until_asked(&door, "eth_blockNumber", 3).await;
    door.heals();
    stage.ledger_holds(&[]).await;
    // One that it can show is, until nobody has had it for long.
    let (head, _) = stage.node.head().await;
    let shown = stage.node.ask("eth_getBlockByNumber", &json!(["latest", false])).await;
    door.alters(move |method, parameters, result| match method {
        "eth_blockNumber" => *result = json!("0xf4240"),
        "eth_getBlockByNumber" if parameters[0] == "0xf4240" => {
            let mut invented = shown.clone();
            invented["number"] = json!("0xf4240");
            *result = invented;
        }
        _ => {}
    });
    stage.node.mine(1).await;
    let heard = "select coalesce(max(head), 0) from chain_cursors";
    stage.app.eventually(|| stage.app.count(heard), |head| *head == 1_000_000).await;
    door.heals();
    stage.block_with_a_log().await;
    stage.ledger_holds(&[]).await;
    stage.app.eventually(|| stage.app.count(heard), |heard| *heard == head + 2).await;
}
