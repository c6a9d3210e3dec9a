//! Notes that keys are used: beside the requests, and now and then, so that no use costs a write.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::rhythm::Rhythm;
use crate::aggregates::api_key::{ApiKey, Command, Order};
use crate::journal::{Context, Error, Journal, Metadata, Store};
use crate::primitives::{ApiKeyId, Clock, CommandId, OrganizationId};

/// How soon a use is noted.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How many keys wait for it at most; those beyond are noted when they are used again.
const WAITING: usize = 10_000;
/// Who an auditor reads that noted it.
const NAME: &str = "system:key-use";

/// The keys whose use is to be noted. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct KeyUses(Arc<Mutex<HashMap<ApiKeyId, OrganizationId>>>);

impl KeyUses {
    /// Notes a use.
    pub fn note(&self, key: ApiKeyId, organization: OrganizationId) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < WAITING {
            waiting.insert(key, organization);
        }
    }

    fn take(&self) -> HashMap<ApiKeyId, OrganizationId> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Writes uses to the ledger.
#[derive(Clone)]
pub struct KeyUseClerk {
    uses: KeyUses,
    keys: Store<ApiKey>,
    clock: Arc<dyn Clock>,
}

impl KeyUseClerk {
    /// A clerk for the uses that this process saw.
    pub fn new(uses: KeyUses, journal: Journal, clock: Arc<dyn Clock>) -> Self {
        Self { uses, keys: Store::api_keys(journal), clock }
    }

    /// Writes until it is told to stop. A use that cannot be written is noted when the key is used
    /// again.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        let mut rhythm = Rhythm::new(LOOK_EVERY, stop);
        while rhythm.beat().await {
            for (key, organization) in self.uses.take() {
                let (by, at) = (NAME.to_owned(), self.clock.now());
                let command = Command { by, at, order: Order::NoteUse };
                let metadata = Metadata::new(organization, NAME, CommandId::generate());
                let (id, context) = (key.to_string(), Context::new(metadata));
                if let Err(error) = self.keys.execute(&id, command, context).await {
                    tracing::debug!("the use of {key} was not noted: {error}");
                }
            }
        }
        Ok(())
    }
}
