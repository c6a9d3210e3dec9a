//! Runs that rehearse upon their chains: what they would do there is told, and nothing is done.

use serde_json::{Value, json};

use super::stage::{CHAIN, Stage, TEN, somebody};

impl Stage {
    /// A workflow that reads what somebody has, pays him twice, and reads it again.
    async fn pays_twice(&self, first: &str, second: &str) -> String {
        let (to, read) = (somebody(0xaa), json!({ "chainId": CHAIN, "address": somebody(0xaa) }));
        let pay =
            |amount: &str| json!({ "chainId": CHAIN, "recipientAddress": to, "amount": amount });
        self.app
            .published(&json!({ "nodes": {
                "root": { "type": "manual", "payload": {}, "children": ["before"] },
                "before": { "type": "get-balance", "payload": read, "children": ["first"] },
                "first": { "type": "send-native-token", "payload": pay(first), "children": ["second"] },
                "second": { "type": "send-native-token", "payload": pay(second), "children": ["after"] },
                "after": { "type": "get-balance", "payload": read, "children": ["wallet"] },
                "wallet": { "type": "get-balance",
                    "payload": { "chainId": CHAIN, "address": "{{$nodes.first.result.from}}" } },
            } }))
            .await
    }

    /// How a run of it would go.
    async fn rehearsal(&self, workflow: &str, more: &Value) -> Value {
        let mut order = json!({ "chains": "foreseen" });
        for (name, value) in more.as_object().unwrap() {
            order[name] = value.clone();
        }
        self.app.client.post(&format!("/v1/workflows/{workflow}/simulate"), &order).await.data()
    }

    /// That nothing was done: the wallet has what it had, nobody was sent anything, no lane was opened.
    async fn is_untouched(&self) {
        assert_eq!(self.balance(&self.address).await, TEN);
        assert_eq!(self.door.asked("eth_sendRawTransaction"), 0);
        let nonce =
            self.node.ask("eth_getTransactionCount", &json!([self.address, "latest"])).await;
        assert_eq!(nonce, "0x0");
        let transactions = self.app.client.data("/v1/transactions").await;
        assert_eq!(transactions["items"].as_array().unwrap().len(), 0);
        let runs = self.app.client.data("/v1/runs").await;
        assert_eq!(runs["items"].as_array().unwrap().len(), 0);
    }
}

#[actix_web::test]
async fn each_node_sees_what_those_before_it_would_have_done_and_nothing_is_done() {
    // given a wallet of ten coins that may pay anybody
    let stage = Stage::open().await;
    let workflow = stage.pays_twice("7", "5").await;

    // when a run rehearses
    let played = stage.rehearsal(&workflow, &json!({})).await;

    // then it ends as it would, each read upon the payments before it
    assert_eq!(played["status"], "success", "{played:#}");
    assert_eq!(played["stopped"], Value::Null);
    let result = |node: &str| played["executionState"][node]["result"].clone();
    assert_eq!(result("before")["balance"], "0");
    assert_eq!(result("after")["balance"], "12");
    assert_eq!(result("wallet")["balance"], (TEN - 12).to_string());
    assert_eq!(
        (result("first")["nonce"].clone(), result("second")["nonce"].clone()),
        (0.into(), 1.into())
    );
    let transactions = played["transactions"].as_array().unwrap();
    let told: Vec<_> =
        transactions.iter().map(|it| (&it["node"], &it["policy"], &it["gasUsed"])).collect();
    let (allow, gas) = (json!("allow"), json!(21_000));
    assert_eq!(told, [(&json!("first"), &allow, &gas), (&json!("second"), &allow, &gas)]);
    assert_eq!(transactions[0]["decision"]["outcome"], "allow");
    let fee = transactions[0]["fee"].as_str().unwrap().parse::<u128>().unwrap();
    assert_eq!(result("first")["fee"], fee.to_string());
    assert!(fee > 0);

    // and nothing of it happened
    stage.is_untouched().await;
}

#[actix_web::test]
async fn limits_are_counted_over_all_transactions_of_a_rehearsal() {
    // given a limit of ten wei a day
    let stage = Stage::bare().await;
    let coin = json!({ "token": { "chain": CHAIN, "address": somebody(0) } });
    let limit = json!([
        { "id": "daily", "measure": coin, "most": "10", "per": "day", "by": "organization" },
    ]);
    stage.allow(&limit).await;
    let workflow = stage.pays_twice("7", "5").await;

    // when a run rehearses that wants twelve
    let played = stage.rehearsal(&workflow, &json!({})).await;

    // then the second payment is denied as it would be, and the ledger has reserved nothing
    assert_eq!(played["status"], "failure", "{played:#}");
    assert_eq!(played["failure"]["code"], "transaction_denied");
    assert_eq!(played["transactions"][1]["policy"], "deny");
    assert!(played["transactions"][1]["refusal"].as_str().unwrap().contains("daily"));
    assert_eq!(played["transactions"][1]["nonce"], Value::Null);
    let again = stage.rehearsal(&workflow, &json!({})).await;
    assert_eq!(again["transactions"][0]["policy"], "allow", "nothing was reserved by the first");
    stage.is_untouched().await;
}

#[actix_web::test]
async fn what_would_come_to_nothing_says_why() {
    let stage = Stage::open().await;

    // given more than the wallet has after the first payment
    let most = (TEN - 1_000).to_string();
    let workflow = stage.pays_twice(&most, "5000").await;
    // when a run rehearses
    let played = stage.rehearsal(&workflow, &json!({})).await;
    // then it is the wallet that has too little for the fees of the first already
    assert_eq!(played["failure"]["code"], "transaction_would_fail", "{played:#}");
    assert_eq!(played["failure"]["category"], "funds");
    assert!(played["transactions"][0]["refusal"].as_str().unwrap().contains("insufficient funds"));

    // given a call that its contract undoes
    let coin = stage.node.deployed_as("Coin").await;
    let document = json!({ "form": 1, "rules": [
        { "id": "coins", "effect": "allow", "when": {
            "action": { "in": ["transfer"] }, "token": { "in": [coin] }, "counterparty": "any",
        } },
    ] });
    stage.policy("calls", &document).await;
    let transfer = |amount: &str| {
        json!({ "nodes": {
            "root": { "type": "manual", "payload": {}, "children": ["pay"] },
            "pay": { "type": "write-contract", "payload": {
                "chainId": CHAIN, "contractAddress": coin, "function": "transfer(address,uint256)",
                "arguments": [somebody(0xaa), amount],
            } },
        } })
    };
    let workflow = stage.app.published(&transfer("1")).await;
    // when a run rehearses
    let played = stage.rehearsal(&workflow, &json!({})).await;
    // then the contract's reason is told
    assert_eq!(played["failure"]["code"], "transaction_would_fail", "{played:#}");
    assert_ne!(played["transactions"][0]["refusal"], Value::Null);
    stage.is_untouched().await;
}

#[actix_web::test]
async fn mocks_come_first_and_what_nobody_can_foresee_stops_with_its_cure() {
    let stage = Stage::open().await;
    let workflow = stage.pays_twice("7", "5").await;

    // given a mock for one payment: it answers, and the chain knows nothing of it
    let mocks = json!([{ "node": "first", "response": { "from": stage.address } }]);
    let played = stage.rehearsal(&workflow, &json!({ "mocks": mocks })).await;
    assert_eq!(played["executionState"]["after"]["result"]["balance"], "5", "{played:#}");
    assert_eq!(played["transactions"].as_array().unwrap().len(), 1);

    // given a node that no chain answers: as without chains, or echoed where that is wanted
    let other = json!({ "nodes": {
        "root": { "type": "manual", "payload": {}, "children": ["ask"] },
        "ask": { "type": "http-request", "payload": { "url": "http://x.test/" } },
    } });
    let other = stage.app.published(&other).await;
    let played = stage.rehearsal(&other, &json!({})).await;
    assert!(played["stopped"].as_str().unwrap().contains("not mocked"), "{played:#}");
    let played = stage.rehearsal(&other, &json!({ "unmocked": "echo" })).await;
    assert_eq!(played["status"], "success");

    // given a contract to be made, which this node does not foresee
    let made = json!({ "nodes": {
        "root": { "type": "manual", "payload": {}, "children": ["make"] },
        "make": { "type": "deploy-contract", "payload": {
            "chainId": CHAIN, "bytecode": "0x6001600c60003960016000f300" } },
    } });
    let made = stage.app.published(&made).await;
    let played = stage.rehearsal(&made, &json!({})).await;
    let stopped = played["stopped"].as_str().unwrap();
    assert!(stopped.contains("\"make\"") && stopped.contains("mock it"), "{stopped}");

    // given no node at all
    stage.door.instead(|_, _| Some(crate::support::fault_proxy::Fault::Text("gone")));
    let played = stage.rehearsal(&workflow, &json!({})).await;
    assert_ne!(played["status"], "success");
}
