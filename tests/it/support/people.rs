//! People who log in.

use hmac::{Hmac, Mac};
use serde_json::{Value, json};

use super::TestApp;
use super::client::{Client, Response};

pub(crate) const PASSWORD: &str = "correct horse battery";

/// Somebody who is logged in.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) email: String,
    /// Sends the access token.
    pub(crate) client: Client,
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) session: String,
}

impl TestApp {
    /// A user with a password, who is not logged in; their id.
    pub(crate) async fn user(&self, email: &str) -> String {
        let made = self.client.post("/v1/users", &json!({"email": email})).await.data();
        let body = json!({"token": made["resetToken"], "newPassword": PASSWORD});
        self.client.stranger().post("/v1/auth/reset", &body).await.data();
        made["user"]["id"].as_str().unwrap().to_owned()
    }

    /// A user who is logged in.
    pub(crate) async fn person(&self, email: &str) -> Person {
        self.user(email).await;
        Person::of(self, email, &self.log_in(email, PASSWORD, None).await.data())
    }

    pub(crate) async fn log_in(&self, email: &str, password: &str, code: Option<&str>) -> Response {
        let mut body = json!({"email": email, "password": password});
        if let Some(code) = code {
            body["code"] = json!(code);
        }
        self.client.stranger().post("/v1/auth/login", &body).await
    }

    pub(crate) async fn refresh(&self, token: &str) -> Response {
        self.client.stranger().post("/v1/auth/refresh", &json!({"refreshToken": token})).await
    }
}

impl Person {
    /// Whoever has these tokens.
    pub(crate) fn of(app: &TestApp, email: &str, tokens: &Value) -> Self {
        let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
        let access = text("accessToken");
        Self {
            id: text("userId"),
            email: email.to_owned(),
            client: app.client.with_key(&access),
            access,
            refresh: text("refreshToken"),
            session: text("sessionId"),
        }
    }

    /// Whether the access token opens anything.
    pub(crate) async fn is_in(&self) -> bool {
        match self.client.get("/v1/auth/sessions").await.status {
            200 => true,
            401 => false,
            other => panic!("{other}"),
        }
    }
}

/// The code that an authenticator shows, so many steps of 30 seconds from now.
#[expect(clippy::disallowed_methods, reason = "an authenticator has a clock of its own")]
pub(crate) fn totp(secret: &str, steps: i64) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let digits = secret.bytes().map(|it| alphabet.iter().position(|digit| *digit == it).unwrap());
    let bits: Vec<bool> =
        digits.flat_map(|digit| (0..5).rev().map(move |bit| digit >> bit & 1 == 1)).collect();
    let byte = |bits: &[bool]| bits.iter().fold(0_u8, |byte, bit| byte << 1 | u8::from(*bit));
    let key: Vec<u8> = bits.chunks_exact(8).map(byte).collect();
    let step = time::OffsetDateTime::now_utc().unix_timestamp() / 30 + steps;
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(&key).unwrap();
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest[19] & 15);
    let word = u32::from_be_bytes(digest[offset..offset + 4].try_into().unwrap());
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}
