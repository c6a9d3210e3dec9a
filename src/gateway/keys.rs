//! The public keys by which tokens are verified: fetched from a server, or read from a file, and looked for again.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::config::{InvalidConfig, KeySet};
use crate::access::token::PublicKey;
use crate::egress::Trusted;

/// How often the keys are looked for again: one that was taken back opens nothing for longer.
const FRESH: Duration = Duration::from_secs(30);
/// How often while there are none, and how often for one that nobody knows: tokens can be made up.
const SOON: Duration = Duration::from_secs(1);
/// How long a server may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest file that is read.
const MAX_FILE: u64 = 64 * 1024;

/// The keys.
pub(super) struct Keys {
    place: KeySet,
    client: Trusted,
    known: RwLock<HashMap<String, PublicKey>>,
    looked: Mutex<Option<Instant>>,
}

#[derive(Deserialize)]
struct Published {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    kty: String,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Keys {
    /// None is known yet.
    pub(super) fn new(place: KeySet) -> Result<Self, InvalidConfig> {
        let client = Trusted::new().map_err(|error| InvalidConfig::Client(error.to_string()))?;
        Ok(Self { place, client, known: RwLock::default(), looked: Mutex::default() })
    }

    /// Whether any is known.
    pub(super) fn are_known(&self) -> bool {
        !self.known.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// The key of this name; one that is not known may have been added a moment ago.
    pub(super) async fn key(&self, kid: &str) -> Option<PublicKey> {
        if let Some(key) = self.held(kid) {
            return Some(key);
        }
        let mut looked = self.looked.lock().await;
        if let Some(key) = self.held(kid) {
            return Some(key);
        }
        if looked.is_none_or(|looked| looked.elapsed() > SOON) {
            self.look().await;
            *looked = Some(Instant::now());
        }
        self.held(kid)
    }

    /// Keeps them as they are published, until it is told to stop.
    pub(super) async fn keep(&self, stop: &CancellationToken) {
        loop {
            self.look().await;
            let pause = if self.are_known() { FRESH } else { SOON };
            tokio::select! {
                () = stop.cancelled() => return,
                () = sleep(pause) => {}
            }
        }
    }

    fn held(&self, kid: &str) -> Option<PublicKey> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(kid).cloned()
    }

    /// Takes what is published now. Where nothing can be read, those that are known stay.
    async fn look(&self) {
        match self.read().await {
            Ok(found) => *self.known.write().unwrap_or_else(PoisonError::into_inner) = found,
            Err(why) if self.are_known() => {
                tracing::warn!("the keys of tokens stay those that were known: {why}");
            }
            Err(why) => tracing::warn!("nobody can be let in: {why}"),
        }
    }

    async fn read(&self) -> Result<HashMap<String, PublicKey>, String> {
        let text = match &self.place {
            KeySet::In(path) => {
                let named = |error: std::io::Error| format!("reading {}: {error}", path.display());
                let size = std::fs::metadata(path).map_err(named)?.len();
                if size > MAX_FILE {
                    return Err(format!("{} is no key set: {size} bytes", path.display()));
                }
                std::fs::read(path).map_err(named)?.into()
            }
            KeySet::At(url) => {
                let answer = self.client.get(url, PATIENCE).await;
                let answer = answer.map_err(|error| format!("asking {url}: {error}"))?;
                if !answer.status.is_success() {
                    return Err(format!("{url} answers {}", answer.status));
                }
                answer.body
            }
        };
        let published: Published = serde_json::from_slice(&text)
            .map_err(|error| format!("this is no key set: {error}"))?;
        let keys = published.keys.into_iter().filter_map(|key| {
            let is_ours = key.kty == "EC" && key.crv.as_deref() == Some("P-256");
            let public = PublicKey { x: key.x?, y: key.y? };
            // It is called by what it is, whatever the set says.
            is_ours.then(|| (public.kid(), public))
        });
        Ok(keys.collect())
    }
}
