//! `chainkeel organization`, `role`, `key`, `member` and `audit`, against a real server.

use serde_json::{Value, json};

use crate::support::people::PASSWORD;
use crate::support::{Said, TestApp, app, chainkeel, chainkeel_of};

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

#[actix_web::test]
async fn somebody_who_was_invited_registers_in_a_terminal_and_accepts_the_next_one() {
    // given an invitation, which an administrator hands out
    let app = app().await;
    let [acme, other] = [app.founded("Acme").await, app.founded("Other").await];
    let invite = |organization: &str| {
        let made = within(&app, organization, &["member", "invite", "eve@example.com", "--json"]);
        let made: Value = serde_json::from_str(&made.out).unwrap();
        made["token"].as_str().unwrap().to_owned()
    };
    let home = tempfile::tempdir().unwrap();
    let eve = |arguments: &[&str], typed: &str| chainkeel_of(&app, home.path(), arguments, typed);

    // when it is used, nothing secret is said
    let token = invite(&acme);
    let said = eve(&["register", "--name", "Eve"], &format!("{token}\n{PASSWORD}\n"));
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.starts_with("logged in as user_"), "{}", said.out);
    assert!(!said.out.contains("ckr_") && !said.out.contains(PASSWORD));

    // then the next commands are hers, and another invitation is accepted by her account
    let listed = eve(&["readiness"], "");
    assert_eq!(listed.code, Some(0), "{}", listed.err);
    let accepted = eve(&["member", "accept"], &format!("{}\n", invite(&other)));
    assert_eq!(accepted.out, format!("you belong to {other} now\n"), "{}", accepted.err);
    let again = eve(&["register"], &format!("{token}\n{PASSWORD}\n"));
    assert_eq!(again.code, Some(1));
    assert!(again.err.contains("invitation"), "{}", again.err);
}
