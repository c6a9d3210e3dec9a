//! Limits in US dollars count by prices that the oracle has signed, and refuse without one.

use serde_json::{Value, json};

use super::stage::{CHAIN, Stage, somebody};
use crate::support::TestApp;
use crate::support::socket_peer::{OURS, STRANGE, SocketPeer, now_ns, price};

/// A coin, in wei.
const COIN: u128 = 1_000_000_000_000_000_000;

/// A house in which five thousand dollars a day may be paid, and what its oracle says.
async fn within_five_thousand() -> (Stage, SocketPeer) {
    let stork = SocketPeer::start().await;
    let stage = Stage::valued(&stork, &format!("{CHAIN}:coin=ETHUSD")).await;
    let daily = json!({ "id": "daily", "measure": "usd", "most": "5000", "per": "day", "by": "organization" });
    stage.allow(&json!([daily])).await;
    (stage, stork)
}

/// Waits until a price that counts is on record.
async fn is_kept(app: &TestApp) {
    let kept = || async {
        let rows = sqlx::query_scalar!("select count(*) from signed_prices");
        json!(rows.fetch_one(&app.database.pool).await.unwrap())
    };
    app.eventually(kept, |count| count == &json!(1)).await;
}

/// What would be decided over a payment of so many coins.
async fn foreseen(stage: &Stage, coins: u128) -> Value {
    let asked = json!({ "wallet": "w", "transaction": {
        "chainId": CHAIN, "from": stage.address, "to": somebody(0xe0), "value": (coins * COIN).to_string(),
        "data": "0x", "gasLimit": 21_000, "maxFee": "1",
    } });
    stage.app.client.post("/v1/policies/simulate", &asked).await.data()
}

#[actix_web::test]
async fn a_limit_in_dollars_lets_pass_what_fits_by_the_signed_price_and_no_more() {
    // given a coin that is worth two thousand dollars, as the oracle signed it
    let (stage, stork) = within_five_thousand().await;
    assert_eq!(stork.asked(1).await[0].message["data"], json!(["ETHUSD"]));
    stork.says(price(OURS, "ETHUSD", 2_000, now_ns()));
    is_kept(&stage.app).await;
    assert_eq!(foreseen(&stage, 2).await["outcome"], "allow");
    assert_eq!(foreseen(&stage, 3).await["outcome"], "deny");

    // when two coins are paid, and one more
    let workflow = stage.pays(&json!({ "waitFor": "included" })).await;
    let first = stage.pay(&workflow, &somebody(0xe0), 2 * COIN).await;
    assert_eq!(stage.mined(&first).await["status"], "success");
    let second = stage.pay(&workflow, &somebody(0xe0), COIN).await;

    // then only what fits in five thousand dollars is paid
    let refused = stage.mined(&second).await;
    assert_eq!(refused["error"]["code"], "transaction_denied", "{refused}");
    assert_eq!(stage.balance(&somebody(0xe0)).await, 2 * COIN);

    // and the ledger says by which price that was decided
    let paid = stage.app.client.data(&format!("/v1/transactions?runId={first}")).await;
    let path = format!("/v1/transactions/{}", paid["items"][0]["id"].as_str().unwrap());
    let shown = stage.app.client.data(&path).await;
    let told = shown["history"].as_array().unwrap();
    let decided = told.iter().find(|event| event["event"] == "policy_decided").unwrap();
    let [quote] = &decided["content"]["reasons"]["prices"].as_array().unwrap()[..] else {
        panic!("one price: {decided}")
    };
    assert_eq!((&quote["asset"], &quote["microUsd"]), (&json!("ETHUSD"), &json!("2000000000")));
    assert_eq!(quote["source"], "stork");
}

#[actix_web::test]
async fn without_a_price_that_counts_a_limit_in_dollars_refuses() {
    // given an oracle whose words do not count: a stranger's, and one that is too old
    let (stage, stork) = within_five_thousand().await;
    stork.asked(1).await;
    stork.says(price(STRANGE, "ETHUSD", 1, now_ns()));
    stork.says(price(OURS, "ETHUSD", 1, now_ns() - 3_600_000_000_000));
    let workflow = stage.pays(&json!({})).await;

    // when something is paid
    let run = stage.pay(&workflow, &somebody(0xe1), 1).await;
    let refused = stage.mined(&run).await;

    // then it is refused, and said why
    assert_eq!(refused["error"]["code"], "transaction_denied", "{refused}");
    let told = refused["error"]["message"].as_str().unwrap_or_default().to_owned();
    assert!(told.contains("daily"), "{refused}");

    // and a row that was written by hand convinces nobody: whoever decides checks the signature
    let mut forged = price(OURS, "ETHUSD", 2_000, now_ns())["data"]["ETHUSD"].take();
    forged["stork_signed_price"]["price"] = "1000000000000000000".into();
    sqlx::query!(
        "insert into signed_prices (asset, signed, signed_at) values ('ETHUSD', $1, now())",
        forged,
    )
    .execute(&stage.app.database.pool)
    .await
    .unwrap();
    let again = stage.pay(&workflow, &somebody(0xe1), 1).await;
    assert_eq!(stage.mined(&again).await["error"]["code"], "transaction_denied");
    assert_eq!(stage.balance(&somebody(0xe1)).await, 0);
}
