//! Organizations with endpoints of their own: each gets its runs from its own node, and whoever turns
//! to other endpoints loses nothing and starts nothing twice.

use std::sync::Arc;

use alloy_primitives::Address;
use chainkeel::egress;
use serde_json::{Value, json};

use super::stage::Watched;
use crate::chain_watcher::{CHAIN, transfers};
use crate::support::anvil::{Anvil, Order, Sent};
use crate::support::client::{Client, Response};
use crate::support::fault_proxy::{Fault, FaultProxy};
use crate::support::{TestApp, app_that_reads};

/// What no answer, no row and no log may hold.
const KEY: &str = "very-secret-key-of-an-account-7f3a";

/// A house with the installation's endpoint, and a node that organizations may name.
struct Stage {
    app: TestApp,
    node: Anvil,
    contract: Address,
    installed: FaultProxy,
    own: FaultProxy,
    logs: i64,
}

impl Stage {
    async fn open() -> Self {
        let node = Anvil::start().await;
        let contract = node.deployed().await;
        node.mine(3).await;
        let (installed, own) = (FaultProxy::before(&node), FaultProxy::before(&node));
        let opening = own.address.to_string();
        let workflows = egress::Config { allow: vec![opening.parse().unwrap()] };
        let chains = Arc::new(Watched::behind(&[&installed], &workflows));
        let app = app_that_reads(chains, &[opening]).await;
        Self { app, node, contract, installed, own, logs: 0 }
    }

    /// A workflow of this organization that watches the contract.
    async fn watches(&self, who: &Client, settings: Value) {
        let mut settings = settings;
        settings["contractAddress"] = json!(self.contract.to_checksum(None));
        let body = json!({"name": "A workflow", "definition": transfers(&settings)});
        let id = who.post("/v1/workflows", &body).await.data()["id"].as_str().unwrap().to_owned();
        who.post(&format!("/v1/workflows/{id}/publish"), &json!({})).await.data();
    }

    /// A block with a log.
    async fn log(&mut self) -> Sent {
        let sent = self.node.sent(self.contract, Order::of(1)).await;
        self.node.block(&[&sent]).await;
        self.logs += 1;
        sent
    }

    fn url(&self) -> String {
        format!("http://{}/v3/{KEY}", self.own.address)
    }

    async fn names(&self, who: &Client, chain: &str, urls: &[&str]) -> Response {
        let request = who.request("PUT", &format!("/v1/chains/{chain}/endpoints"));
        request.json(&json!({ "urls": urls })).send().await
    }

    async fn removes(&self, who: &Client) {
        who.request("DELETE", &format!("/v1/chains/{CHAIN}/endpoints")).send().await.data();
    }

    /// Waits until a chain is followed to the head in that many views.
    async fn until_followed(&self, views: i64) {
        let (_, hash) = self.node.head().await;
        let at = "select count(*) from chain_cursors where hash = $1";
        self.app.eventually(|| self.app.count_of(at, &hash), |count| *count == views).await;
    }

    /// The runs of an organization.
    async fn runs(&self, who: &Client) -> usize {
        who.data("/v1/runs?limit=100").await["items"].as_array().unwrap().len()
    }
}

#[actix_web::test]
async fn an_organization_turns_to_its_own_endpoints_and_back_between_logs_that_each_have_one_run() {
    let mut stage = Stage::open().await;
    let (theirs, ours) = (stage.app.client.clone(), stage.app.organization("Ours").await);
    let settings = json!({"delivery": {"confirmations": 2}});
    stage.watches(&theirs, settings.clone()).await;
    stage.watches(&ours, settings).await;
    stage.app.until_enrolled(2).await;
    stage.log().await;
    let moved = stage.log().await;

    // To endpoints of its own, while one log waits for its confirmations and moves to another block.
    let url = stage.url();
    stage.names(&ours, "31337", &[&url]).await.data();
    stage.log().await;
    let late = stage.log().await;
    stage.node.reorganize(3, &[(&moved, 1), (&late, 2)]).await;
    stage.logs -= 1;
    stage.log().await;
    stage.node.mine(3).await;
    stage.until_followed(2).await;
    assert!(stage.own.asked("eth_getLogs") > 0, "it is read through its own node");
    stage.app.until_runs(2 * stage.logs).await;

    // The installation's endpoint dies: that is nothing to whoever has one of his own.
    stage.installed.instead(|_, _| Some(Fault::Error(-32603, "dead".to_owned())));
    let all = usize::try_from(stage.logs).unwrap();
    let before = stage.app.eventually(|| stage.runs(&theirs), |runs| *runs == all).await;
    stage.log().await;
    stage.node.mine(3).await;
    let asked = || stage.runs(&ours);
    let wanted = usize::try_from(stage.logs).unwrap();
    stage.app.eventually(asked, |runs| *runs == wanted).await;
    assert_eq!(stage.runs(&theirs).await, before, "the others have no node that answers");

    // And the other way round.
    stage.installed.heals();
    stage.own.instead(|_, _| Some(Fault::Error(-32603, "dead".to_owned())));
    stage.log().await;
    stage.node.mine(3).await;
    let wanted = usize::try_from(stage.logs).unwrap();
    stage.app.eventually(|| stage.runs(&theirs), |runs| *runs == wanted).await;
    assert!(stage.runs(&ours).await < wanted, "its own node is dead");

    // Back to the installation's, which has passed what was lacking.
    stage.removes(&ours).await;
    stage.log().await;
    stage.node.mine(1).await;
    stage.log().await;
    stage.node.mine(3).await;
    stage.app.until_runs(2 * stage.logs).await;
    let asked = stage.own.asked("eth_blockNumber");

    // And away again, to the same ones, with a log on either side.
    stage.own.heals();
    stage.log().await;
    stage.names(&ours, "31337", &[&url]).await.data();
    stage.log().await;
    stage.node.mine(3).await;
    stage.app.until_runs(2 * stage.logs).await;
    assert!(stage.own.asked("eth_blockNumber") >= asked);
    stage.until_followed(2).await;
    let open =
        "select count(*) from chain_matches where state in ('waiting', 'orphaned', 'returned')";
    stage.app.eventually(|| stage.app.count(open), |count| *count == 0).await;
    assert_eq!(stage.app.retractions().await, 0);
}

#[actix_web::test]
async fn endpoints_are_proved_before_they_are_named_and_their_keys_are_shown_nowhere() {
    let stage = Stage::open().await;
    let ours = stage.app.organization("Ours").await;
    let theirs = stage.app.organization("Theirs").await;
    let url = stage.url();

    // Another chain's, nobody's, and an address that is closed to workflows: nothing changes.
    let closed = format!("http://{}/{KEY}", stage.installed.address);
    for (chain, url, problem) in [
        ("1", url.as_str(), "is of chain 31337, not of 1"),
        ("31337", closed.as_str(), "refused"),
        ("31337", "http://[fd00::1]/", "refused"),
    ] {
        let refused = stage.names(&ours, chain, &[url]).await;
        assert_eq!((refused.status, refused.code().as_str()), (422, "chain-endpoints-unfit"));
        assert!(refused.text().contains(problem), "{}", refused.text());
        assert!(!refused.text().contains(KEY), "{}", refused.text());
    }
    let refused = stage.names(&ours, "base", &["wss://node.example"]).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "invalid-body"));
    assert_eq!(stage.names(&ours, "moon", &[&url]).await.code(), "invalid-path");
    assert_eq!(stage.app.count_sealed().await, 0);

    // What is named is shown with its host and its end, to whoever named it.
    let named = stage.names(&ours, "31337", &[&url]).await.data();
    let masked = format!("{}/…7f3a", stage.own.address);
    assert_eq!(named["endpoints"][0]["url"], json!(masked));
    stage.names(&ours, "31337", &[&url, &format!("{url}2")]).await.data();
    assert_eq!(stage.app.count_sealed().await, 1, "what was replaced is forgotten");
    let of = async |who: &Client| {
        let all = who.data("/v1/chains").await;
        let all = all["items"].as_array().unwrap().clone();
        all.into_iter().find(|chain| chain["chainId"] == json!(CHAIN)).unwrap()
    };
    let shown = of(&ours).await;
    assert_eq!(shown["endpointsFrom"], json!("organization"));
    assert_eq!(shown["endpoints"][1]["host"], json!(stage.own.address.to_string()));
    let shown = of(&theirs).await;
    assert_eq!((&shown["endpointsFrom"], shown.get("endpoints")), (&json!("installation"), None));
    let path = format!("/v1/chains/{CHAIN}/endpoints");
    assert_eq!(theirs.get(&path).await.status, 404);
    assert_eq!(theirs.request("DELETE", &path).send().await.status, 404);
    assert_eq!(ours.data(&path).await["endpoints"].as_array().unwrap().len(), 2);

    // A chain that nobody knows.
    stage.own.alters(|method, _, answer| {
        if method == "eth_chainId" {
            *answer = json!("0x67932");
        }
    });
    stage.names(&ours, "424242", &[&url]).await.data();
    let all = ours.data("/v1/chains").await;
    let all = all["items"].as_array().unwrap();
    assert!(all.iter().any(|chain| chain["chainId"] == json!(424_242)));

    let deeds = || ours.data("/v1/organization/audit-log?limit=100");
    let host = stage.own.address.to_string();
    let deeds = stage.app.eventually(deeds, |deeds| deeds.to_string().contains(&host)).await;
    assert!(!deeds.to_string().contains(KEY), "{deeds}");
    let kept = "select count(*) from (
        select e::text as line from events e union all select s::text from sealed_secrets s
        union all select v::text from chain_views v union all select b::text from blobs b
        union all select r::text from idempotency_receipts r) t where position($1 in t.line) > 0";
    assert_eq!(stage.app.count_of(kept, KEY).await, 0, "nothing at rest holds the key");

    ours.request("DELETE", &path).send().await.data();
    assert_eq!(stage.app.count_sealed().await, 1, "that of the other chain");
    assert_eq!(of(&ours).await["endpointsFrom"], json!("installation"));
}
