//! The peer: organizations, users and keys in memory, behind Turnkey's public API.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use chainkeel::egress;
use chainkeel::primitives::{ManualClock, Secret, hex};
use chainkeel::signing::{Signer, TurnkeyConfig};
use k256::ecdsa::SigningKey;
use serde_json::{Value, json};

use super::super::first;
use super::enclave::{self, Lie};
use super::stamps::stamped_by;
use crate::support::peer::Peer;

/// The parent organization.
const PARENT: &str = "11111111-1111-4111-8111-111111111111";

/// How orders to sign are taken from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    Honest,
    /// It is done when it was looked at so many times.
    Slow(usize),
    AsksPeople,
    Fails,
    Lies(Lie),
    /// All else, too.
    Answers(u16),
    SaysNonsense,
    HangsUp,
    /// It does what it should, and says nothing.
    Mute,
}

/// A private key at the peer.
pub(super) struct Kept {
    pub(super) id: String,
    pub(super) organization: String,
    pub(super) name: String,
    pub(super) key: SigningKey,
    pub(super) exported: bool,
}

struct Organization {
    name: String,
    users: Vec<String>,
}

struct Activity {
    organization: String,
    body: Value,
    status: &'static str,
    result: Value,
    looks: usize,
    lie: Option<Lie>,
}

/// What the peer holds.
pub(super) struct Inside {
    organizations: HashMap<String, Organization>,
    pub(super) keys: Vec<Kept>,
    activities: Vec<Activity>,
    by_body: HashMap<Bytes, usize>,
    pub(super) mood: Mood,
    pub(super) asked: Vec<String>,
}

type State = Mutex<Inside>;

/// A Turnkey, for a test.
pub(super) struct Provider {
    peer: Peer,
    state: Data<State>,
    private: String,
    clock: ManualClock,
}

impl Provider {
    /// One with a parent organization, whose user we are.
    pub(super) fn start() -> Self {
        let private = hex(&rand::random::<[u8; 32]>());
        let mut organizations = HashMap::new();
        let users = vec![public(&private)];
        let parent = Organization { name: "The parent".to_owned(), users };
        organizations.insert(PARENT.to_owned(), parent);
        let inside = Inside {
            organizations,
            keys: Vec::new(),
            activities: Vec::new(),
            by_body: HashMap::new(),
            mood: Mood::Honest,
            asked: Vec::new(),
        };
        let state = Data::new(Mutex::new(inside));
        let peer = Peer::with(&state, configure);
        Self { peer, state, private, clock: ManualClock::at(first()) }
    }

    /// Who signs by it. Each one remembers for itself.
    pub(super) fn signer(&self) -> Signer {
        self.signer_with(&self.private)
    }

    /// Who would sign by it with another API key.
    pub(super) fn signer_with(&self, private: &str) -> Signer {
        let config = self.config(private);
        // The address in its URL is open to it, though to nobody else.
        let workflows = egress::Config::default();
        Signer::new(Arc::new(config.backend(&workflows, Arc::new(self.clock.clone())).unwrap()))
    }

    /// What an operator sets to reach it with an API key.
    pub(super) fn config(&self, private: &str) -> TurnkeyConfig {
        TurnkeyConfig {
            base_url: self.peer.url("/"),
            organization_id: Some(PARENT.to_owned()),
            api_public_key: Some(public(private)),
            api_private_key: Some(Secret::new(private)),
        }
    }

    /// What it holds.
    pub(super) fn inside(&self) -> MutexGuard<'_, Inside> {
        self.state.lock().unwrap()
    }

    /// Takes orders like this from now on.
    pub(super) fn turn(&self, mood: Mood) {
        self.inside().mood = mood;
    }

    /// People agree to all that waits for them, or to nothing of it.
    pub(super) fn decide(&self, status: &'static str) {
        let mut inside = self.inside();
        for index in 0..inside.activities.len() {
            if inside.activities[index].status == "ACTIVITY_STATUS_CONSENSUS_NEEDED" {
                inside.activities[index].status = status;
                if status == "ACTIVITY_STATUS_COMPLETED" {
                    inside.perform(index);
                }
            }
        }
    }

    /// The clock of its clients.
    pub(super) fn clock(&self) -> &ManualClock {
        &self.clock
    }

    /// How many activities of a type there were.
    pub(super) fn activities(&self, kind: &str) -> usize {
        self.inside().activities.iter().filter(|it| it.body["type"] == kind).count()
    }

    /// The names of the sub-organizations.
    pub(super) fn sub_organizations(&self) -> Vec<String> {
        let inside = self.inside();
        let below = inside.organizations.iter().filter(|(id, _)| *id != PARENT);
        below.map(|(_, organization)| organization.name.clone()).collect()
    }

    /// Adds a sub-organization as another server would have, with us as its user or without.
    pub(super) fn add_sub_organization(&self, id: &str, name: &str, users: &[&str]) {
        let users = users.iter().map(|private| public(private)).collect();
        let organization = Organization { name: name.to_owned(), users };
        self.inside().organizations.insert(id.to_owned(), organization);
    }

    /// Our API key.
    pub(super) fn private(&self) -> &str {
        &self.private
    }
}

/// The public half of an API key.
fn public(private: &str) -> String {
    let bytes = alloy_primitives::hex::decode(private).unwrap();
    let key = p256::ecdsa::SigningKey::from_slice(&bytes).unwrap();
    hex(key.verifying_key().to_encoded_point(true).as_bytes())
}

fn configure(config: &mut ServiceConfig) {
    config.default_service(web::post().to(answer));
}

async fn answer(request: HttpRequest, body: Bytes, state: Data<State>) -> HttpResponse {
    let stamped = stamped_by(request.headers(), &body);
    let (said, mood) = {
        let mut inside = state.lock().unwrap();
        inside.asked.push(request.path().to_owned());
        let said = inside.answer(request.path(), stamped, &body);
        let is_order = request.path().starts_with("/public/v1/submit/sign_")
            || matches!(inside.mood, Mood::Answers(_));
        (said, if is_order { inside.mood } else { Mood::Honest })
    };
    match mood {
        Mood::Answers(status) => HttpResponse::build(StatusCode::from_u16(status).unwrap())
            .json(json!({"code": 8, "message": "not now", "details": []})),
        Mood::SaysNonsense => HttpResponse::Ok().body("<html>It works!</html>"),
        Mood::HangsUp => HttpResponse::Ok().streaming(futures::stream::once(async {
            Err::<Bytes, _>(std::io::Error::other("gone"))
        })),
        Mood::Mute => std::future::pending().await,
        Mood::Honest | Mood::Slow(_) | Mood::AsksPeople | Mood::Fails | Mood::Lies(_) => match said
        {
            Ok(said) => HttpResponse::Ok().json(said),
            Err((status, message)) => HttpResponse::build(StatusCode::from_u16(status).unwrap())
                .json(json!({"code": 3, "message": message, "details": []})),
        },
    }
}

type Said = Result<Value, (u16, &'static str)>;

impl Inside {
    fn answer(&mut self, path: &str, stamped: Option<String>, body: &Bytes) -> Said {
        let public = stamped.ok_or((401, "could not verify api key signature"))?;
        let asked: Value = serde_json::from_slice(body).map_err(|_| (400, "bad request body"))?;
        let id = asked["organizationId"].as_str().ok_or((400, "bad request body"))?.to_owned();
        let organization = self.organizations.get(&id);
        let organization = organization.ok_or((404, "no organization found with the given ID"))?;
        let is_user = organization.users.contains(&public);
        // Parents may look at what is below them, and change nothing.
        let may_look = is_user || self.organizations[PARENT].users.contains(&public);
        if let Some(activity) = path.strip_prefix("/public/v1/submit/") {
            if !is_user {
                return Err((401, "could not find public key in organization"));
            }
            return self.submit(activity, &id, (body, asked));
        }
        if !may_look {
            return Err((401, "could not find public key in organization"));
        }
        match path.strip_prefix("/public/v1/query/") {
            Some("whoami") => {
                let id = if is_user { id } else { PARENT.to_owned() };
                let name = &self.organizations[&id].name;
                Ok(json!({"organizationId": id, "organizationName": name,
                          "userId": "u", "username": "chainkeel"}))
            }
            Some("list_suborgs") => {
                if asked["filterType"] != "NAME" || id != PARENT {
                    return Err((400, "bad request body"));
                }
                // It finds more than it should.
                let wanted = asked["filterValue"].as_str().unwrap();
                let below = self.organizations.iter().filter(|(id, _)| *id != PARENT);
                let found = below.filter(|(_, it)| it.name.contains(wanted));
                let ids: Vec<_> = found.map(|(id, _)| id).collect();
                Ok(json!({"organizationIds": ids}))
            }
            Some("list_private_keys") => {
                let kept = self.keys.iter().filter(|kept| kept.organization == id);
                let keys: Vec<_> = kept.map(shown).collect();
                Ok(json!({"privateKeys": keys}))
            }
            Some("get_activity") => {
                let index: usize = asked["activityId"].as_str().unwrap().parse().unwrap();
                self.look(index);
                Ok(self.activity(index))
            }
            _ => Err((404, "there is nothing here")),
        }
    }

    fn submit(&mut self, path: &str, id: &str, (body, asked): (&Bytes, Value)) -> Said {
        let expected = match path {
            "create_sub_organization" => "ACTIVITY_TYPE_CREATE_SUB_ORGANIZATION_V7",
            "create_private_keys" => "ACTIVITY_TYPE_CREATE_PRIVATE_KEYS_V2",
            "sign_transaction" => "ACTIVITY_TYPE_SIGN_TRANSACTION_V2",
            "sign_raw_payload" => "ACTIVITY_TYPE_SIGN_RAW_PAYLOAD_V2",
            _ => return Err((404, "there is nothing here")),
        };
        let millis = asked["timestampMs"].as_str().and_then(|it| it.parse::<u64>().ok());
        if asked["type"] != expected || millis.is_none_or(|it| it < 1_700_000_000_000) {
            return Err((400, "bad request body"));
        }
        // The same text is the same activity.
        if let Some(index) = self.by_body.get(body) {
            return Ok(self.activity(*index));
        }
        if path == "create_private_keys" {
            let name = asked.pointer("/parameters/privateKeys/0/privateKeyName").unwrap();
            if self.keys.iter().any(|it| it.organization == id && *name == it.name) {
                return Err((400, "private key label must be unique"));
            }
        }
        let mood = if path.starts_with("sign_") { self.mood } else { Mood::Honest };
        let (status, looks, lie) = match mood {
            Mood::Slow(looks) => ("ACTIVITY_STATUS_PENDING", looks, None),
            Mood::AsksPeople => ("ACTIVITY_STATUS_CONSENSUS_NEEDED", 0, None),
            Mood::Fails => ("ACTIVITY_STATUS_FAILED", 0, None),
            Mood::Answers(_) => return Err((500, "it never came in")),
            Mood::Lies(lie) => ("ACTIVITY_STATUS_COMPLETED", 0, Some(lie)),
            Mood::Honest | Mood::SaysNonsense | Mood::HangsUp | Mood::Mute => {
                ("ACTIVITY_STATUS_COMPLETED", 0, None)
            }
        };
        let (organization, result) = (id.to_owned(), json!({}));
        let activity = Activity { organization, body: asked, status, result, looks, lie };
        self.activities.push(activity);
        let index = self.activities.len() - 1;
        self.by_body.insert(body.clone(), index);
        if status == "ACTIVITY_STATUS_COMPLETED" {
            self.perform(index);
        }
        Ok(self.activity(index))
    }

    fn look(&mut self, index: usize) {
        let activity = &mut self.activities[index];
        if activity.status == "ACTIVITY_STATUS_PENDING" {
            activity.looks = activity.looks.saturating_sub(1);
            if activity.looks == 0 {
                activity.status = "ACTIVITY_STATUS_COMPLETED";
                self.perform(index);
            }
        }
    }

    fn activity(&self, index: usize) -> Value {
        let Activity { organization, body, status, result, .. } = &self.activities[index];
        let failure = if *status == "ACTIVITY_STATUS_FAILED" {
            json!({"code": 9, "message": "the policy engine says no", "details": []})
        } else {
            Value::Null
        };
        json!({"activity": {
            "id": index.to_string(), "organizationId": organization, "type": body["type"],
            "status": status, "intent": {}, "result": result, "failure": failure, "votes": [],
            "fingerprint": "sha256:1", "canApprove": false, "canReject": false,
        }})
    }

    fn perform(&mut self, index: usize) {
        let Activity { organization, body, lie, .. } = &self.activities[index];
        let (organization, lie, asked) = (organization.clone(), *lie, &body["parameters"]);
        let key = |with: &Value| {
            let kept = self.keys.iter().find(|kept| *with == kept.id);
            &kept.filter(|kept| kept.organization == organization).unwrap().key
        };
        let result = match body["type"].as_str().unwrap() {
            "ACTIVITY_TYPE_SIGN_TRANSACTION_V2" => {
                assert_eq!(asked["type"], "TRANSACTION_TYPE_ETHEREUM");
                let unsigned = asked["unsignedTransaction"].as_str().unwrap();
                assert!(!unsigned.starts_with("0x"));
                let signed = enclave::signed(key(&asked["signWith"]), unsigned, lie).unwrap();
                json!({"signTransactionResult": {"signedTransaction": signed}})
            }
            "ACTIVITY_TYPE_SIGN_RAW_PAYLOAD_V2" => {
                // A bare hash would be `PAYLOAD_ENCODING_HEXADECIMAL`.
                assert_eq!(asked["encoding"], "PAYLOAD_ENCODING_EIP712");
                assert_eq!(asked["hashFunction"], "HASH_FUNCTION_NO_OP");
                let document = asked["payload"].as_str().unwrap();
                let signed = enclave::signed_document(key(&asked["signWith"]), document).unwrap();
                json!({"signRawPayloadResult": signed})
            }
            "ACTIVITY_TYPE_CREATE_SUB_ORGANIZATION_V7" => {
                let user = &asked["rootUsers"][0];
                assert_eq!(user["apiKeys"][0]["curveType"], "API_KEY_CURVE_P256");
                assert_eq!(
                    (&user["authenticators"], &user["oauthProviders"]),
                    (&json!([]), &json!([]))
                );
                assert_eq!(asked["rootQuorumThreshold"], 1);
                let users = vec![user["apiKeys"][0]["publicKey"].as_str().unwrap().to_owned()];
                let name = asked["subOrganizationName"].as_str().unwrap().to_owned();
                let id = uuid::Uuid::from_bytes(rand::random()).to_string();
                self.organizations.insert(id.clone(), Organization { name, users });
                json!({"createSubOrganizationResultV7": {"subOrganizationId": id,
                                                         "rootUserIds": ["u"]}})
            }
            _ => {
                let wanted = &asked["privateKeys"][0];
                assert_eq!(wanted["curve"], "CURVE_SECP256K1");
                assert_eq!(wanted["addressFormats"], json!(["ADDRESS_FORMAT_ETHEREUM"]));
                let kept = Kept {
                    id: uuid::Uuid::from_bytes(rand::random()).to_string(),
                    organization,
                    name: wanted["privateKeyName"].as_str().unwrap().to_owned(),
                    key: SigningKey::from_slice(&rand::random::<[u8; 32]>()).unwrap(),
                    exported: false,
                };
                let made = json!({"privateKeyId": kept.id, "addresses": shown(&kept)["addresses"]});
                self.keys.push(kept);
                json!({"createPrivateKeysResultV2": {"privateKeys": [made]}})
            }
        };
        self.activities[index].result = result;
    }
}

fn shown(kept: &Kept) -> Value {
    let address = enclave::address(&kept.key);
    let point = kept.key.verifying_key().to_encoded_point(true);
    json!({
        "privateKeyId": kept.id, "privateKeyName": kept.name, "publicKey": hex(point.as_bytes()),
        "curve": "CURVE_SECP256K1", "privateKeyTags": [], "exported": kept.exported,
        "addresses": [{"format": "ADDRESS_FORMAT_ETHEREUM", "address": address}],
        "imported": false, "createdAt": {"seconds": "1", "nanos": "0"},
    })
}
