//! Opened credentials, for as long as one request takes.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::data::{Secrets, fill};
use super::{Allowed, Kind, Place};
use crate::egress::{HeaderName, HeaderValue, Request, Url, header};
use crate::primitives::ConnectorId;
use crate::secrets::Mask;

/// The name under which templates take what a provider has granted.
const ACCESS_TOKEN: &str = "accessToken";

/// What a connector opens. Everything secret of it is wiped from memory when it is dropped.
#[derive(Clone)]
pub struct Credentials {
    /// The connector.
    pub id: ConnectorId,
    /// Its type.
    pub kind: &'static Kind,
    /// The version of the data key that seals it now; none where nothing of it is secret.
    pub key_version: Option<i32>,
    pub(super) settings: Map<String, Value>,
    pub(super) secrets: Secrets,
    pub(super) access_token: Option<Zeroizing<String>>,
    pub(super) allowed: Vec<Allowed>,
}

/// Why credentials do not go along with a request. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Withheld {
    /// It goes to another host.
    #[error("the connector {id} is for {hosts}, and its credentials go to no other host")]
    Host {
        /// The connector.
        id: ConnectorId,
        /// Where its credentials may go.
        hosts: String,
    },
    /// They are for what comes in.
    #[error("the connector {id} verifies what comes in, and goes along with no request")]
    Inbound {
        /// The connector.
        id: ConnectorId,
    },
    /// The URL is none.
    #[error("the URL cannot be read: {0}")]
    Url(String),
    /// Something that the request needs is not there, or cannot be sent.
    #[error("the connector {id} has no usable `{field}`: replace its credentials")]
    Field {
        /// The connector.
        id: ConnectorId,
        /// The field.
        field: String,
    },
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Credentials {
    /// Puts the credentials into a request, if it goes where they may go.
    pub fn put_into(&self, request: &mut Request) -> Result<(), Withheld> {
        let url = Url::parse(&request.url);
        let mut url = url.map_err(|error| Withheld::Url(error.to_string()))?;
        if self.kind.place == Place::Nowhere {
            return Err(Withheld::Inbound { id: self.id });
        }
        if !self.allowed.iter().any(|allowed| allowed.takes(&url)) {
            return Err(Withheld::Host { id: self.id, hosts: self.hosts() });
        }
        match &self.kind.place {
            Place::Header { name, value } => {
                let (name, value) = (self.filled(name)?, self.filled(value)?);
                self.set(request, &name, &value)?;
            }
            Place::Basic { .. } => {
                let pair = self.pair()?.ok_or_else(|| self.unusable("password"))?;
                let value = Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())));
                self.set(request, header::AUTHORIZATION.as_str(), &value)?;
            }
            Place::Query { name, value } => {
                let value = self.filled(value)?;
                let others: Vec<(String, String)> = url
                    .query_pairs()
                    .filter(|(known, _)| known != name)
                    .map(|(name, value)| (name.into_owned(), value.into_owned()))
                    .collect();
                url.query_pairs_mut().clear().extend_pairs(others).append_pair(name, &value);
            }
            Place::PathPrefix { value } => {
                let path = Zeroizing::new(format!("{}{}", *self.filled(value)?, url.path()));
                url.set_path(&path);
            }
            Place::PathSuffix { value } => {
                let before = url.path().trim_end_matches('/').to_owned();
                url.set_path(&Zeroizing::new(format!("{before}{}", *self.filled(value)?)));
            }
            Place::Nowhere => return Err(Withheld::Inbound { id: self.id }),
        }
        for (name, value) in &self.kind.headers {
            let read = name.parse::<HeaderName>().ok().zip(HeaderValue::from_str(value).ok());
            let (name, value) = read.ok_or_else(|| self.unusable(name))?;
            request.headers.entry(name).or_insert(value);
        }
        request.url = url.into();
        Ok(())
    }

    /// Covers everything secret, also as it stands in requests.
    pub fn mask(&self) -> Mask {
        Mask::of(self.known())
    }

    /// Its secrets, to verify what comes in with.
    pub fn signing_secrets(&self) -> Vec<&str> {
        self.secrets.iter().map(|secret| secret.as_str()).collect()
    }

    /// Everything that must not show.
    pub fn known(&self) -> Vec<Zeroizing<Vec<u8>>> {
        let own = self.secrets.iter().chain(&self.access_token);
        let mut known: Vec<_> = own.map(|text| Zeroizing::new(text.as_bytes().to_vec())).collect();
        if let Ok(Some(pair)) = self.pair() {
            known.push(Zeroizing::new(STANDARD.encode(pair.as_bytes()).into_bytes()));
            known.push(Zeroizing::new(pair.as_bytes().to_vec()));
        }
        known
    }

    /// One of the fields that are no secrets, where it is a text.
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.get(name)?.as_str()
    }

    /// The URL that a template comes to; the missing field is the error.
    pub fn filled(&self, template: &str) -> Result<Zeroizing<String>, Withheld> {
        let origin = self.allowed.first().map(Allowed::origin);
        let value = |name: &str| match name {
            "origin" => origin.as_deref(),
            ACCESS_TOKEN => self.access_token.as_ref().map(|token| token.as_str()),
            name => self.secrets.get(name).or_else(|| self.settings.get(name)?.as_str()),
        };
        fill(template, value).map_err(|field| self.unusable(&field))
    }

    /// User name and password, as `Authorization: Basic` holds them.
    fn pair(&self) -> Result<Option<Zeroizing<String>>, Withheld> {
        match &self.kind.place {
            Place::Basic { username, password } => {
                let (username, password) = (self.filled(username)?, self.filled(password)?);
                Ok(Some(Zeroizing::new(format!("{}:{}", *username, *password))))
            }
            Place::Header { .. }
            | Place::Query { .. }
            | Place::PathPrefix { .. }
            | Place::PathSuffix { .. }
            | Place::Nowhere => Ok(None),
        }
    }

    /// Sets a header, in the place of what its author may have set.
    fn set(&self, request: &mut Request, name: &str, value: &str) -> Result<(), Withheld> {
        let read = name.parse::<HeaderName>().ok().zip(HeaderValue::from_str(value).ok());
        let (name, mut value) = read.ok_or_else(|| self.unusable(name))?;
        value.set_sensitive(true);
        request.headers.insert(name, value);
        Ok(())
    }

    fn hosts(&self) -> String {
        let hosts: Vec<_> = self.allowed.iter().map(ToString::to_string).collect();
        hosts.join(", ")
    }

    fn unusable(&self, field: &str) -> Withheld {
        Withheld::Field { id: self.id, field: field.to_owned() }
    }
}
