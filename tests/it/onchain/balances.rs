//! What wallets have, over HTTP and on the command line.

use alloy_primitives::Address;
use serde_json::{Value, json};

use super::stage::{CHAIN, Stage};
use crate::support::chainkeel;
use crate::support::fault_proxy::Fault;

impl Stage {
    /// A wallet with a coin and some tokens; its id and its address.
    async fn wallet(&self) -> (String, String) {
        let made = self.app.client.post("/v1/wallets", &json!({ "name": "Treasury" })).await.data();
        let address = made["address"].as_str().unwrap().to_owned();
        self.node.ask("anvil_setBalance", &json!([address, "0xde0b6b3a7640001"])).await;
        self.sent("pay(address,uint256)", json!([address, "250000"])).await;
        (made["id"].as_str().unwrap().to_owned(), address)
    }

    async fn balances(&self, wallet: &str, query: &str) -> Value {
        self.app.client.data(&format!("/v1/wallets/{wallet}/balances{query}")).await
    }
}

#[actix_web::test]
async fn coins_and_tokens_are_told_by_chain_and_block() {
    let stage = Stage::open().await;
    let (wallet, address) = stage.wallet().await;
    let (number, hash) = stage.node.head().await;
    let told = stage.balances(&wallet, &format!("?chain=anvil&token={}", stage.contract())).await;
    assert_eq!((&told["address"], &told["isPartial"]), (&json!(address), &json!(false)));
    let chain = &told["chains"][0];
    assert_eq!((&chain["chainId"], &chain["chain"]), (&json!(CHAIN), &json!("anvil")));
    assert_eq!((&chain["blockNumber"], &chain["blockHash"]), (&json!(number), &json!(hash)));
    let coin = json!({
        "tokenAddress": null, "symbol": "ETH", "balance": "1000000000000000001", "decimals": 18,
        "formatted": "1.000000000000000001", "problem": null,
    });
    let token = json!({
        "tokenAddress": stage.contract(), "symbol": "TILL", "balance": "250000", "decimals": 6,
        "formatted": "0.25", "problem": null,
    });
    assert_eq!(chain["balances"], json!([coin, token]));
    assert_eq!(chain["canPayFees"], true);
    // All chains that are configured: this one.
    let told = stage.balances(&wallet, "").await;
    assert_eq!(told["chains"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn what_is_not_known_is_told_beside_what_is() {
    let stage = Stage::open().await;
    let (wallet, _) = stage.wallet().await;
    let tokens = format!("{},{}", stage.contract(), Address::repeat_byte(9).to_checksum(None));
    let told = stage.balances(&wallet, &format!("?chain=424242,{CHAIN}&token={tokens}")).await;
    assert_eq!(told["isPartial"], true);
    let [ours, unknown] = &told["chains"].as_array().unwrap()[..] else { panic!("{told}") };
    assert_eq!(ours["balances"][1]["balance"], "250000");
    assert!(ours["balances"][2]["problem"].as_str().unwrap().contains("no contract"), "{ours}");
    assert!(unknown["problem"].as_str().unwrap().contains("endpoints"), "{unknown}");
    stage.door.instead(|_, _| Some(Fault::Error(-32603, "dead".to_owned())));
    let told = stage.balances(&wallet, "?chain=anvil").await;
    let problem = told["chains"][0]["problem"].as_str().unwrap();
    assert!(problem.contains("no endpoint") && !problem.contains("/key"), "{problem}");
}

#[actix_web::test]
async fn what_is_no_chain_no_token_and_no_wallet_is_refused_by_name() {
    let stage = Stage::open().await;
    let (wallet, _) = stage.wallet().await;
    for (query, path) in [
        ("?chain=atlantis", "chain"),
        ("?chain=", "chain"),
        ("?chain=anvil&token=0x12", "token"),
        ("?token=0x0000000000000000000000000000000000000001", "token"),
        ("?coin=all", "coin"),
    ] {
        let told = stage.app.client.get(&format!("/v1/wallets/{wallet}/balances{query}")).await;
        assert_eq!(told.status, 400, "{query}: {}", told.text());
        assert_eq!(told.json()["details"][0]["path"], path, "{query}");
    }
    let other = stage.app.organization("Other").await;
    let told = other.get(&format!("/v1/wallets/{wallet}/balances")).await;
    assert_eq!((told.status, told.json()["code"].as_str()), (404, Some("wallet-not-found")));
}

#[actix_web::test]
async fn an_organization_sees_balances_through_its_own_node() {
    let stage = Stage::open().await;
    let who = stage.organization_with_its_own().await;
    let made = who.post("/v1/wallets", &json!({ "name": "Treasury" })).await.data();
    stage.door.calls();
    let path = format!("/v1/wallets/{}/balances", made["id"].as_str().unwrap());
    let told = who.data(&path).await;
    assert_eq!(told["chains"][0]["balances"][0]["balance"], "0");
    assert_eq!(told["chains"][0]["canPayFees"], false);
    assert_eq!((stage.own.asked("eth_getBalance"), stage.door.asked("eth_getBalance")), (1, 0));
}

#[actix_web::test]
async fn balances_are_shown_on_the_command_line() {
    let stage = Stage::open().await;
    let (wallet, _) = stage.wallet().await;
    let token = stage.contract();
    let arguments = ["wallet", "balances", &wallet, "--chain", "anvil,424242", "--token", &token];
    let said = chainkeel(&stage.app, &arguments);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.contains("anvil  1.000000000000000001 ETH  coin"), "{}", said.out);
    assert!(said.out.contains(&format!("anvil  0.25 TILL  {token}")), "{}", said.out);
    assert!(said.out.contains("424242  not known: "), "{}", said.out);
}
