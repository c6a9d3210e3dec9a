//! A second factor: asked for once it works, and never twice with the same code.

use serde_json::json;

use crate::support::people::{PASSWORD, Person, totp};
use crate::support::{TestApp, app};

/// Somebody with an authenticator, its secret, their recovery codes, and the code that confirmed it: that of now, which
/// also opens when the next half minute begins meanwhile.
async fn enrolled(app: &TestApp) -> (Person, String, Vec<String>, String) {
    let ada = app.person("ada@example.com").await;
    let enrolment = ada.client.post("/v1/auth/totp", &json!({})).await.data();
    let secret = enrolment["secret"].as_str().unwrap().to_owned();
    assert!(enrolment["otpauthUri"].as_str().unwrap().contains(&secret));
    let code = totp(&secret, 0);
    let body = json!({"code": code});
    let confirmed = ada.client.post("/v1/auth/totp/confirm", &body).await.data();
    let codes = confirmed["recoveryCodes"].as_array().unwrap().iter();
    let codes = codes.map(|code| code.as_str().unwrap().to_owned()).collect();
    (ada, secret, codes, code)
}

#[actix_web::test]
async fn a_code_is_wanted_once_it_was_confirmed_and_opens_once() {
    let app = app().await;
    let (ada, secret, codes, confirming) = enrolled(&app).await;
    assert_eq!(codes.len(), 10);
    let without = app.log_in(&ada.email, PASSWORD, None).await;
    assert_eq!((without.status, without.code().as_str()), (401, "second-factor-required"));
    let wrong = app.log_in(&ada.email, "not the password", None).await;
    assert_eq!(wrong.code(), "invalid-credentials", "the code is asked of who knows the password");

    let used = app.log_in(&ada.email, PASSWORD, Some(&confirming)).await;
    assert_eq!(used.code(), "invalid-credentials", "the code that confirmed is used");
    let code = totp(&secret, 1);
    app.log_in(&ada.email, PASSWORD, Some(&code)).await.data();
    let replayed = app.log_in(&ada.email, PASSWORD, Some(&code)).await;
    assert_eq!(replayed.code(), "invalid-credentials");
}

#[actix_web::test]
async fn a_recovery_code_opens_once_when_the_authenticator_is_lost() {
    let app = app().await;
    let (ada, _, codes, _) = enrolled(&app).await;
    app.log_in(&ada.email, PASSWORD, Some(&codes[3].to_uppercase())).await.data();
    assert_eq!(app.log_in(&ada.email, PASSWORD, Some(&codes[3])).await.status, 401);
    let body = json!({"password": PASSWORD, "code": codes[4]});
    ada.client.post("/v1/auth/totp/remove", &body).await.data();
    app.log_in(&ada.email, PASSWORD, None).await.data();
    let again = ada.client.post("/v1/auth/totp/remove", &body).await;
    assert_eq!((again.status, again.code().as_str()), (409, "user-refuses"));
}

#[actix_web::test]
async fn wrong_codes_lock_as_wrong_passwords_do() {
    let app = app().await;
    let (ada, ..) = enrolled(&app).await;
    for _ in 0..5 {
        assert_eq!(app.log_in(&ada.email, PASSWORD, Some("000000x")).await.status, 401);
    }
    assert_eq!(app.log_in(&ada.email, PASSWORD, Some("000000x")).await.code(), "login-locked");
}

#[actix_web::test]
async fn an_authenticator_that_was_not_shown_to_work_is_not_asked_for() {
    let app = app().await;
    let ada = app.person("ada@example.com").await;
    let early = ada.client.post("/v1/auth/totp/confirm", &json!({"code": "000000"})).await;
    assert_eq!(early.status, 409);
    ada.client.post("/v1/auth/totp", &json!({})).await.data();
    let second = ada.client.post("/v1/auth/totp", &json!({})).await.data();
    app.log_in(&ada.email, PASSWORD, None).await.data();
    let code = totp(second["secret"].as_str().unwrap(), 0);
    ada.client.post("/v1/auth/totp/confirm", &json!({"code": code})).await.data();
    assert_eq!(ada.client.post("/v1/auth/totp", &json!({})).await.status, 409);
}
