//! The peer: keys and aliases in memory, behind KMS's protocol.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chainkeel::egress;
use chainkeel::primitives::{ManualClock, Secret};
use chainkeel::signing::{KmsConfig, Signer};
use k256::ecdsa::SigningKey;
use serde_json::{Value, json};

use super::super::first;
use super::requests::is_signed;
use crate::support::peer::Peer;

const REGION: &str = "eu-central-1";
const ID: &str = "AKIDEXAMPLE";
const SECRET: &str = "a secret of the test";
const TOKEN: &str = "a token of the test";
/// What stands before a point of secp256k1, in base64 without its end.
const BEFORE: &str = "MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAE";

/// How orders to sign are taken from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    Honest,
    SignsAnotherDigest,
    SignsByAnotherKey,
    SaysNonsense,
    Refuses(u16, &'static str),
}

/// A key of the peer.
pub(super) struct Kept {
    pub(super) id: String,
    pub(super) key: SigningKey,
    pub(super) origin: &'static str,
    tags: Value,
}

/// What the peer holds.
pub(super) struct Inside {
    pub(super) keys: Vec<Kept>,
    pub(super) aliases: BTreeMap<String, String>,
    pub(super) mood: Mood,
    pub(super) asked: Vec<String>,
}

/// A KMS, for a test.
pub(super) struct Provider {
    peer: Peer,
    state: Data<Mutex<Inside>>,
}

impl Provider {
    /// One without a key.
    pub(super) fn start() -> Self {
        let (keys, aliases, asked) = (Vec::new(), BTreeMap::new(), Vec::new());
        let inside = Inside { keys, aliases, mood: Mood::Honest, asked };
        let state = Data::new(Mutex::new(inside));
        Self { peer: Peer::with(&state, configure), state }
    }

    /// Who signs by it. Each one remembers for itself.
    pub(super) fn signer(&self) -> Signer {
        self.signer_with(SECRET)
    }

    /// Who would sign by it with another secret.
    pub(super) fn signer_with(&self, secret: &str) -> Signer {
        let config = KmsConfig {
            region: Some(REGION.to_owned()),
            endpoint: Some(self.peer.url("")),
            access_key_id: Some(ID.to_owned()),
            secret_access_key: Some(Secret::new(secret)),
            session_token: Some(Secret::new(TOKEN)),
        };
        let clock = Arc::new(ManualClock::at(first()));
        Signer::new(Arc::new(config.backend(&egress::Config::default(), clock).unwrap()))
    }

    /// What it holds.
    pub(super) fn inside(&self) -> MutexGuard<'_, Inside> {
        self.state.lock().unwrap()
    }

    /// Takes orders like this from now on.
    pub(super) fn turn(&self, mood: Mood) {
        self.inside().mood = mood;
    }
}

impl Inside {
    /// The tags of the only key.
    pub(super) fn tags(&self) -> &Value {
        &self.keys[0].tags
    }
}

fn configure(config: &mut ServiceConfig) {
    config.default_service(web::post().to(answer));
}

async fn answer(request: HttpRequest, body: Bytes, state: Data<Mutex<Inside>>) -> HttpResponse {
    let header = |name| request.headers().get(name).and_then(|it| it.to_str().ok());
    assert_eq!(header("content-type"), Some("application/x-amz-json-1.1"));
    assert_eq!((request.path(), request.query_string()), ("/", ""));
    let is_ours = is_signed(&request, &body, (ID, SECRET), (REGION, "20261129T1200"));
    let said = if is_ours && header("x-amz-security-token") == Some(TOKEN) {
        let action = header("x-amz-target").unwrap().strip_prefix("TrentService.").unwrap();
        let mut inside = state.lock().unwrap();
        inside.asked.push(action.to_owned());
        match (action, inside.mood) {
            ("Sign", Mood::Refuses(status, kind)) => Err((status, kind)),
            ("Sign", Mood::SaysNonsense) => return HttpResponse::Ok().body("<html>"),
            _ => inside.answer(action, &serde_json::from_slice(&body).unwrap()),
        }
    } else {
        Err((400, "InvalidSignatureException"))
    };
    match said {
        // Without a body, as KMS does.
        Ok(Value::Null) => HttpResponse::Ok().finish(),
        Ok(said) => HttpResponse::Ok().content_type("application/x-amz-json-1.1").json(said),
        Err((status, kind)) => HttpResponse::build(StatusCode::from_u16(status).unwrap())
            .content_type("application/x-amz-json-1.1")
            .json(json!({"__type": kind, "message": "what KMS says"})),
    }
}

impl Inside {
    fn answer(&mut self, action: &str, asked: &Value) -> Result<Value, (u16, &'static str)> {
        let found = |name: &Value| {
            let name = name.as_str().unwrap();
            let id = self.aliases.get(name).map_or(name, String::as_str);
            self.keys.iter().find(|kept| kept.id == id).ok_or((400, "NotFoundException"))
        };
        match action {
            "CreateKey" => {
                assert_eq!(asked["KeySpec"], "ECC_SECG_P256K1");
                assert_eq!(asked["KeyUsage"], "SIGN_VERIFY");
                let id = uuid::Uuid::from_bytes(rand::random()).to_string();
                let key = SigningKey::from_slice(&rand::random::<[u8; 32]>()).unwrap();
                let tags = asked["Tags"].clone();
                self.keys.push(Kept { id, key, origin: "AWS_KMS", tags });
                Ok(metadata(self.keys.last().unwrap()))
            }
            "CreateAlias" => {
                let alias = asked["AliasName"].as_str().unwrap().to_owned();
                assert!(alias.starts_with("alias/chainkeel/org_"), "{alias}");
                if self.aliases.contains_key(&alias) {
                    return Err((400, "com.amazonaws.kms#AlreadyExistsException"));
                }
                self.aliases.insert(alias, asked["TargetKeyId"].as_str().unwrap().to_owned());
                Ok(Value::Null)
            }
            "DescribeKey" => Ok(metadata(found(&asked["KeyId"])?)),
            "GetPublicKey" => {
                let kept = found(&asked["KeyId"])?;
                let point = kept.key.verifying_key().to_encoded_point(false);
                // The beginning ends with the first byte of each point.
                let der = format!("{BEFORE}{}", STANDARD.encode(&point.as_bytes()[1..]));
                Ok(json!({"KeyId": kept.id, "PublicKey": der, "KeySpec": "ECC_SECG_P256K1",
                          "KeyUsage": "SIGN_VERIFY", "SigningAlgorithms": ["ECDSA_SHA_256"]}))
            }
            "Sign" => {
                assert_eq!(asked["MessageType"], "DIGEST");
                assert_eq!(asked["SigningAlgorithm"], "ECDSA_SHA_256");
                let kept = found(&asked["KeyId"])?;
                let mut digest = STANDARD.decode(asked["Message"].as_str().unwrap()).unwrap();
                assert_eq!(digest.len(), 32);
                let theirs = SigningKey::from_slice(&[0x66; 32]).unwrap();
                let key = match self.mood {
                    Mood::SignsByAnotherKey => &theirs,
                    Mood::SignsAnotherDigest => {
                        digest[0] ^= 1;
                        &kept.key
                    }
                    Mood::Honest | Mood::SaysNonsense | Mood::Refuses(..) => &kept.key,
                };
                let (pair, _) = key.sign_prehash_recoverable(&digest).unwrap();
                Ok(json!({"KeyId": kept.id, "SigningAlgorithm": "ECDSA_SHA_256",
                          "Signature": STANDARD.encode(pair.to_der())}))
            }
            _ => Err((400, "UnknownOperationException")),
        }
    }
}

fn metadata(kept: &Kept) -> Value {
    json!({"KeyMetadata": {
        "KeyId": kept.id, "Origin": kept.origin, "KeySpec": "ECC_SECG_P256K1",
        "KeyUsage": "SIGN_VERIFY", "Enabled": true, "KeyState": "Enabled", "KeyManager": "CUSTOMER",
    }})
}
