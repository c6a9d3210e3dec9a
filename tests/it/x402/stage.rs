//! A house, a node, a token that takes authorized transfers, and a wallet.

use std::sync::Arc;

use alloy_primitives::{Address, U256, hex, keccak256};
use chainkeel::chains::{Chains, Config};
use chainkeel::egress;
use chainkeel::primitives::{Clock as _, Secret, SystemClock};
use chainkeel::x402::{Terms, Token};
use serde_json::{Value, json};

use crate::support::anvil::Anvil;
use crate::support::{TestApp, app_that_reads};

/// The chain of the tests.
pub(super) const CHAIN: u64 = 31_337;
/// What everybody has in the beginning.
pub(super) const PLENTY: u64 = 1_000_000;
/// What everything costs.
pub(super) const PRICE: u64 = 10_000;

pub(super) struct Stage {
    pub(super) app: TestApp,
    pub(super) node: Arc<Anvil>,
    pub(super) token: Address,
    /// The wallet of the organization: its id, and its address.
    pub(super) wallet: String,
    pub(super) address: Address,
}

/// Two coins of the chain to pay fees with.
const COINS: &str = "0x1bc16d674ec80000";

impl Stage {
    /// A chain with the token, whose time is that of the tests.
    pub(super) async fn chain() -> (Arc<Anvil>, Address) {
        let node = Arc::new(Anvil::start().await);
        let token = node.deployed_as("Coupons").await;
        let now = SystemClock.now().unix_timestamp();
        node.ask("evm_setNextBlockTimestamp", &json!([now])).await;
        node.mine(1).await;
        (node, token)
    }

    /// A house that reaches these peers, and has a wallet with coins and tokens.
    pub(super) async fn open((node, token): (Arc<Anvil>, Address), openings: &[String]) -> Self {
        let endpoints = format!("{CHAIN}=http://{}/", node.address);
        let config = Config { endpoints: Some(Secret::new(&endpoints)) };
        let chains = Chains::new(&config, &egress::Config::default(), Arc::new(SystemClock));
        let app = app_that_reads(Arc::new(chains.unwrap()), openings).await;
        let made = app.client.post("/v1/wallets", &json!({ "name": "Till" })).await.data();
        let wallet = made["id"].as_str().unwrap().to_owned();
        let address = made["address"].as_str().unwrap().parse().unwrap();
        let stage = Self { app, node, token, wallet, address };
        stage.node.ask("anvil_setBalance", &json!([address, COINS])).await;
        stage.mint(address).await;
        stage
    }

    /// Gives somebody plenty of the token.
    pub(super) async fn mint(&self, to: Address) {
        let mut data = keccak256("mint(address,uint256)")[..4].to_vec();
        data.extend(to.into_word());
        data.extend(U256::from(PLENTY).to_be_bytes::<32>());
        let transaction =
            json!({ "to": self.token, "data": hex::encode_prefixed(data), "gas": "0x20000" });
        self.node.sends(transaction).await;
        self.node.mine(1).await;
    }

    /// What somebody has of the token.
    pub(super) async fn has(&self, who: Address) -> u64 {
        let mut data = keccak256("balanceOf(address)")[..4].to_vec();
        data.extend(who.into_word());
        let call = json!([{ "to": self.token, "data": hex::encode_prefixed(data) }, "latest"]);
        let told = self.node.ask("eth_call", &call).await;
        let word: U256 = told.as_str().unwrap().parse().unwrap();
        u64::try_from(word).unwrap()
    }

    /// Lets the wallet authorize transfers of the token to anybody, and take money by such, within these limits.
    pub(super) async fn allow(&self, limits: &Value) {
        let rule = |id: &str, subject: &str| {
            json!({ "id": id, "effect": "allow", "when": {
                "subject": { "in": [subject] }, "action": { "in": ["transfer"] },
                "counterparty": "any", "token": "any", "value": { "atLeast": "0" },
            } })
        };
        let rules = [rule("authorizations", "document"), rule("takings", "transaction")];
        let document = json!({ "form": 1, "rules": rules, "limits": limits });
        let body = json!({ "name": "coupons", "document": document });
        let defined = self.app.client.post("/v1/policies", &body).await;
        assert!(defined.status < 300, "{}", defined.text());
    }

    /// What is asked by who wants `PRICE` for something.
    pub(super) fn terms(&self, pay_to: Address) -> Terms {
        Terms {
            chain: CHAIN,
            asset: self.token,
            amount: U256::from(PRICE),
            pay_to,
            max_timeout_seconds: 60,
            token: Token { name: "Coupons".into(), version: "2".into() },
        }
    }
}
