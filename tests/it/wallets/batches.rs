//! Several calls in one transaction: through Multicall3, and through a Safe.

use alloy_primitives::Address;
use serde_json::{Value, json};

use super::stage::{CHAIN, Stage, somebody};

impl Stage {
    /// How a run ends that makes these calls, with more in the payload.
    async fn batch(&self, calls: &Value, more: &Value) -> Value {
        let mut payload = json!({ "chainId": CHAIN, "calls": calls, "waitFor": "included" });
        for (name, value) in more.as_object().unwrap() {
            payload[name] = value.clone();
        }
        let workflow = self
            .app
            .published(&json!({ "nodes": {
                "root": { "type": "manual", "payload": {}, "children": ["pay"] },
                "pay": { "type": "batch", "payload": payload },
            } }))
            .await;
        let run = self.app.run_of(&workflow, &json!({})).await;
        self.mined(&run).await
    }

    /// What somebody has of a token.
    async fn tokens(&self, token: Address, of: &str) -> u128 {
        let data = format!("0x70a08231{:0>64}", of.trim_start_matches("0x"));
        let told =
            self.node.ask("eth_call", &json!([{ "to": token, "data": data }, "latest"])).await;
        u128::from_str_radix(told.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
    }

    /// A Safe of version 1.4.1 with this owner alone, with coins, and its way to make many calls.
    async fn safe(&self, owner: &str, wei: u128) -> (Address, Address) {
        let several = "libraries/MultiSendCallOnly.sol/MultiSendCallOnly";
        let several = self.node.deployed_of_safe(several, &[]).await;
        let safe = self.node.deployed_of_safe("Safe.sol/Safe", &[]).await;
        let proxy = "proxies/SafeProxy.sol/SafeProxy";
        let proxy = self.node.deployed_of_safe(proxy, safe.into_word().as_slice()).await;
        // setup(owners, threshold, to, data, fallbackHandler, paymentToken, payment, paymentReceiver)
        let word = |number: u64| format!("{number:064x}");
        let words = [
            word(0x100),
            word(1),
            word(0),
            word(0x140),
            word(0),
            word(0),
            word(0),
            word(0),
            word(1),
            format!("{:0>64}", owner.trim_start_matches("0x").to_lowercase()),
            word(0),
        ];
        let data = format!("0xb63e800d{}", words.concat());
        self.node.sends(json!({ "to": proxy, "data": data, "gas": "0x100000" })).await;
        self.node.mine(1).await;
        self.node.ask("anvil_setBalance", &json!([proxy, format!("0x{wei:x}")])).await;
        (proxy, several)
    }
}

/// Lets a batch be made by this contract, with coins for these receivers in it.
fn batches(by: &[Address], receivers: &[String]) -> Value {
    json!({ "form": 1, "rules": [
        { "id": "batches", "effect": "allow", "when": {
            "action": { "in": ["batch", "delegateCall"] }, "to": { "in": by },
            "value": { "atLeast": "0" },
        } },
        { "id": "coins", "effect": "allow", "when": {
            "action": { "in": ["native"] }, "counterparty": { "in": receivers }, "token": "any",
            "value": { "atLeast": "0" },
        } },
    ] })
}

#[actix_web::test]
async fn coins_go_to_several_receivers_at_once_or_to_none_of_them() {
    let stage = Stage::bare().await;
    let multicalls = stage.node.deployed_as("Multicalls").await;
    let till = stage.node.deployed_as("Till").await;
    let receivers = [somebody(0xf0), somebody(0xf1)];
    let mut policy = batches(&[multicalls], &receivers);
    policy["rules"].as_array_mut().unwrap().push(json!({
        "id": "refusals", "effect": "allow", "when": {
            "to": { "in": [till] }, "function": { "in": ["refuse(string)"] },
            "value": { "atMost": "0" },
        },
    }));
    stage.policy("batches", &policy).await;
    let through = json!({ "multicallAddress": multicalls });
    let [one, two] = &receivers;
    let coins = json!([{ "to": one, "value": "3" }, { "to": two, "value": "4" }]);
    let paid = stage.batch(&coins, &through).await;
    assert_eq!(paid["status"], "success", "{paid}");
    assert_eq!((stage.balance(one).await, stage.balance(two).await), (3, 4));
    // One that fails takes the others with it, and is seen before anything is sent.
    let refused = json!([
        { "to": one, "value": "3" },
        { "to": till, "function": "refuse(string why)", "arguments": ["closed"] },
    ]);
    let failed = stage.batch(&refused, &through).await;
    assert_eq!(failed["error"]["code"], "transaction_would_fail", "{failed}");
    assert!(failed["error"]["message"].as_str().unwrap().contains("a call failed"), "{failed}");
    assert_eq!(stage.balance(one).await, 3);
    // So does more than the wallet has, in the middle of it.
    let most = "20000000000000000000";
    let dear = json!([{ "to": one, "value": "1" }, { "to": two, "value": most }]);
    let failed = stage.batch(&dear, &through).await;
    assert_eq!(failed["error"]["code"], "transaction_would_fail", "{failed}");
    assert_eq!((stage.balance(one).await, stage.balance(two).await), (3, 4));
}

#[actix_web::test]
async fn a_receiver_whom_no_policy_lists_is_none_in_a_batch_either() {
    // given a listed token and a listed receiver
    let stage = Stage::bare().await;
    let multicalls = stage.node.deployed_as("Multicalls").await;
    let coin = stage.node.deployed_as("Coin").await;
    let (friend, thief) = (somebody(0xf2), somebody(0xf3));
    let mut policy = batches(&[multicalls], &[]);
    policy["rules"].as_array_mut().unwrap().pop();
    policy["rules"].as_array_mut().unwrap().push(json!({
        "id": "suppliers", "effect": "allow", "when": {
            "action": { "in": ["transfer"] }, "token": { "in": [coin] },
            "counterparty": { "in": [friend] },
        },
    }));
    stage.policy("suppliers", &policy).await;
    let data = format!("0x40c10f19{:0>64}{:064x}", stage.address.trim_start_matches("0x"), 100);
    stage.node.sends(json!({ "to": coin, "data": data, "gas": "0x100000" })).await;
    let payload = json!({
        "chainId": CHAIN, "tokenAddress": coin, "recipientAddress": "{{$trigger.body.to}}",
        "amount": "7", "waitFor": "included",
    });
    let workflow = stage
        .app
        .published(&json!({ "nodes": {
            "root": { "type": "manual", "payload": {}, "children": ["pay"] },
            "pay": { "type": "send-erc20-token", "payload": payload },
        } }))
        .await;
    let paid = async |to: &str| {
        let run = stage.app.run_of(&workflow, &json!({ "to": to })).await;
        stage.mined(&run).await
    };
    // when the token goes to others, directly
    let direct = paid(&thief).await;
    assert_eq!(direct["error"]["code"], "transaction_denied", "{direct}");
    // or inside a batch
    let transfer = |to: &str| {
        json!([{ "to": coin, "function": "transfer(address to, uint256 value)",
                 "arguments": [to, "7"] }])
    };
    let through = json!({ "multicallAddress": multicalls });
    let inside = stage.batch(&transfer(&thief), &through).await;
    assert_eq!(inside["error"]["code"], "transaction_denied", "{inside}");
    assert!(inside["error"]["message"].as_str().unwrap().contains("within it"), "{inside}");
    // then it does not; and to the one who is listed it does
    assert_eq!(paid(&friend).await["status"], "success");
    assert_eq!(stage.tokens(coin, &friend).await, 7);
    assert_eq!(stage.tokens(coin, &thief).await, 0);
    // Within the batch the policies agree, and the token says that the batch has none of it.
    let inside = stage.batch(&transfer(&friend), &through).await;
    assert_eq!(inside["error"]["code"], "transaction_would_fail", "{inside}");
}

#[actix_web::test]
async fn calldata_of_three_bytes_is_signed_by_nobody() {
    let stage = Stage::open().await;
    let till = stage.node.deployed_as("Till").await;
    let multicalls = stage.node.deployed_as("Multicalls").await;
    let short = json!([{ "to": till, "data": "0xa9059c" }]);
    let refused = stage.batch(&short, &json!({ "multicallAddress": multicalls })).await;
    assert_eq!(refused["error"]["code"], "transaction_denied", "{refused}");
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(message.contains("1 to 3 bytes"), "{message}");
}

#[actix_web::test]
async fn a_safe_pays_what_it_holds_when_its_owner_says_so() {
    // given a Safe of the wallet's, and one of somebody else's
    let stage = Stage::bare().await;
    let (safe, several) = stage.safe(&stage.address, 100).await;
    let (other, _) = stage.safe(&somebody(0xf4), 100).await;
    let (one, two) = (somebody(0xf5), somebody(0xf6));
    stage.policy("safes", &batches(&[safe, other, several], &[one.clone(), two.clone()])).await;
    let through = |safe: Address| json!({ "through": "safe", "safeAddress": safe, "multiSendAddress": several });
    // when it is to pay two
    let coins = json!([{ "to": one, "value": "3" }, { "to": two, "value": "4" }]);
    let paid = stage.batch(&coins, &through(safe)).await;
    // then it has paid them
    assert_eq!(paid["status"], "success", "{paid}");
    assert_eq!((stage.balance(&one).await, stage.balance(&two).await), (3, 4));
    assert_eq!(stage.balance(&format!("{safe:#x}")).await, 93);
    // and one alone
    let paid = stage.batch(&json!([{ "to": one, "value": "5" }]), &through(safe)).await;
    assert_eq!(paid["status"], "success", "{paid}");
    assert_eq!(stage.balance(&one).await, 8);
    // but the other one asks its own owner
    let failed = stage.batch(&coins, &through(other)).await;
    assert_eq!(failed["error"]["code"], "transaction_would_fail", "{failed}");
    // and more than it holds it pays to nobody
    let dear = json!([{ "to": one, "value": "3" }, { "to": two, "value": "1000" }]);
    let failed = stage.batch(&dear, &through(safe)).await;
    assert_eq!(failed["error"]["code"], "transaction_would_fail", "{failed}");
    assert_eq!(stage.balance(&one).await, 8);
}
