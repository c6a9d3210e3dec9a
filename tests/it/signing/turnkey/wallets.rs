//! Wallets whose keys are at Turnkey, over the API.

use chainkeel::signing::{Config, Kind};
use serde_json::json;

use super::enclave::address;
use super::peer::{Mood, Provider};
use crate::support::{TestApp, app_that_signs};

#[actix_web::test]
async fn a_wallet_is_made_at_turnkey_and_none_while_that_is_away() {
    let turnkey = Provider::start();
    let config = turnkey.config(turnkey.private());
    let signing = Config { backend: Some(Kind::Turnkey), turnkey: config, ..Config::default() };
    let app = app_that_signs(signing).await;

    let made = app.client.post("/v1/wallets", &json!({"name": "Treasury"})).await;

    assert_eq!(made.status, 201, "{}", made.text());
    let wallet = made.data();
    assert_eq!((&wallet["backend"], &wallet["provenance"]), (&json!("turnkey"), &json!("created")));
    {
        let inside = turnkey.inside();
        assert_eq!(wallet["address"], address(&inside.keys[0].key).to_checksum(None));
        assert_eq!(wallet["id"], inside.keys[0].name);
    }
    let brought = json!({"name": "Old", "privateKey": format!("0x{}", "11".repeat(32))});
    let refused = app.client.post("/v1/wallets/import", &brought).await;
    assert_eq!(refused.json()["code"], "backend-of-keys-refuses", "{}", refused.text());

    turnkey.turn(Mood::Answers(503));
    let away = app.client.post("/v1/wallets", &json!({"name": "Payroll"})).await;
    assert_eq!((away.status, away.json()["code"].as_str()), (503, Some("backend-of-keys-away")));
    turnkey.turn(Mood::Honest);
    let made = app.client.post("/v1/wallets", &json!({"name": "Payroll"})).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!((turnkey.sub_organizations().len(), turnkey.inside().keys.len()), (1, 2));
}

/// A house whose keys are at this Turnkey, with a wallet, a policy that lets it log in somewhere, and a
/// workflow that does.
async fn house(turnkey: &Provider) -> (TestApp, String) {
    let config = turnkey.config(turnkey.private());
    let signing = Config { backend: Some(Kind::Turnkey), turnkey: config, ..Config::default() };
    let app = app_that_signs(signing).await;
    app.client.post("/v1/wallets", &json!({"name": "Treasury"})).await.data();
    let market = format!("0x{}", "44".repeat(20));
    let document = json!({ "form": 1, "rules": [{ "id": "log-in", "effect": "allow", "when": {
        "subject": { "in": ["document"] }, "action": { "in": ["typedData"] },
        "primaryType": { "in": ["LogIn"] }, "to": { "in": [market] },
    } }] });
    let policy = json!({ "name": "log-in", "document": document });
    assert_eq!(app.client.post("/v1/policies", &policy).await.status, 200);
    let payload = json!({
        "domain": { "name": "Market", "chainId": 1, "verifyingContract": market },
        "types": { "LogIn": [{ "name": "at", "type": "uint256" }] },
        "primaryType": "LogIn", "message": { "at": "{{$trigger.body.amount}}" },
    });
    let definition = json!({ "nodes": {
        "root": { "type": "manual", "payload": {}, "children": ["sign"] },
        "sign": { "type": "sign-typed-data", "payload": payload },
    } });
    let workflow = app.published(&definition).await;
    (app, workflow)
}

#[actix_web::test]
async fn a_document_waits_for_people_at_turnkey_through_a_restart_and_is_signed_once() {
    // given people at Turnkey who have to agree, and a run that wants a document signed
    let turnkey = Provider::start();
    let (mut app, workflow) = house(&turnkey).await;
    turnkey.turn(Mood::AsksPeople);
    let run = app.started_run(&workflow).await;
    let asked = || async { turnkey.activities("ACTIVITY_TYPE_SIGN_RAW_PAYLOAD_V2") };
    app.eventually(asked, |count| *count == 1).await;

    // when the house was away, and they agree after it has asked again
    app.after_downtime(async |_| ()).await;
    let before = turnkey.inside().asked.len();
    app.eventually(|| async { turnkey.inside().asked.len() }, |count| *count > before).await;
    let waiting = app.client.data(&format!("/v1/signatures?runId={run}")).await;
    assert_eq!(waiting["items"][0]["status"], "signing", "{waiting}");
    turnkey.decide("ACTIVITY_STATUS_COMPLETED");

    // then it is the same order, and signed once
    app.until_status(&run, "success").await;
    assert_eq!(turnkey.activities("ACTIVITY_TYPE_SIGN_RAW_PAYLOAD_V2"), 1);
}

#[actix_web::test]
async fn a_document_that_people_at_turnkey_reject_fails_its_node_at_once() {
    let turnkey = Provider::start();
    let (app, workflow) = house(&turnkey).await;
    turnkey.turn(Mood::AsksPeople);
    let run = app.started_run(&workflow).await;
    let asked = || async { turnkey.activities("ACTIVITY_TYPE_SIGN_RAW_PAYLOAD_V2") };
    app.eventually(asked, |count| *count == 1).await;
    turnkey.decide("ACTIVITY_STATUS_REJECTED");
    app.until_status(&run, "failure").await;
    let shown = app.client.data(&format!("/v1/runs/{run}")).await;
    let failure = &shown["executionState"]["sign"]["error"];
    assert_eq!(failure["code"], "document_denied", "{failure}");
    let document = app.client.data(&format!("/v1/signatures?runId={run}")).await;
    assert_eq!(document["items"][0]["status"], "refused", "{document}");
}

#[actix_web::test]
async fn a_document_whose_run_is_cancelled_is_given_up_and_no_signature_is_told() {
    let turnkey = Provider::start();
    let (app, workflow) = house(&turnkey).await;
    turnkey.turn(Mood::AsksPeople);
    let run = app.started_run(&workflow).await;
    let path = format!("/v1/signatures?runId={run}");
    let stands =
        |status: &'static str| move |page: &serde_json::Value| page["items"][0]["status"] == status;
    app.eventually(|| app.client.data(&path), stands("signing")).await;
    app.client.post(&format!("/v1/runs/{run}/cancel"), &json!({})).await;
    let page = app.eventually(|| app.client.data(&path), stands("cancelled")).await;
    turnkey.decide("ACTIVITY_STATUS_COMPLETED");
    let id = page["items"][0]["id"].as_str().unwrap();
    let shown = app.client.data(&format!("/v1/signatures/{id}")).await;
    let last = &shown["history"][3];
    assert_eq!((&last["event"], &last["content"]["mayExist"]), (&json!("cancelled"), &json!(true)));
}
