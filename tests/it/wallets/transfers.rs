//! A run sends coins, and its node goes on with what became of them.

use serde_json::{Value, json};

use super::stage::{CHAIN, Stage, TEN, somebody};

#[actix_web::test]
async fn a_run_sends_coins_and_goes_on_when_they_are_there_for_good() {
    // given a wallet, a policy that lets it pay, and a workflow that pays
    let stage = Stage::open().await;
    let workflow = stage.pays(&json!({})).await;

    // when a run pays somebody
    let run = stage.pay(&workflow, &somebody(0xb0), 7).await;
    let ended = stage.mined(&run).await;

    // then he has it, and the node tells the transaction as the chain does
    assert_eq!(ended["status"], "success", "{ended}");
    let result = &ended["result"];
    assert_eq!(stage.balance(&somebody(0xb0)).await, 7);
    let receipt =
        stage.node.ask("eth_getTransactionReceipt", &json!([result["transactionHash"]])).await;
    assert_eq!(receipt["blockHash"], result["blockHash"]);
    assert_eq!(result["nonce"], 0);
    let fee: u128 = result["fee"].as_str().unwrap().parse().unwrap();
    assert_eq!(stage.balance(&stage.address).await, TEN - 7 - fee, "exact to the wei");
    stage.app.replays(&run).await;

    // and the ledger has every step of it, in order
    let transaction = stage.until(&run, "succeeded").await;
    assert_eq!(transaction["hash"], result["transactionHash"]);
    let steps = stage.history(&transaction).await;
    assert_eq!(
        steps,
        [
            "intent_accepted",
            "policy_decided",
            "simulated",
            "nonce_reserved",
            "sign_requested",
            "signed",
            "broadcast_attempted",
            "included",
            "finalized",
        ]
    );
}

#[actix_web::test]
async fn without_a_policy_nothing_is_signed_and_the_node_says_so() {
    let stage = Stage::bare().await;
    let workflow = stage.pays(&json!({})).await;
    let run = stage.pay(&workflow, &somebody(0xb1), 7).await;
    let ended = stage.mined(&run).await;
    assert_eq!(ended["status"], "failure");
    assert_eq!(ended["error"]["code"], "transaction_denied", "{ended}");
    assert!(ended["error"]["message"].as_str().unwrap().contains("no policy"), "{ended}");
    let transaction = stage.until(&run, "denied").await;
    assert_eq!(stage.history(&transaction).await, ["intent_accepted", "policy_decided"]);
    assert_eq!(stage.door.asked("eth_sendRawTransaction"), 0);
}

#[actix_web::test]
async fn what_the_wallet_cannot_pay_takes_no_nonce() {
    let stage = Stage::open().await;
    let workflow = stage.pays(&json!({})).await;
    let run = stage.pay(&workflow, &somebody(0xb2), TEN).await;
    let ended = stage.mined(&run).await;
    let failure = &ended["error"];
    assert_eq!(
        (&failure["code"], &failure["category"]),
        (&json!("transaction_would_fail"), &json!("funds"))
    );
    // The next one begins where this one would have.
    let run = stage.pay(&workflow, &somebody(0xb2), 1).await;
    assert_eq!(stage.mined(&run).await["result"]["nonce"], 0);
}

#[actix_web::test]
async fn a_payload_that_cannot_be_used_fails_the_node_with_its_place() {
    let stage = Stage::open().await;
    let workflow = stage.pays(&json!({})).await;
    let run = stage.pay(&workflow, "0xa0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", 1).await;
    let ended = stage.mined(&run).await;
    assert_eq!(ended["error"]["code"], "invalid_input");
    let message = ended["error"]["message"].as_str().unwrap();
    assert!(message.contains("recipientAddress") && message.contains("checksum"), "{message}");
}

#[actix_web::test]
async fn a_run_that_waits_for_a_block_only_goes_on_with_the_first() {
    let stage = Stage::open().await;
    let workflow = stage.pays(&json!({ "waitFor": "included" })).await;
    let run = stage.pay(&workflow, &somebody(0xb3), 3).await;
    stage.until(&run, "broadcast").await;
    stage.node.mine(1).await;
    stage.app.until_status(&run, "success").await;
    // The lane follows it on until its block stays.
    let path = format!("/v1/transactions?runId={run}");
    let ask = || async {
        stage.node.mine(1).await;
        stage.app.client.data(&path).await
    };
    let over = |page: &Value| page["items"][0]["status"] == "succeeded";
    stage.app.eventually(ask, over).await;
}

#[actix_web::test]
async fn a_contract_is_made_where_the_node_says() {
    let stage = Stage::open().await;
    // Code that gives 42, whoever asks.
    let code = "0x600a600c600039600a6000f3602a60005260206000f3";
    let workflow = stage
        .app
        .published(&json!({ "nodes": {
            "root": { "type": "manual", "payload": {}, "children": ["pay"] },
            "pay": { "type": "deploy-contract", "payload": { "chainId": CHAIN, "bytecode": code } },
        } }))
        .await;
    let run = stage.app.run_of(&workflow, &json!({})).await;
    let ended = stage.mined(&run).await;
    assert_eq!(ended["status"], "success", "{ended}");
    let contract = &ended["result"]["contractAddress"];
    let told = stage.node.ask("eth_call", &json!([{ "to": contract }, "latest"])).await;
    assert!(told.as_str().unwrap().ends_with("2a"), "{told}");
}

#[actix_web::test]
async fn a_daily_limit_is_kept_and_what_came_to_nothing_is_given_back() {
    let stage = Stage::bare().await;
    let coin = json!({ "token": { "chain": CHAIN, "address": somebody(0) } });
    stage
        .allow(&json!([
            { "id": "daily", "measure": coin, "most": "100", "per": "day", "by": "organization" },
        ]))
        .await;
    let workflow = stage.pays(&json!({})).await;
    let paid = async |amount| {
        let run = stage.pay(&workflow, &somebody(0xb4), amount).await;
        stage.mined(&run).await
    };
    assert_eq!(paid(60).await["status"], "success");
    let asked = json!({ "wallet": "any", "transaction": {
        "chainId": CHAIN, "from": stage.address, "to": somebody(0xb4), "value": "41",
    } });
    let simulated = stage.app.client.post("/v1/policies/simulate", &asked).await.data();
    assert_eq!(simulated["outcome"], "deny", "what was used counts there, too: {simulated}");
    let refused = paid(41).await;
    assert_eq!(refused["error"]["code"], "transaction_denied");
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(message.contains("leaves 40 of 100, and 41 is wanted"), "{message}");
    assert_eq!(paid(40).await["status"], "success");
    assert_eq!(stage.balance(&somebody(0xb4)).await, 100);
}

#[actix_web::test]
async fn a_function_of_a_contract_is_called_and_only_where_a_policy_names_it() {
    // given a contract that a policy lets the wallet call by one function
    let stage = Stage::bare().await;
    let contract = stage.node.deployed().await.to_checksum(None);
    let document = json!({ "form": 1, "rules": [{ "id": "transfers", "effect": "allow", "when": {
        "to": { "in": [contract] }, "function": { "in": ["ping(uint256)"] },
        "value": { "atMost": "0" },
    } }] });
    stage.policy("contract", &document).await;
    let calling = async |function: &str| {
        let payload = json!({
            "chainId": CHAIN, "contractAddress": contract, "function": function,
            "arguments": ["7"], "waitFor": "included",
        });
        let workflow = stage
            .app
            .published(&json!({ "nodes": {
                "root": { "type": "manual", "payload": {}, "children": ["pay"] },
                "pay": { "type": "write-contract", "payload": payload },
            } }))
            .await;
        let run = stage.app.run_of(&workflow, &json!({})).await;
        stage.mined(&run).await
    };
    // when another function is called, then it is denied
    let other = calling("pong(uint256 number)").await;
    assert_eq!(other["error"]["code"], "transaction_denied", "{other}");
    // and when this one is, the contract decides: it knows none of that name
    let this = calling("ping(uint256 number)").await;
    assert_eq!(this["error"]["code"], "transaction_would_fail", "{this}");
}

#[actix_web::test]
async fn readiness_says_what_keeps_a_wallet_from_paying() {
    let stage = Stage::bare().await;
    let workflow = stage.pays(&json!({})).await;
    let found = async || {
        let path = format!("/v1/workflows/{workflow}/readiness");
        let shown = stage.app.client.data(&path).await;
        let checks = shown["checks"].as_array().unwrap().clone();
        checks.into_iter().find(|check| check["check"] == "wallets").unwrap()
    };
    let evidence = |found: &Value| found["evidence"][0].as_str().unwrap().to_owned();
    assert!(evidence(&found().await).contains("no policy is in force"));
    stage.allow(&json!([])).await;
    assert_eq!(found().await["verdict"], "pass");
    stage.fund(0).await;
    stage.node.mine(1).await;
    let poor = found().await;
    assert_eq!(poor["verdict"], "fail", "{poor}");
    assert!(evidence(&poor).contains("no coins on chain 31337"), "{poor}");
}
