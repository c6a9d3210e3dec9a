//! A wallet that cannot pay: a run of its organization gets the money, what is wanted waits for it, and it is
//! said once when a wallet falls below its floor.

use std::sync::Arc;

use chainkeel::primitives::{Clock as _, ManualClock, SystemClock};
use chainkeel::signing;
use serde_json::{Value, json};
use time::Duration;

use super::stage::{CHAIN, Stage, TEN, somebody};

/// A coin, in wei.
const COIN: u128 = 1_000_000_000_000_000_000;

/// A house with a wallet of ten coins, and one that has nothing.
struct Poor {
    stage: Stage,
    treasury: String,
    till: String,
    /// The address of the till.
    address: String,
}

impl Poor {
    async fn new() -> Self {
        Self::on(Stage::open().await).await
    }

    async fn on(stage: Stage) -> Self {
        let id = |wallet: &Value| wallet["id"].as_str().unwrap().to_owned();
        let listed = stage.app.client.data("/v1/wallets").await;
        let treasury = id(&listed["items"][0]);
        let made = stage.app.client.post("/v1/wallets", &json!({ "name": "Till" })).await.data();
        let address = made["address"].as_str().unwrap().to_owned();
        Self { treasury, till: id(&made), address, stage }
    }

    /// A workflow that pays what a run is given, from the till.
    async fn pays(&self) -> String {
        self.stage.pays(&json!({ "walletId": self.till, "waitFor": "included" })).await
    }

    /// A workflow of these nodes.
    async fn hook(&self, nodes: &Value) -> String {
        let mut all = json!({ "root": { "type": "manual", "payload": {}, "children": ["fill"] } });
        all.as_object_mut().unwrap().extend(nodes.as_object().unwrap().clone());
        self.stage.app.published(&json!({ "nodes": all })).await
    }

    /// A workflow that sends so much from this wallet to the one that cannot pay.
    async fn sends(&self, wallet: &str, amount: &str) -> String {
        self.hook(&json!({ "fill": { "type": "send-native-token", "payload": {
            "chainId": CHAIN, "walletId": wallet, "amount": amount, "waitFor": "included",
            "recipientAddress": "{{$trigger.body.address}}",
        } } }))
        .await
    }

    /// Holds a wallet to a floor.
    async fn holds(&self, wallet: &str, floor: u128, hook: Option<&str>) -> Value {
        let mut body = json!({ "floor": floor.to_string() });
        if let Some(workflow) = hook {
            body["topUp"] = json!({ "workflowId": workflow, "timeoutMs": 60_000 });
        }
        let path = format!("/v1/wallets/{wallet}/floors/{CHAIN}");
        let set = self.stage.app.client.request("PUT", &path).json(&body).send().await;
        assert_eq!(set.status, 200, "{}", set.text());
        set.data()
    }

    /// Waits until the node of a run shows a status.
    async fn shows(&self, run: &str, status: &str) -> Value {
        let path = format!("/v1/runs/{run}");
        let ask = || self.stage.app.client.data(&path);
        let is_there = |shown: &Value| shown["executionState"]["pay"]["status"] == status;
        self.stage.app.eventually(ask, is_there).await
    }

    /// The runs of a workflow.
    async fn runs(&self, workflow: &str) -> Vec<Value> {
        let path = format!("/v1/runs?workflowId={workflow}");
        self.stage.app.client.data(&path).await["items"].as_array().unwrap().clone()
    }

    /// How often an event was published.
    async fn said(&self, name: &str) -> Vec<Value> {
        let path = format!("/v1/events?pattern={name}");
        self.stage.app.client.data(&path).await["items"].as_array().unwrap().clone()
    }
}

#[actix_web::test]
async fn what_cannot_be_paid_waits_for_the_run_that_gets_the_money() {
    // given a wallet with nothing, and a workflow that sends it what is missing from another one
    let poor = Poor::new().await;
    let hook = poor.sends(&poor.treasury, "{{$trigger.body.missing}}").await;
    let set = poor.holds(&poor.till, 5, Some(&hook)).await;
    assert_eq!((&set["floor"], &set["topUp"]["workflowId"]), (&json!("5"), &json!(hook)));
    let workflow = poor.pays().await;

    // when a run pays from it
    let run = poor.stage.pay(&workflow, &somebody(0xc0), COIN).await;

    // then its node shows for what it waits, and has no nonce
    let shown = poor.shows(&run, "auto_swapping").await;
    assert_eq!(shown["status"], "waiting", "{shown}");
    let waiting = poor.stage.until(&run, "awaiting_funds").await;
    assert_eq!(waiting["nonce"], Value::Null);
    let listed = async || poor.stage.app.client.data("/v1/runs?nodeStatus=auto_swapping").await;
    poor.stage.app.eventually(listed, |page| page["items"][0]["id"] == run).await;

    // and goes on by itself once it is there
    let ended = poor.stage.mined(&run).await;
    assert_eq!(ended["status"], "success", "{ended}");
    assert_eq!(ended["result"]["nonce"], 0);
    assert_eq!(poor.stage.balance(&somebody(0xc0)).await, COIN);
    let runs = poor.runs(&hook).await;
    assert_eq!(runs.len(), 1, "{runs:?}");
    let path = format!("/v1/runs/{}", runs[0]["id"].as_str().unwrap());
    let filled = poor.stage.app.client.data(&path).await;
    let told = &filled["executionState"]["root"]["result"]["body"];
    let number = |name: &str| -> u128 { told[name].as_str().unwrap().parse().unwrap() };
    assert_eq!((&told["walletId"], &told["chainId"]), (&json!(poor.till), &json!(CHAIN)));
    assert_eq!((number("balance"), number("floor"), number("waiting")), (0, 5, 0));
    assert_eq!(number("missing"), number("needed") + 5);
    assert_eq!(told["intentId"], waiting["id"]);
    let fee = |node: &Value| -> u128 { node["result"]["fee"].as_str().unwrap().parse().unwrap() };
    let left = number("missing") - COIN - fee(&ended);
    assert_eq!(poor.stage.balance(&poor.address).await, left, "exact to the wei");
    let spent = number("missing") + fee(&filled["executionState"]["fill"]);
    assert_eq!(poor.stage.balance(&poor.stage.address).await, TEN - spent);

    // and the ledger has every step of it
    let transaction = poor.stage.until(&run, "included").await;
    let mut steps = poor.stage.history(&transaction).await;
    steps.retain(|step| step != "top_up_ended");
    assert_eq!(
        steps[..7],
        [
            "intent_accepted",
            "policy_decided",
            "funds_lacking",
            "top_up_wanted",
            "funds_arrived",
            "simulated",
            "nonce_reserved",
        ]
    );
    let facts = poor.stage.app.facts(&run).await;
    let marks = facts.iter().filter(|fact| fact.name() == "wait_marked").count();
    assert_eq!(marks, 2, "it waits for money, and no longer");
    poor.stage.app.replays(&run).await;
    poor.stage.app.rebuild_all().await;
}

#[actix_web::test]
async fn two_that_cannot_be_paid_wait_for_one_run() {
    let poor = Poor::new().await;
    let hook = poor.sends(&poor.treasury, &(3 * COIN).to_string()).await;
    poor.holds(&poor.till, 0, Some(&hook)).await;
    let workflow = poor.pays().await;
    let first = poor.stage.pay(&workflow, &somebody(0xc1), COIN).await;
    let second = poor.stage.pay(&workflow, &somebody(0xc1), COIN).await;
    poor.shows(&first, "auto_swapping").await;
    poor.shows(&second, "auto_swapping").await;
    for run in [first, second] {
        let ended = poor.stage.mined(&run).await;
        assert_eq!(ended["status"], "success", "{ended}");
    }
    assert_eq!(poor.stage.balance(&somebody(0xc1)).await, 2 * COIN);
    assert_eq!(poor.runs(&hook).await.len(), 1);
    let spent = 3 * COIN;
    assert!(poor.stage.balance(&poor.stage.address).await > TEN - spent - COIN / 100);
}

#[actix_web::test]
async fn where_the_run_fails_that_gets_the_money_the_node_says_why() {
    let poor = Poor::new().await;
    let fails =
        json!({ "fill": { "type": "fail", "payload": { "message": "the bank is closed" } } });
    let hook = poor.hook(&fails).await;
    poor.holds(&poor.till, 0, Some(&hook)).await;
    let workflow = poor.pays().await;
    let run = poor.stage.pay(&workflow, &somebody(0xc2), COIN).await;
    let failure = poor.stage.mined(&run).await["error"].clone();
    let (code, category) = (&failure["code"], &failure["category"]);
    assert_eq!((code, category), (&json!("transaction_would_fail"), &json!("funds")));
    let message = failure["message"].as_str().unwrap();
    assert!(message.contains("insufficient funds"), "{message}");
    assert!(message.contains("the bank is closed"), "{message}");
    // One that cannot begin is told the same way.
    let gone = poor.stage.app.client.request("DELETE", &format!("/v1/workflows/{hook}"));
    assert_eq!(gone.send().await.status, 200);
    let run = poor.stage.pay(&workflow, &somebody(0xc2), COIN).await;
    let failure = poor.stage.mined(&run).await["error"].clone();
    let message = failure["message"].as_str().unwrap();
    assert!(message.contains("cannot be started"), "{message}");
}

#[actix_web::test]
async fn what_waits_for_money_waits_on_after_a_restart() {
    let mut poor = Poor::new().await;
    let hook = poor.sends(&poor.treasury, "{{$trigger.body.missing}}").await;
    poor.holds(&poor.till, 0, Some(&hook)).await;
    let workflow = poor.pays().await;
    let run = poor.stage.pay(&workflow, &somebody(0xc3), COIN).await;
    poor.shows(&run, "auto_swapping").await;
    poor.stage.app.after_downtime(async |_| ()).await;
    poor.shows(&run, "auto_swapping").await;
    let ended = poor.stage.mined(&run).await;
    assert_eq!(ended["status"], "success", "{ended}");
    assert_eq!(poor.runs(&hook).await.len(), 1);
    assert_eq!(poor.stage.balance(&somebody(0xc3)).await, COIN);
}

#[actix_web::test]
async fn a_run_that_gets_money_waits_for_none_itself() {
    // given a workflow that gets money for the till from the till
    let poor = Poor::new().await;
    let hook = poor.sends(&poor.till, "{{$trigger.body.missing}}").await;
    poor.holds(&poor.till, 0, Some(&hook)).await;
    let workflow = poor.pays().await;
    // when the till cannot pay, then both end, and nothing begins again
    let run = poor.stage.pay(&workflow, &somebody(0xc4), COIN).await;
    let failure = poor.stage.mined(&run).await["error"].clone();
    let message = failure["message"].as_str().unwrap();
    assert!(message.contains("gets money for this very wallet"), "{message}");
    assert_eq!(poor.runs(&hook).await.len(), 1);
}

#[actix_web::test]
async fn wallets_that_get_money_from_each_other_go_in_no_circle() {
    // given two wallets with nothing, each of which has money sent by the other
    let poor = Poor::new().await;
    poor.stage.fund(0).await;
    poor.stage.node.mine(1).await;
    let from_till = poor.sends(&poor.till, "{{$trigger.body.missing}}").await;
    let from_treasury = poor.sends(&poor.treasury, "{{$trigger.body.missing}}").await;
    poor.holds(&poor.treasury, 0, Some(&from_till)).await;
    poor.holds(&poor.till, 0, Some(&from_treasury)).await;
    let workflow = poor.pays().await;
    let run = poor.stage.pay(&workflow, &somebody(0xc5), COIN).await;
    let ended = poor.stage.mined(&run).await;
    assert_eq!(ended["error"]["category"], "funds", "{ended}");
    let begun = (poor.runs(&from_treasury).await.len(), poor.runs(&from_till).await.len());
    assert_eq!(begun, (1, 1));
}

#[actix_web::test]
async fn what_waits_for_money_gives_up_when_the_time_is_over() {
    // given a workflow that takes longer than it may
    let clock = ManualClock::at(SystemClock.now());
    let stage = Stage::with(Arc::new(clock.clone()), signing::Config::default()).await;
    stage.allow(&json!([])).await;
    let poor = Poor::on(stage).await;
    let waits = json!({ "fill": { "type": "wait", "payload": {
        "timeoutMs": 86_400_000, "triggerType": "manual", "triggerConfig": {},
    } } });
    let hook = poor.hook(&waits).await;
    poor.holds(&poor.till, 0, Some(&hook)).await;
    let workflow = poor.pays().await;
    let run = poor.stage.pay(&workflow, &somebody(0xc6), COIN).await;
    poor.shows(&run, "auto_swapping").await;
    let begun = async || poor.runs(&hook).await;
    poor.stage.app.eventually(begun, |runs| runs.len() == 1).await;
    // when its minute is over
    clock.advance(Duration::seconds(61));
    // then the node fails, and the run is cancelled
    let ended = poor.stage.mined(&run).await;
    let message = ended["error"]["message"].as_str().unwrap();
    assert!(message.contains("in time") || message.contains("cancelled"), "{message}");
    let is_over = |runs: &Vec<Value>| runs[0]["status"] == "cancelled";
    poor.stage.app.eventually(begun, is_over).await;
    assert_eq!(poor.stage.balance(&somebody(0xc6)).await, 0);
}

#[actix_web::test]
async fn a_crossing_of_the_floor_is_said_once_and_starts_a_workflow() {
    // given a wallet just above its floor, and a workflow that is started when it falls below
    let poor = Poor::new().await;
    let told = poor
        .stage
        .app
        .published(&json!({ "nodes": {
            "root": { "type": "event", "payload": { "pattern": "wallet.balance_low" },
                      "children": ["note"] },
            "note": { "type": "log", "payload": {
                "message": "{{$trigger.body.payload.balance}} of {{$trigger.body.payload.floor}}",
            } },
        } }))
        .await;
    poor.holds(&poor.treasury, TEN - COIN / 2, None).await;
    let balances = format!("/v1/wallets/{}/balances?chain={CHAIN}", poor.treasury);
    let low = async || poor.stage.app.client.data(&balances).await["chains"][0]["isLow"].clone();
    assert_eq!(low().await, false);
    let payload = json!({ "walletId": poor.treasury, "waitFor": "included" });
    let workflow = poor.stage.pays(&payload).await;
    // when it pays twice
    for _ in 0..2 {
        let run = poor.stage.pay(&workflow, &somebody(0xc7), COIN).await;
        assert_eq!(poor.stage.mined(&run).await["status"], "success");
    }
    // then that is said once
    let said = async || poor.said("wallet.balance_low").await;
    let all = poor.stage.app.eventually(said, |all| !all.is_empty()).await;
    assert_eq!(all.len(), 1, "{all:?}");
    let is_told = async || poor.runs(&told).await;
    poor.stage.app.eventually(is_told, |runs| runs.len() == 1).await;
    assert_eq!(low().await, true);
    let floors = format!("/v1/wallets/{}/floors", poor.treasury);
    let listed = async || poor.stage.app.client.data(&floors).await;
    poor.stage.app.eventually(listed, |page| page["items"][0]["isLow"] == true).await;
    // and when it idles, and somebody fills it, its recovery, and its next fall
    poor.stage.fund(TEN).await;
    poor.stage.node.mine(1).await;
    let again = async || poor.said("wallet.balance_recovered").await;
    poor.stage.app.eventually(again, |all| all.len() == 1).await;
    poor.stage.fund(7).await;
    poor.stage.node.mine(1).await;
    poor.stage.app.eventually(said, |all| all.len() == 2).await;
    // and the audit log shows all of it
    let log = async || poor.stage.app.client.data("/v1/organization/audit-log?limit=100").await;
    let counted = |page: &Value| {
        let text = page.to_string();
        ["wallet_floor.set", "wallet_floor.balance_low", "wallet_floor.balance_recovered"]
            .map(|name| text.matches(name).count())
    };
    let shown = poor.stage.app.eventually(log, |page| counted(page)[1] >= 2).await;
    assert_eq!(counted(&shown), [1, 2, 1], "{shown}");
    // and readiness says so before a workflow is published
    let path = format!("/v1/workflows/{workflow}/readiness");
    let checks = poor.stage.app.client.data(&path).await["checks"].clone();
    let wallets = checks.as_array().unwrap().iter().find(|it| it["check"] == "wallets").unwrap();
    assert_eq!(wallets["verdict"], "fail", "{wallets}");
    assert!(wallets["evidence"][0].as_str().unwrap().contains("less than its floor"), "{wallets}");
}

#[actix_web::test]
async fn a_floor_is_set_shown_and_removed_and_what_is_none_is_refused() {
    let poor = Poor::new().await;
    let path = format!("/v1/wallets/{}/floors/{CHAIN}", poor.till);
    let client = &poor.stage.app.client;
    let put = async |body: Value| client.request("PUT", &path).json(&body).send().await;
    for (body, place) in [
        (json!({ "floor": "0x10" }), "/floor"),
        (json!({ "floor": "-1" }), "/floor"),
        (json!({ "floor": "1", "topUp": { "workflowId": "wf_none" } }), "/topUp/workflowId"),
    ] {
        let refused = put(body.clone()).await;
        assert_eq!(refused.status, 422, "{body}: {}", refused.text());
        assert!(refused.text().contains(place), "{}", refused.text());
    }
    let hook = poor.sends(&poor.treasury, "1").await;
    let hurried = json!({ "floor": "1", "topUp": { "workflowId": hook, "timeoutMs": 1 } });
    assert!(put(hurried).await.text().contains("/topUp/timeoutMs"));
    assert_eq!(client.get(&path).await.code(), "wallet-floor-not-found");
    poor.holds(&poor.till, 9, Some(&hook)).await;
    assert_eq!(client.data(&path).await["floor"], "9");
    let nowhere = format!("/v1/wallets/{}/floors/nowhere", poor.till);
    assert_eq!(client.get(&nowhere).await.status, 400);
    let gone = client.request("DELETE", &path).send().await;
    assert_eq!(gone.status, 200, "{}", gone.text());
    assert_eq!(client.request("DELETE", &path).send().await.status, 404);
    let listed = async || client.data(&format!("/v1/wallets/{}/floors", poor.till)).await;
    poor.stage.app.eventually(listed, |page| page["items"].as_array().unwrap().is_empty()).await;
}
