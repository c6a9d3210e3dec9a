//! Where keys are at Turnkey: the sub-organization of an organization, and the private keys in it.
//!
//! Everything is looked up by its name before it is made, and made under an instant that is cut to
//! the minute: two orders, of one server or of two, that make the same at the same time are the same
//! text, which is the same activity.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use alloy_primitives::{Address, hex};
use k256::ecdsa::VerifyingKey;
use time::OffsetDateTime;
use tokio::time::sleep;

use super::activity::{Settled, submit};
use super::backend::millis;
use super::client::Client;
use super::wire::{
    ApiKeyOfUser, CreatePrivateKeys, CreateSubOrganization, KeptKey, ListSubOrganizations, NewKey,
    Of, Page, PrivateKeys, RootUser, SubOrganizations, Submission, Who, Yes,
};
use crate::primitives::{Clock, OrganizationId};
use crate::signing::key::address_of;
use crate::signing::{BadReply, Error, KeyName};

/// How many places are remembered. Beyond them all are let go, and looked up again.
const MAX_REMEMBERED: usize = 10_000;
/// How many sub-organizations of one name are looked into. There should be one.
const MAX_ALIKE: usize = 8;
/// How long it is waited for a key that was made to be found.
const LOOKS: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_millis(100),
    Duration::from_millis(400),
    Duration::from_secs(1),
];
/// The curve of Ethereum, as Turnkey calls it.
const CURVE: &str = "CURVE_SECP256K1";
/// What this house is called there.
const OURS: &str = "chainkeel";

/// Where a key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The id of the sub-organization.
    pub(super) organization: String,
    /// The id of the private key.
    pub(super) key: String,
    /// Its address, from its public key.
    pub(super) address: Address,
}

/// What is known of places.
#[derive(Debug)]
pub(super) struct Places {
    parent: String,
    clock: Arc<dyn Clock>,
    known: Mutex<HashMap<KeyName, Place>>,
}

impl Places {
    /// Places below this parent organization.
    pub(super) fn new(parent: &str, clock: Arc<dyn Clock>) -> Self {
        Self { parent: parent.to_owned(), clock, known: Mutex::default() }
    }

    /// Where a key is.
    pub(super) async fn find(&self, client: &Client, key: &KeyName) -> Result<Place, Error> {
        let known = self.known().get(key).cloned();
        match known {
            Some(place) => Ok(place),
            None => self.look_for(client, key).await?.ok_or_else(|| Error::NoKey(key.clone())),
        }
    }

    /// Looks again the next time.
    pub(super) fn forget(&self, key: &KeyName) {
        self.known().remove(key);
    }

    /// Makes a key, unless there is one of that name.
    pub(super) async fn make(&self, client: &Client, key: &KeyName) -> Result<Place, Error> {
        if let Some(place) = self.look_for(client, key).await? {
            return Ok(place);
        }
        let organizations = self.organizations(client, key.organization()).await?;
        let organization = match organizations.into_iter().next() {
            Some(id) => id,
            None => self.make_organization(client, key.organization()).await?,
        };
        let submission = Submission {
            kind: "ACTIVITY_TYPE_CREATE_PRIVATE_KEYS_V2",
            timestamp_ms: self.minute(),
            organization_id: &organization,
            parameters: CreatePrivateKeys {
                private_keys: [NewKey {
                    private_key_name: key.name(),
                    curve: CURVE,
                    private_key_tags: [],
                    address_formats: ["ADDRESS_FORMAT_ETHEREUM"],
                }],
            },
        };
        let path = "/public/v1/submit/create_private_keys";
        let made = match submit(client, path, &submission).await {
            Ok(Settled::Done(results)) if results.create_private_keys_result_v2.is_some() => Ok(()),
            Ok(Settled::Done(_)) => Err(BadReply::Garbled("it holds no key".to_owned()).into()),
            Ok(Settled::Waiting { id }) => Err(waits("a key", &id)),
            Err(error) => Err(error),
        };
        // Names are unique there: whoever is refused may have been overtaken.
        let mut found = None;
        for pause in LOOKS {
            sleep(pause).await;
            found = self.look_for(client, key).await?;
            if found.is_some() || made.is_err() {
                break;
            }
        }
        match (found, made) {
            (Some(place), _) => Ok(place),
            (None, Err(error)) => Err(error),
            (None, Ok(())) => Err(Error::Gone("the key that it made cannot be found yet".into())),
        }
    }

    async fn make_organization(
        &self,
        client: &Client,
        organization: OrganizationId,
    ) -> Result<String, Error> {
        let name = name_of(organization);
        let user = RootUser {
            user_name: OURS,
            api_keys: [ApiKeyOfUser {
                api_key_name: OURS,
                public_key: client.public_key(),
                curve_type: "API_KEY_CURVE_P256",
            }],
            authenticators: [],
            oauth_providers: [],
        };
        let submission = Submission {
            kind: "ACTIVITY_TYPE_CREATE_SUB_ORGANIZATION_V7",
            timestamp_ms: self.minute(),
            organization_id: &self.parent,
            parameters: CreateSubOrganization {
                sub_organization_name: &name,
                root_users: [user],
                root_quorum_threshold: 1,
                disable_email_recovery: Yes,
                disable_email_auth: Yes,
                disable_sms_auth: Yes,
                disable_otp_email_auth: Yes,
            },
        };
        let path = "/public/v1/submit/create_sub_organization";
        match submit(client, path, &submission).await? {
            Settled::Waiting { id } => Err(waits("a sub-organization", &id)),
            Settled::Done(results) => match results.create_sub_organization_result_v7 {
                Some(made) => Ok(made.sub_organization_id),
                None => Err(BadReply::Garbled("it holds no sub-organization".to_owned()).into()),
            },
        }
    }

    async fn look_for(&self, client: &Client, key: &KeyName) -> Result<Option<Place>, Error> {
        let mut found = None;
        for organization in self.organizations(client, key.organization()).await? {
            let question = Of { organization_id: &organization };
            let path = "/public/v1/query/list_private_keys";
            let keys: PrivateKeys = client.ask(path, &question).await?;
            for kept in keys.private_keys {
                if kept.private_key_name == key.name()
                    && found.replace((organization.clone(), kept)).is_some()
                {
                    return Err(Error::Ambiguous(key.clone()));
                }
            }
        }
        let Some((organization, kept)) = found else { return Ok(None) };
        let place = Place { organization, address: address(key, &kept)?, key: kept.private_key_id };
        let mut known = self.known();
        if known.len() >= MAX_REMEMBERED {
            known.clear();
        }
        known.insert(key.clone(), place.clone());
        Ok(Some(place))
    }

    /// The sub-organizations of an organization: none or one, or more after a race that two servers
    /// had beyond the same minute. The first one is the same for everybody.
    async fn organizations(
        &self,
        client: &Client,
        organization: OrganizationId,
    ) -> Result<Vec<String>, Error> {
        let name = name_of(organization);
        let question = ListSubOrganizations {
            organization_id: &self.parent,
            filter_type: "NAME",
            filter_value: &name,
            pagination_options: Page { limit: "100" },
        };
        let listed: SubOrganizations =
            client.ask("/public/v1/query/list_suborgs", &question).await?;
        let mut ids = Vec::new();
        for id in listed.organization_ids {
            let question = Of { organization_id: &id };
            let who: Who = client.ask("/public/v1/query/whoami", &question).await?;
            if who.organization_id != id {
                // It answered as whom the parent knows us. A second one would hide the keys of this.
                return Err(Error::Refused(format!(
                    "the API key is nobody in the sub-organization {name}: add it to its user there"
                )));
            }
            // The filter may be less exact than a name has to be.
            if who.organization_name == name {
                ids.push(id);
            }
            if ids.len() > MAX_ALIKE {
                return Err(Error::Refused(format!(
                    "there are more than {MAX_ALIKE} sub-organizations called {name}"
                )));
            }
        }
        ids.sort_unstable();
        Ok(ids)
    }

    /// The present minute.
    fn minute(&self) -> String {
        let now = self.clock.now().unix_timestamp();
        let minute = OffsetDateTime::from_unix_timestamp(now - now.rem_euclid(60));
        millis(minute.expect("a clock shows years of four digits"))
    }

    fn known(&self) -> MutexGuard<'_, HashMap<KeyName, Place>> {
        // Nothing panics while it is held.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the sub-organization of an organization is called: the same for ever.
fn name_of(organization: OrganizationId) -> String {
    format!("{OURS}-{organization}")
}

/// The address of a kept key, if it is one that nobody else has.
fn address(key: &KeyName, kept: &KeptKey) -> Result<Address, Error> {
    let refused = |why: &str| Error::Refused(format!("the key {key} {why}"));
    if kept.curve != CURVE {
        return Err(refused("is no key of secp256k1"));
    }
    if kept.exported {
        return Err(refused("was taken out of Turnkey: somebody else may have it"));
    }
    if kept.imported {
        return Err(refused("came to Turnkey from outside: somebody else may have it"));
    }
    let point = hex::decode(&kept.public_key).ok();
    let public = point.and_then(|point| VerifyingKey::from_sec1_bytes(&point).ok());
    public.map(|public| address_of(&public)).ok_or_else(|| refused("has no public key"))
}

fn waits(what: &str, id: &str) -> Error {
    Error::Gone(format!("making {what} waits for people at Turnkey, as its activity {id}"))
}
