//! Wallets over HTTP: their keys are made in a backend, and nothing but the backend knows them.

use serde_json::{Value, json};

use crate::support::{TestApp, app};

/// A key that everybody knows, of the first account of development nodes.
const KNOWN: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const ITS_ADDRESS: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

async fn create(app: &TestApp, name: &str) -> Value {
    let made = app.client.post("/v1/wallets", &json!({ "name": name })).await;
    assert_eq!(made.status, 201, "{}", made.text());
    made.data()
}

async fn order(app: &TestApp, wallet: &Value, deed: &str) -> Value {
    let path = format!("/v1/wallets/{}/{deed}", wallet["id"].as_str().unwrap());
    app.client.post(&path, &json!({})).await.data()
}

async fn names(app: &TestApp, query: &str) -> Vec<String> {
    let page = app.client.data(&format!("/v1/wallets{query}")).await;
    let items = page["items"].as_array().unwrap();
    items.iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_wallet_is_made_named_chosen_put_away_and_taken_out_again() {
    let app = app().await;
    assert!(names(&app, "").await.is_empty());

    let treasury = create(&app, "Treasury").await;
    let address = treasury["address"].as_str().unwrap();
    assert!(address.starts_with("0x") && address.len() == 42, "{address}");
    assert_eq!(treasury["isDefault"], true, "the only one is the one that is meant");
    assert_eq!(treasury["provenance"], "created");
    let payroll = create(&app, "Payroll").await;
    assert_ne!(payroll["address"], treasury["address"]);
    let path = format!("/v1/wallets/{}", treasury["id"].as_str().unwrap());
    assert_eq!(app.client.data(&path).await["isDefault"], false, "of two none is");

    assert_eq!(order(&app, &payroll, "default").await["isDefault"], true);
    let taken = app.client.post("/v1/wallets", &json!({ "name": "Payroll" })).await;
    assert_eq!((taken.status, taken.json()["code"].as_str()), (409, Some("wallet-refuses")));
    let renamed = app.client.request("PATCH", &path).json(&json!({ "name": "Vault" })).send().await;
    assert_eq!(renamed.data()["name"], "Vault");

    assert_eq!(order(&app, &payroll, "archive").await["status"], "archived");
    assert_eq!(names(&app, "").await, ["Vault"]);
    assert_eq!(names(&app, "?archived=true&limit=1").await, ["Vault"]);
    assert_eq!(names(&app, "?archived=true&offset=1").await, ["Payroll"]);
    assert_eq!(order(&app, &payroll, "restore").await["status"], "active");
}

#[tokio::test]
async fn a_wallet_is_made_once_under_a_key_of_idempotency() {
    let app = app().await;
    let mut ids = Vec::new();
    for _ in 0..2 {
        let request = app.client.request("POST", "/v1/wallets").header("Idempotency-Key", "once");
        let made = request.json(&json!({ "name": "Treasury" })).send().await;
        assert_eq!(made.status, 201, "{}", made.text());
        ids.push(made.data()["id"].clone());
    }
    assert_eq!(ids[0], ids[1]);
    assert_eq!(names(&app, "").await.len(), 1);
}

#[tokio::test]
async fn a_key_that_is_brought_along_is_taken_once_and_told_to_nobody() {
    let app = app().await;
    let import = async |name: &str, key: &str| {
        let body = json!({ "name": name, "privateKey": key });
        app.client.post("/v1/wallets/import", &body).await
    };
    let made = import("Old", &format!("0x{KNOWN}")).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let wallet = made.data();
    assert_eq!(
        (wallet["address"].as_str(), wallet["provenance"].as_str()),
        (Some(ITS_ADDRESS), Some("imported"))
    );

    let again = import("Again", KNOWN).await;
    assert_eq!((again.status, again.json()["code"].as_str()), (409, Some("wallet-refuses")));
    let order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
    for bad in ["", "0x", "46", &"0".repeat(64), order, &format!("{KNOWN}00"), "not a key"] {
        let refused = import("Bad", bad).await;
        assert_eq!(refused.status, 422, "{bad}: {}", refused.text());
        assert_eq!(refused.json()["details"][0]["path"], "/privateKey");
        assert!(bad.len() < 8 || !refused.text().contains(bad), "{}", refused.text());
    }
    assert_eq!(names(&app, "?archived=true").await, ["Old"]);
    let ledger = app
        .count_of(
            "select count(*) from events where payload::text like $1 or metadata::text like $1",
            &format!("%{KNOWN}%"),
        )
        .await;
    assert_eq!(ledger, 0);
}
