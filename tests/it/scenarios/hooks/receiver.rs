//! A receiver that does with each path as it is told, and verifies as the standard says.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::HOOKS;
use crate::support::TestApp;
use crate::support::peer::Peer;

/// How a path answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// With this status.
    With(u16),
    /// With 302 to another place.
    Elsewhere,
    /// With 429, and the wish to be left alone for so many seconds.
    Busy(u32),
    /// Not at all, until it is told otherwise.
    Silence,
}

/// What came.
#[derive(Debug, Clone)]
pub(super) struct Received {
    pub(super) path: String,
    pub(super) at: Instant,
    pub(super) headers: HashMap<String, String>,
    pub(super) body: String,
}

/// What came, and how it is answered: with 200 where nothing else is said.
#[derive(Debug, Default)]
pub(super) struct Receiver {
    received: Mutex<Vec<Received>>,
    answers: Mutex<HashMap<String, Answer>>,
}

async fn take(request: HttpRequest, body: String, held: Data<Receiver>) -> HttpResponse {
    let path = request.path().to_owned();
    let headers = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()));
    let (at, headers) = (Instant::now(), headers.collect());
    held.received.lock().unwrap().push(Received { path: path.clone(), at, headers, body });
    loop {
        match held.answer(&path) {
            Answer::Silence => actix_web::rt::time::sleep(Duration::from_millis(20)).await,
            Answer::With(status) => {
                let mut answer = HttpResponse::build(status.try_into().unwrap());
                return answer.insert_header(("set-cookie", "let=in")).body("as told");
            }
            Answer::Elsewhere => {
                return HttpResponse::Found().insert_header(("location", "/elsewhere")).finish();
            }
            Answer::Busy(seconds) => {
                let after = ("retry-after", seconds.to_string());
                return HttpResponse::TooManyRequests().insert_header(after).finish();
            }
        }
    }
}

impl Receiver {
    pub(super) fn start() -> (Data<Self>, Peer) {
        let held = Data::new(Self::default());
        let peer = Peer::with(&held, |config| {
            config.default_service(web::to(take));
        });
        (held, peer)
    }

    fn answer(&self, path: &str) -> Answer {
        self.answers.lock().unwrap().get(path).copied().unwrap_or(Answer::With(200))
    }

    /// From here on a path answers so.
    pub(super) fn answers(&self, path: &str, answer: Answer) {
        self.answers.lock().unwrap().insert(path.to_owned(), answer);
    }

    /// What came there.
    pub(super) fn at(&self, path: &str) -> Vec<Received> {
        let all = self.received.lock().unwrap();
        all.iter().filter(|it| it.path == path).cloned().collect()
    }
}

impl Received {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }

    pub(super) fn id(&self) -> &str {
        self.header("webhook-id")
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(super) fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }

    /// How many of the signatures this secret made: read out of the standard, not out of the sender.
    ///
    /// The secret is base64 behind `whsec_`; what is signed is id, timestamp and body with dots between; the
    /// header holds signatures with blanks between, each a version, a comma and base64.
    pub(super) fn signatures_of(&self, secret: &str) -> usize {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let (id, timestamp) = (self.id(), self.header("webhook-timestamp"));
        let signatures = self.header("webhook-signature").split(' ');
        let versions = signatures.filter_map(|it| it.strip_prefix("v1,"));
        let is_right = |signature: &&str| {
            let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
            for part in [id, ".", timestamp, ".", &self.body] {
                mac.update(part.as_bytes());
            }
            mac.verify_slice(&STANDARD.decode(signature).unwrap()).is_ok()
        };
        versions.filter(is_right).count()
    }

    /// Whether the header of B3OS is that of this secret: hexadecimal, over the body alone.
    pub(super) fn is_signed_by(&self, secret: &str) -> bool {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(self.body.as_bytes());
        let written = self.header("x-b3os-signature").as_bytes().chunks(2);
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let read: Option<Vec<u8>> = written.map(byte).collect();
        read.is_some_and(|read| mac.verify_slice(&read).is_ok())
    }
}

/// Makes an endpoint; its id and its secret.
pub(super) async fn hook(
    app: &TestApp,
    url: &str,
    types: &[&str],
    more: Value,
) -> (String, String) {
    let mut body = json!({"name": "receiver", "url": url, "subscribedEventTypes": types});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = app.client.post(HOOKS, &body).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.data();
    let text = |field: &str| made[field].as_str().unwrap().to_owned();
    (text("id"), text("secret"))
}

/// What was sent to an endpoint, or is to be sent; the latest event first.
pub(super) async fn deliveries(app: &TestApp, hook: &str) -> Vec<Value> {
    let path = format!("{}?endpointId={hook}&limit=100", super::DELIVERIES);
    app.client.data(&path).await["items"].as_array().unwrap().clone()
}
