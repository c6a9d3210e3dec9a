//! Runs have documents signed: what their policies allow counts before a real contract, once.

use alloy_primitives::{Address, U256, hex};
use serde_json::{Value, json};

use chainkeel::aggregates::signature_request::Order;
use chainkeel::policies::limits::Proof;

use super::stage::{CHAIN, Stage, somebody};
use crate::support::lanes::{tell_document, to_be_signed_by};

/// A stage with a token, of which the wallet has some, and a workflow that signs permits for it.
pub(super) struct Signing {
    pub(super) stage: Stage,
    pub(super) token: Address,
    pub(super) workflow: String,
}

/// Until when the permits of the tests count: the year 2033.
const DEADLINE: u64 = 2_000_000_000;

fn fields(list: &[(&str, &str)]) -> Value {
    list.iter().map(|(name, kind)| json!({ "name": name, "type": kind })).collect()
}

/// A permit of the token.
fn permit(token: Address, owner: &str, spender: &str, value: &str) -> Value {
    json!({
        "domain": { "name": "Coin", "version": "1", "chainId": CHAIN, "verifyingContract": token },
        "types": { "Permit": fields(&[
            ("owner", "address"),
            ("spender", "address"),
            ("value", "uint256"),
            ("nonce", "uint256"),
            ("deadline", "uint256"),
        ]) },
        "primaryType": "Permit",
        "message": {
            "owner": owner, "spender": spender, "value": value, "nonce": "0",
            "deadline": DEADLINE.to_string(),
        },
    })
}

impl Signing {
    pub(super) async fn begin() -> Self {
        Self::on(Stage::bare().await).await
    }

    /// The same on this stage.
    pub(super) async fn on(stage: Stage) -> Self {
        let token = stage.node.deployed_as("Coin").await;
        let (spender, value) = ("{{$trigger.body.spender}}", "{{$trigger.body.value}}");
        let mut payload = permit(token, &stage.address, spender, value);
        payload["chainId"] = json!(CHAIN);
        let workflow = Self::publish(&stage, &payload).await;
        Self { stage, token, workflow }
    }

    async fn publish(stage: &Stage, payload: &Value) -> String {
        stage
            .app
            .published(&json!({ "nodes": {
                "root": { "type": "manual", "payload": {}, "children": ["pay"] },
                "pay": { "type": "sign-typed-data", "payload": payload },
            } }))
            .await
    }

    /// Lets somebody take of the token by permits, within these limits.
    async fn allow(&self, spender: &str, limits: &Value) {
        let document = json!({
            "form": 1,
            "rules": [{ "id": "permits", "effect": "allow", "when": {
                "subject": { "in": ["document"] }, "action": { "in": ["permit"] },
                "counterparty": { "in": [spender] }, "token": { "in": [self.token] },
            } }],
            "limits": limits,
        });
        self.stage.policy("permits", &document).await;
    }

    /// A run that signs a permit of so much for somebody; how its node ended.
    pub(super) async fn sign(&self, spender: &str, value: u64) -> (String, Value) {
        let input = json!({ "spender": spender, "value": value.to_string() });
        let run = self.stage.app.run_of(&self.workflow, &input).await;
        let node = self.ended(&run).await;
        (run, node)
    }

    pub(super) async fn ended(&self, run: &str) -> Value {
        let path = format!("/v1/runs/{run}");
        let app = &self.stage.app;
        let over = |shown: &Value| !shown["finishedAt"].is_null();
        app.eventually(|| app.client.data(&path), over).await["executionState"]["pay"].clone()
    }

    /// The document of a run, once it stands there, with all that happened to it.
    pub(super) async fn document(&self, run: &str, status: &str) -> Value {
        let (app, path) = (&self.stage.app, format!("/v1/signatures?runId={run}"));
        let stands = |page: &Value| page["items"][0]["status"] == status;
        let page = app.eventually(|| app.client.data(&path), stands).await;
        let id = page["items"][0]["id"].as_str().unwrap().to_owned();
        app.client.data(&format!("/v1/signatures/{id}")).await
    }

    /// What somebody may take of the wallet's tokens.
    pub(super) async fn allowance(&self, spender: &str) -> U256 {
        let (owner, spender): (Address, Address) =
            (self.stage.address.parse().unwrap(), spender.parse().unwrap());
        let data =
            [hex!("dd62ed3e").to_vec(), owner.into_word().to_vec(), spender.into_word().to_vec()];
        let call =
            json!([{ "to": self.token, "data": hex::encode_prefixed(data.concat()) }, "latest"]);
        let told = self.stage.node.ask("eth_call", &call).await;
        told.as_str().unwrap().parse().unwrap()
    }

    /// Brings a signed permit before the token, as anybody could.
    pub(super) async fn bring(&self, spender: &str, value: u64, signed: &Value) {
        let owner: Address = self.stage.address.parse().unwrap();
        let spender: Address = spender.parse().unwrap();
        let number = |it: u64| U256::from(it).to_be_bytes::<32>().to_vec();
        let word = |name: &str| hex::decode(signed[name].as_str().unwrap()).unwrap();
        let data = [
            hex!("d505accf").to_vec(),
            owner.into_word().to_vec(),
            spender.into_word().to_vec(),
            number(value),
            number(DEADLINE),
            number(signed["v"].as_u64().unwrap()),
            word("r"),
            word("s"),
        ];
        let data = hex::encode_prefixed(data.concat());
        let sent = json!({ "to": self.token, "data": data, "gas": "0x40000" });
        self.stage.node.sends(sent).await;
        self.stage.node.mine(1).await;
    }
}

pub(super) fn steps(document: &Value) -> Vec<&str> {
    let events = document["history"].as_array().unwrap().iter();
    events.map(|event| event["event"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn a_permit_that_a_run_signs_counts_before_the_token() {
    // given a policy that lets one spender have permits
    let signing = Signing::begin().await;
    let friend = somebody(0xd1);
    signing.allow(&friend, &json!([])).await;

    // when a run signs one, and somebody brings it before the token
    let (run, ended) = signing.sign(&friend, 7).await;
    assert_eq!(ended["status"], "success", "{ended}");
    let result = &ended["result"];
    signing.bring(&friend, 7, result).await;

    // then he may take so much
    assert_eq!(signing.allowance(&friend).await, U256::from(7));
    assert_eq!(result["signer"], signing.stage.address);
    assert_eq!(result["v"], 27 + result["yParity"].as_u64().unwrap());
    assert_eq!(result["signature"].as_str().unwrap().len(), 2 + 2 * 65);
    signing.stage.app.replays(&run).await;

    // and the ledger has every step of it, and no transaction
    let document = signing.document(&run, "signed").await;
    assert_eq!(steps(&document), ["accepted", "policy_decided", "sign_requested", "signed"]);
    assert_eq!(document["digest"], result["digest"]);
    assert_eq!((&document["primaryType"], &document["chainId"]), (&json!("Permit"), &json!(CHAIN)));
    let transactions = signing.stage.app.client.data("/v1/transactions").await;
    assert_eq!(transactions["items"], json!([]));
}

#[actix_web::test]
async fn a_permit_for_somebody_else_and_a_document_that_nobody_knows_are_denied() {
    let signing = Signing::begin().await;
    signing.allow(&somebody(0xd1), &json!([])).await;
    let (run, ended) = signing.sign(&somebody(0xee), 7).await;
    assert_eq!(ended["error"]["code"], "document_denied", "{ended}");
    let message = ended["error"]["message"].as_str().unwrap();
    assert!(message.contains("counterparty"), "{message}");
    let document = signing.document(&run, "denied").await;
    assert_eq!(steps(&document), ["accepted", "policy_decided"]);

    let log_in = json!({
        "domain": { "name": "Market", "chainId": CHAIN, "verifyingContract": signing.token },
        "types": { "LogIn": fields(&[("at", "uint256")]) },
        "primaryType": "LogIn", "message": { "at": "7" },
    });
    let workflow = Signing::publish(&signing.stage, &log_in).await;
    let run = signing.stage.app.run_of(&workflow, &json!({})).await;
    let ended = signing.ended(&run).await;
    assert_eq!(ended["error"]["code"], "document_denied", "{ended}");
    assert!(ended["error"]["message"].as_str().unwrap().contains("typedData"), "{ended}");
}

#[actix_web::test]
async fn what_a_permit_lets_move_counts_against_the_next() {
    let signing = Signing::begin().await;
    let friend = somebody(0xd1);
    let token = json!({ "token": { "chain": CHAIN, "address": signing.token } });
    signing
        .allow(&friend, &json!([
            { "id": "daily", "measure": token, "most": "100", "per": "day", "by": "organization" },
        ]))
        .await;
    assert_eq!(signing.sign(&friend, 60).await.1["status"], "success");
    let refused = signing.sign(&friend, 41).await.1;
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(message.contains("leaves 40 of 100, and 41 is wanted"), "{message}");
    assert_eq!(signing.sign(&friend, 40).await.1["status"], "success");

    // It is counted where somebody only asks, too.
    let owner = &signing.stage.address;
    let document = permit(signing.token, owner, &friend, "1");
    let asked = json!({ "wallet": "any", "typedData": { "from": owner, "document": document } });
    let simulated = signing.stage.app.client.post("/v1/policies/simulate", &asked).await.data();
    assert_eq!(simulated["outcome"], "deny", "{simulated}");
    assert_eq!(simulated["reasons"][0]["kind"], "overLimit", "{simulated}");
}

#[actix_web::test]
async fn what_its_user_proves_to_have_lapsed_is_free_again_and_what_is_settled_is_not() {
    // given a limit, and two documents that somebody in the house has signed
    let signing = Signing::begin().await;
    let friend = somebody(0xd1);
    let token = json!({ "token": { "chain": CHAIN, "address": signing.token } });
    signing
        .allow(
            &friend,
            &json!([{
                "id": "daily", "measure": token, "most": "100", "per": "day", "by": "organization",
            }]),
        )
        .await;
    let app = &signing.stage.app;
    let wallets = app.client.data("/v1/wallets").await;
    let wallet = wallets["items"][0]["id"].as_str().unwrap();
    let owner = &signing.stage.address;
    let asked = async |value: &str| {
        let by = (wallet, owner.parse().unwrap());
        let document = permit(signing.token, owner, &friend, value);
        let id = to_be_signed_by(&app.database, by, &document).await;
        let path = format!("/v1/signatures/{id}");
        app.eventually(
            || app.client.get(&path),
            |shown| shown.status == 200 && shown.data()["status"] == "signed",
        )
        .await;
        id
    };
    let (used, unused) = (asked("40").await, asked("50").await);
    let left = async || {
        let document = permit(signing.token, owner, &friend, "100");
        let asked =
            json!({ "wallet": "any", "typedData": { "from": owner, "document": document } });
        let decision = app.client.post("/v1/policies/simulate", &asked).await.data();
        decision["limits"][0]["left"].as_str().unwrap().to_owned()
    };
    assert_eq!(left().await, "10", "both are reserved");

    // when he says that he used the one, and proves that nobody used the other
    tell_document(&app.database, &used, Order::Settle).await;
    let proof = Proof::Lapsed { block: 9, hash: "0x09".to_owned() };
    tell_document(&app.database, &unused, Order::Lapse(proof)).await;

    // then that one is free, and the first one is used
    app.eventually(&left, |left| left == "60").await;
    let shown = app.client.data(&format!("/v1/signatures/{unused}")).await;
    assert_eq!((&shown["status"], &shown["user"]), (&json!("lapsed"), &json!("test")), "{shown}");
}

#[actix_web::test]
async fn a_document_that_is_hostile_fails_the_node_with_its_place() {
    let signing = Signing::begin().await;
    signing.allow(&somebody(0xd1), &json!([])).await;
    let run = async |spender: Value, value: Value| {
        let input = json!({ "spender": spender, "value": value });
        let run = signing.stage.app.run_of(&signing.workflow, &input).await;
        signing.ended(&run).await
    };
    for (spender, value) in [
        (json!("nobody"), json!("1")),
        (json!(somebody(1)), json!("-1")),
        (json!(somebody(1)), json!("1e9")),
        (json!(somebody(1)), json!({ "deep": [[[[[[[[1]]]]]]]] })),
        (json!(somebody(1)), json!("9".repeat(90_000))),
        (json!(somebody(1)), Value::Null),
    ] {
        let ended = run(spender.clone(), value).await;
        assert_eq!(ended["error"]["code"], "invalid_input", "{spender}: {ended}");
    }
    // What is wrong with its form is found while it is drawn.
    let wrong = |part: &str, value: Value| {
        let mut payload = json!({
            "domain": { "name": "Coin", "chainId": CHAIN, "verifyingContract": signing.token },
            "types": { "Mail": fields(&[("words", "string")]) },
            "primaryType": "Mail", "message": { "words": "hello" },
        });
        payload[part] = value;
        json!({ "nodes": {
            "root": { "type": "manual", "payload": {}, "children": ["pay"] },
            "pay": { "type": "sign-typed-data", "payload": payload },
        } })
    };
    for (part, value, path) in [
        ("types", json!({ "Mail": fields(&[("next", "Mail")]) }), "/types/Mail/0/type"),
        (
            "types",
            json!({ "Mail": fields(&[("n", &format!("uint8{}", "[]".repeat(9_000)))]) }),
            "/types/Mail/0/type",
        ),
        ("domain", json!({ "chainId": 0 }), "/domain/chainId"),
        ("domain", json!({}), "/domain"),
        ("message", json!({ "words": "x".repeat(70_000) }), ""),
        ("chainId", json!(1), "/chainId"),
    ] {
        let body = json!({ "definition": wrong(part, value) });
        let judged = signing.stage.app.client.post("/v1/workflows/validate", &body).await;
        assert!(judged.status < 500, "{}", judged.text());
        assert!(judged.text().contains(path), "{path}: {}", judged.text());
        assert!(judged.text().contains("pay"), "{path}: {}", judged.text());
    }
}

/// What is done to a document, and what the refusal names then.
type Change<'a> = (&'a dyn Fn(&mut Value), &'a str);

#[actix_web::test]
async fn a_document_that_is_hostile_is_refused_where_somebody_only_asks_about_it() {
    let stage = Stage::bare().await;
    let asked = async |body: Value| {
        let answer = stage.app.client.post("/v1/policies/simulate", &body).await;
        (answer.status, answer.text())
    };
    let document = |change: &dyn Fn(&mut Value)| {
        let mut document = permit(Address::repeat_byte(1), &stage.address, &somebody(2), "1");
        change(&mut document);
        json!({ "wallet": "any", "typedData": { "from": stage.address, "document": document } })
    };
    assert_eq!(asked(document(&|_| ())).await.0, 200);
    let deep = format!("uint8{}", "[]".repeat(9_000));
    let changes: [Change<'_>; 7] = [
        (&|it| it["types"]["Permit"][0]["type"] = json!("Permit"), "/types/Permit/0/type"),
        (&|it| it["types"]["Permit"][0]["type"] = json!(deep), "/types/Permit/0/type"),
        (&|it| it["types"] = json!([]), "types"),
        (&|it| it["message"]["value"] = json!("-1"), "/message"),
        (&|it| it["message"]["owner"] = json!("x".repeat(70_000)), "bytes"),
        (&|it| drop(it.as_object_mut().unwrap().remove("domain")), "domain"),
        (&|it| it["domain"] = json!({ "chain": 1 }), "/domain/chain"),
    ];
    for (change, place) in changes {
        let (status, text) = asked(document(change)).await;
        assert_eq!(status, 422, "{text}");
        assert!(text.contains(place), "{place}: {text}");
    }
    // And one of the two, a transaction or a document, has to be there.
    assert_eq!(asked(json!({ "wallet": "any" })).await.0, 422);
}

#[actix_web::test]
async fn a_house_that_is_stopped_at_any_moment_signs_once_and_goes_on() {
    let mut signing = Signing::begin().await;
    let friend = somebody(0xd1);
    signing.allow(&friend, &json!([])).await;
    let mut runs = Vec::new();
    for value in 1..=8 {
        let input = json!({ "spender": friend, "value": value.to_string() });
        runs.push(signing.stage.app.run_of(&signing.workflow, &input).await);
        signing.stage.app.after_downtime(async |_| ()).await;
    }
    for run in &runs {
        let ended = signing.ended(run).await;
        assert_eq!(ended["status"], "success", "{ended}");
        let document = signing.document(run, "signed").await;
        let signed = document["history"].as_array().unwrap().iter();
        let signed: Vec<_> = signed.filter(|event| event["event"] == "signed").collect();
        assert_eq!(signed.len(), 1, "{document}");
        assert_eq!(document["digest"], ended["result"]["digest"]);
        signing.stage.app.replays(run).await;
    }
}
