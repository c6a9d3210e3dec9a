//! Counts what the reaction to events does: beside it, and written now and then, so that no event
//! costs another write.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::actors::rhythm::Rhythm;
use crate::journal::{Error, EventFigures, Figures};
use crate::primitives::OrganizationId;

/// How soon it is written.
const WRITE_EVERY: Duration = Duration::from_secs(1);
/// How many organizations are counted apart until then; what comes from others is not counted.
const COUNTED: usize = 10_000;

/// What was done since it was written last. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct EventTally(Arc<Mutex<HashMap<OrganizationId, Figures>>>);

impl EventTally {
    /// An event was delivered, so long after it was recorded.
    pub(super) fn delivered(&self, organization: OrganizationId, took_ms: i64) {
        self.add(organization, Figures { processed: 1, errors: 0, total_ms: took_ms });
    }

    /// A try came to nothing.
    pub(super) fn failed(&self, organization: OrganizationId) {
        self.add(organization, Figures { processed: 0, errors: 1, total_ms: 0 });
    }

    fn add(&self, organization: OrganizationId, more: Figures) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= COUNTED && !all.contains_key(&organization) {
            return;
        }
        let known = all.entry(organization).or_default();
        known.processed += more.processed;
        known.errors += more.errors;
        known.total_ms += more.total_ms;
    }

    fn take(&self) -> HashMap<OrganizationId, Figures> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Writes until it is told to stop.
    pub async fn keep(self, figures: EventFigures, stop: CancellationToken) -> Result<(), Error> {
        let mut rhythm = Rhythm::new(WRITE_EVERY, stop);
        while rhythm.beat().await {
            for (organization, more) in self.take() {
                if let Err(error) = figures.add(organization, more).await {
                    tracing::debug!("figures of events of {organization} were not kept: {error}");
                }
            }
        }
        Ok(())
    }
}
