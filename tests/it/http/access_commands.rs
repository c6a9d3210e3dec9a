//! `chainkeel organization`, `role`, `key`, `member` and `audit`, against a real server.

use serde_json::{Value, json};

use crate::support::{Said, TestApp, app, chainkeel};

fn json_of(said: &Said) -> Value {
    serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{} {}", said.out, said.err))
}

fn within(app: &TestApp, organization: &str, arguments: &[&str]) -> Said {
    chainkeel(app, &[arguments, &["--organization", organization]].concat())
}

#[actix_web::test]
async fn a_program_gets_its_key_and_loses_it_by_commands() {
    let app = app().await;
    let acme = app.founded("Acme").await;
    let say = |arguments: &[&str]| within(&app, &acme, arguments);
    assert!(say(&["key", "list"]).out.contains("there is no key yet"));
    let account = say(&["key", "add-account", "ci", "--may", "runs:read", "--json"]);
    let account = json_of(&account)["id"].as_str().unwrap().to_owned();
    let issued = json_of(&say(&["key", "create", "ci", "--account", &account, "--json"]));
    let bot = app.client.with_key(issued["key"].as_str().unwrap());
    assert_eq!(bot.get("/v1/runs").await.status, 200);
    let id = issued["id"].as_str().unwrap();
    let revoked = say(&["key", "revoke", id]);
    assert!(revoked.out.contains("revoked"), "{} {}", revoked.out, revoked.err);
    assert_eq!(bot.get("/v1/runs").await.status, 401);
    let role = say(&["role", "define", "Auditor", "--may", "audit:read"]);
    assert!(role.out.contains("Auditor"), "{}", role.err);
    let invited = say(&["member", "invite", "ada@example.org"]);
    assert!(invited.out.contains("token ck_inv_"), "{}", invited.err);
    let whoami = say(&["organization", "whoami"]);
    assert!(whoami.out.contains("Acme") && whoami.out.contains("admin"), "{}", whoami.err);

    let unknown = say(&["role", "define", "Odd", "--may", "runs:fly"]);
    assert_eq!(unknown.code, Some(1));
    assert!(unknown.err.contains("runs:fly"), "{}", unknown.err);
    let logged = |page: &Value| page["items"].as_array().unwrap().len() >= 5;
    let client = app.client.within(&acme);
    app.eventually(|| client.data("/v1/organization/audit-log"), logged).await;
    let log = say(&["audit", "list", "--action", "api_key."]);
    assert!(log.out.contains("api_key.revoked") && log.out.contains("127.0.0.1"), "{}", log.err);
    let exported = say(&["audit", "export", "--format", "csv"]);
    assert!(exported.out.starts_with("position,at,outcome"), "{}", exported.err);
    let wrong = say(&["audit", "export", "--since", "yesterday"]);
    assert!(wrong.code == Some(1) && wrong.err.contains("since"), "{}", wrong.err);
    assert_eq!(json_of(&say(&["member", "list", "--json"]))["items"], json!([]));
}
