//! Wallets whose keys are at Turnkey, over the API.

use chainkeel::signing::{Config, Kind};
use serde_json::json;

use super::enclave::address;
use super::peer::{Mood, Provider};
use crate::support::app_that_signs;

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
