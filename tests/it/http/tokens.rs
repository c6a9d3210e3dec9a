//! Tokens that were not issued to whoever shows them, and the keys that sign those that were.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use chainkeel::access::token::SigningKey;
use chainkeel::primitives::OrganizationId;
use chainkeel::secrets::{SecretName, Vault};
use hmac::{Hmac, Mac};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::people::Person;
use crate::support::{TestApp, app, test_keys};

fn part(value: &Value) -> String {
    BASE64URL.encode(value.to_string())
}

fn parts(token: &str) -> (Value, Value) {
    let mut parts = token.split('.');
    let mut read = || {
        let bytes = BASE64URL.decode(parts.next().unwrap()).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    };
    (read(), read())
}

fn signed(key: &[u8], header: &Value, claims: &Value) -> String {
    let random = SystemRandom::new();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key, &random).unwrap();
    let message = format!("{}.{}", part(header), part(claims));
    let signature = pair.sign(&random, message.as_bytes()).unwrap();
    format!("{message}.{}", BASE64URL.encode(signature))
}

/// The private key that signs, as nobody but the house has it.
async fn private_key(app: &TestApp, kid: &Value) -> Vec<u8> {
    let vault = Vault::new(app.database.pool.clone(), test_keys());
    let name = SecretName::new("token_keys", kid.as_str().unwrap());
    vault.open(OrganizationId::DEFAULT, &name).await.unwrap().to_vec()
}

async fn status(app: &TestApp, token: &str) -> u16 {
    app.client.with_key(token).get("/v1/auth/sessions").await.status
}

#[actix_web::test]
async fn no_token_opens_anything_that_the_house_did_not_issue_as_it_is() {
    let app = app().await;
    let ada = app.person("ada@example.com").await;
    let (header, claims) = parts(&ada.access);
    let key = private_key(&app, &header["kid"]).await;
    let message = ada.access.rsplit_once('.').unwrap().0.to_owned();
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        signed(&key, &header, &claims)
    };
    let without = |name: &str| {
        let mut claims = claims.clone();
        claims.as_object_mut().unwrap().remove(name);
        signed(&key, &header, &claims)
    };
    let headed = |name: &str, value: Value| {
        let mut header = header.clone();
        header[name] = value;
        signed(&key, &header, &claims)
    };
    let (other, _) = SigningKey::generate(&SystemRandom::new()).unwrap();
    let jwks = app.client.get("/.well-known/jwks.json").await.json();
    let confused = |secret: &[u8]| {
        let mut header = header.clone();
        header["alg"] = json!("HS256");
        let message = format!("{}.{}", part(&header), part(&claims));
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
        mac.update(message.as_bytes());
        format!("{message}.{}", BASE64URL.encode(mac.finalize().into_bytes()))
    };
    let point = |name: &str| BASE64URL.decode(jwks["keys"][0][name].as_str().unwrap()).unwrap();
    let point = [vec![4], point("x"), point("y")].concat();
    let none = |alg: &str| {
        let mut header = header.clone();
        header["alg"] = json!(alg);
        format!("{}.{}.", part(&header), part(&claims))
    };
    let now = claims["iat"].as_i64().unwrap();
    assert_eq!(status(&app, &signed(&key, &header, &claims)).await, 200, "the forge works");
    for (what, token) in [
        ("no signature", format!("{message}.")),
        ("another's signature", signed(&other, &header, &claims)),
        ("alg none", none("none")),
        ("alg None", none("None")),
        ("HS256 with the public point", confused(&point)),
        ("HS256 with the document of keys", confused(jwks.to_string().as_bytes())),
        ("a changed claim", {
            let signature = ada.access.rsplit_once('.').unwrap().1;
            let mut claims = claims.clone();
            claims["exp"] = json!(now + 500);
            format!("{}.{}.{signature}", part(&header), part(&claims))
        }),
        ("an unknown key", headed("kid", json!("nobody"))),
        ("a key of its own", headed("jwk", jwks["keys"][0].clone())),
        ("something critical", headed("crit", json!(["exp"]))),
        ("something else in the header", headed("x", json!(1))),
        ("expired", with("exp", json!(now - 11))),
        ("not yet valid", with("nbf", json!(now + 60))),
        ("issued tomorrow", with("iat", json!(now + 86_400))),
        ("for a year", with("exp", json!(now + 31_536_000))),
        ("another audience", with("aud", json!("chainkeel-stream"))),
        ("more audiences", with("aud", json!(["chainkeel-api", "other"]))),
        ("another issuer", with("iss", json!("https://example.com"))),
        ("another user", with("sub", json!("user_01h455vb4pex5vsknk084sn02q"))),
        ("another session", with("sid", json!("ses_01h455vb4pex5vsknk084sn02q"))),
        ("one claim more", with("role", json!("owner"))),
        ("no sid", without("sid")),
        ("no sub", without("sub")),
        ("no exp", without("exp")),
        ("no nbf", without("nbf")),
        ("no jti", without("jti")),
        ("no aud", without("aud")),
        ("no iss", without("iss")),
        ("an oversized token", with("jti", json!("j".repeat(4_096)))),
        ("no token", "a.b.c".to_owned()),
    ] {
        assert_eq!(status(&app, &token).await, 401, "{what}: {token}");
    }
    assert!(ada.is_in().await);
}

#[actix_web::test]
async fn tokens_are_verified_elsewhere_by_the_published_keys() {
    let app = app().await;
    let ada = app.person("ada@example.com").await;
    let answer = app.client.stranger().get("/.well-known/jwks.json").await;
    assert_eq!(answer.header("cache-control"), Some("public, max-age=60"));
    let key = answer.json()["keys"][0].clone();
    assert_eq!(key["kid"], parts(&ada.access).0["kid"]);
    for (name, value) in [("kty", "EC"), ("crv", "P-256"), ("alg", "ES256"), ("use", "sig")] {
        assert_eq!(key[name], value);
    }
    assert!(key["d"].is_null());
}

#[actix_web::test]
async fn nobody_notices_that_keys_are_rotated() {
    let app = app().await;
    let ada = app.person("ada@example.com").await;
    let visits = async {
        for _ in 0..60 {
            assert!(ada.is_in().await, "a valid token was refused");
        }
    };
    let rotations = async {
        let mut newest = Person::of(&app, &ada.email, &app.refresh(&ada.refresh).await.data());
        for _ in 0..3 {
            app.client.post("/v1/token-keys/rotate", &json!({})).await.data();
            newest = Person::of(&app, &ada.email, &app.refresh(&newest.refresh).await.data());
            assert!(newest.is_in().await, "the new key is believed");
        }
    };
    futures::join!(visits, rotations);
    let keys = app.client.data("/v1/token-keys").await["items"].clone();
    let signing = |key: &&Value| key["isSigning"] == true;
    let keys = keys.as_array().unwrap();
    assert_eq!((keys.len(), keys.iter().filter(signing).count()), (4, 1));
    assert!(keys.iter().all(|key| key["isBelieved"] == true));
}

#[actix_web::test]
async fn after_an_incident_nothing_is_believed_that_an_older_key_signed() {
    let app = app().await;
    let ada = app.person("ada@example.com").await;
    let (header, claims) = parts(&ada.access);
    let stolen = private_key(&app, &header["kid"]).await;
    app.client.post("/v1/token-keys/rotate", &json!({"now": true})).await.data();
    assert!(!ada.is_in().await);
    assert_eq!(status(&app, &signed(&stolen, &header, &claims)).await, 401);
    let later = Person::of(&app, &ada.email, &app.refresh(&ada.refresh).await.data());
    assert!(later.is_in().await, "whoever has a session goes on");
    let jwks = app.client.get("/.well-known/jwks.json").await.json();
    assert_eq!(jwks["keys"].as_array().unwrap().len(), 1);
}
