//! Logs that are left out, cut off, doubled or too many, and answers that are none.

use std::time::Duration;

use serde_json::{Value, json};

use super::stage::Stage;
use crate::support::anvil::{Order, number};
use crate::support::fault_proxy::Fault;

/// Which blocks logs are asked of, where it is a range.
fn range(parameters: &Value) -> Option<(i64, i64)> {
    let end = |name: &str| parameters[0].get(name).map(number);
    Some((end("fromBlock")?, end("toBlock")?))
}

#[actix_web::test]
async fn empty_logs_under_a_bloom_that_says_otherwise_are_not_believed() {
    let stage = Stage::of(json!({"delivery": "seen"})).await;
    let (liar, honest) = (stage.door(), stage.door());
    let _detector = stage.following(&[&liar, &honest]).await;
    let nothing =
        |method: &str, _: &Value| (method == "eth_getLogs").then(|| Fault::Result(json!([])));
    liar.instead(nothing);
    for _ in 0..4 {
        stage.block_with_a_log().await;
    }
    stage.ledger_holds(&[]).await;
    // With nobody to contradict them, the receipts of the block do.
    honest.instead(nothing);
    stage.block_with_a_log().await;
    honest.instead(|_, _| Some(Fault::Cut));
    stage.block_with_a_log().await;
    stage.until_asked(&liar, "eth_getBlockReceipts", 1).await;
    honest.heals();
    liar.heals();
    stage.block_with_a_log().await;
    stage.until_followed().await;
    stage.ledger_holds(&[]).await;
}

#[actix_web::test]
async fn exactly_a_thousand_logs_of_more_are_an_answer_that_was_cut_off() {
    let stage = Stage::empty().await;
    // The last one of twelve hundred. (With ten thousand: `chains::logs`.)
    let last = json!({"delivery": "seen", "filter": {"$and": [{"value": {"$eq": "7"}}]}});
    stage.watches(last).await;
    let door = stage.door();
    door.alters(|method, _, result| {
        if let (true, Some(logs)) = (method == "eth_getLogs", result.as_array_mut()) {
            logs.truncate(1_000);
        }
    });
    let _detector = stage.following(&[&door]).await;
    let many = Order { least: 7, ..Order::of(1_200) };
    let many = stage.node.sent(stage.contract, many).await;
    stage.node.block(&[&many]).await;
    stage.app.until_runs(1).await;
    let [run] = &stage.runs(1).await[..] else { panic!("one run") };
    let body = stage.app.body_of(run).await;
    assert_eq!((&body["args"]["value"], &body["logOrdinal"]), (&json!("7"), &json!(1_199)));
}

#[actix_web::test]
async fn too_large_with_the_request_as_suggestion_and_one_block_that_is_too_large_skip_nothing() {
    let stage = Stage::of(json!({"delivery": "seen"})).await;
    let door = stage.door();
    drop(stage.following(&[&door]).await);
    for _ in 0..5 {
        stage.block_with_a_log().await;
        stage.node.mine(39).await;
    }
    let (head, _) = stage.node.head().await;
    let large = head - 120 + 1;
    stage.node.mine(60).await;
    door.instead(move |method, parameters| {
        let (from, to) = range(parameters).filter(|_| method == "eth_getLogs")?;
        let hex = |number: i64| format!("0x{number:x}");
        let is_in_it = (from..=to).contains(&large);
        (to - from >= 16 || is_in_it).then(|| {
            let (from, to) = (hex(from), hex(to));
            let message = format!(
                "query returned more than 10000 results. Try with this block range [{from}, {to}]."
            );
            Fault::Error(-32005, message)
        })
    });
    let _detector = stage.detector(&[&door]);
    stage.until_followed().await;
    stage.app.eventually(|| stage.gaps(), |gaps| *gaps == 0).await;
    // A block near the head that is too large is read by its receipts.
    door.instead(|method, _| {
        let message = || "Log response size exceeded.".to_owned();
        (method == "eth_getLogs").then(|| Fault::Error(-32602, message()))
    });
    stage.block_with_a_log().await;
    stage.ledger_holds(&[]).await;
}

#[actix_web::test]
async fn doubled_logs_late_answers_cuts_429s_and_invented_json_lose_nothing() {
    let stage = Stage::of(json!({"delivery": "seen"})).await;
    let (one, other) = (stage.door(), stage.door());
    let _detector = stage.following(&[&one, &other]).await;
    one.alters(|method, _, result| {
        if let (true, Some(logs)) = (method == "eth_getLogs", result.as_array_mut()) {
            logs.extend(logs.clone());
        }
    });
    for _ in 0..2 {
        stage.block_with_a_log().await;
    }
    stage.ledger_holds(&[]).await;
    one.heals();
    let faults: [fn() -> Fault; 5] = [
        || Fault::Late(Duration::from_millis(60)),
        || Fault::Cut,
        || Fault::Busy { seconds: 2 },
        || Fault::Text(r#"{"jsonrpc":"2.0","id":99999,"result":"0x1"}"#),
        || Fault::Text("<html>"),
    ];
    for (at, fault) in faults.into_iter().enumerate() {
        // Now this one, now that one, and every third question goes through.
        let door = if at % 2 == 0 { &one } else { &other };
        let mut asked = 0;
        door.instead(move |_, _| {
            asked += 1;
            (asked % 3 > 0).then(fault)
        });
        for _ in 0..2 {
            stage.block_with_a_log().await;
        }
        stage.ledger_holds(&[]).await;
        door.heals();
    }
    // When neither can be asked, nothing is passed by.
    one.instead(|_, _| Some(Fault::Cut));
    other.instead(|_, _| Some(Fault::Busy { seconds: 4 }));
    stage.block_with_a_log().await;
    stage.until_asked(&other, "eth_blockNumber", 1).await;
    one.heals();
    other.heals();
    stage.ledger_holds(&[]).await;
}
