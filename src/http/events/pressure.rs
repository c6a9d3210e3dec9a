//! How many events of an organization are not delivered yet, and whether more are taken.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use time::OffsetDateTime;

use crate::access::Principal;
use crate::actors::events::EventReaction;
use crate::http::api::Api;
use crate::http::problem::{Code, Problem};
use crate::journal::Reactions;
use crate::primitives::OrganizationId;

/// How many events of an organization may wait to be delivered, those that runs emit included.
pub(super) const MAX_DEPTH: u32 = 10_000;
/// How old a measurement may be: it costs a look at two tables.
const FRESH: Duration = Duration::from_millis(200);
/// When to come again.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// How many organizations are remembered; beyond it all are measured anew.
const REMEMBERED: usize = 10_000;

/// What was measured last. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Pressure {
    mark: i64,
    measured: Arc<Mutex<HashMap<OrganizationId, Measured>>>,
}

#[derive(Debug, Clone, Copy)]
struct Measured {
    at: OffsetDateTime,
    depth: i64,
}

impl Pressure {
    /// Nothing is taken any more from this many events on that wait; 0 sets no limit.
    pub fn new(mark: u32) -> Self {
        Self { mark: mark.into(), measured: Arc::default() }
    }

    /// The high-water mark.
    pub const fn mark(&self) -> i64 {
        self.mark
    }

    /// One more was published here.
    pub fn note(&self, organization: OrganizationId) {
        let mut measured = self.measured.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(measured) = measured.get_mut(&organization) {
            measured.depth += 1;
        }
    }

    fn known(&self, organization: OrganizationId, now: OffsetDateTime) -> Option<i64> {
        let measured = self.measured.lock().unwrap_or_else(PoisonError::into_inner);
        let Measured { at, depth } = *measured.get(&organization)?;
        (now - at < FRESH).then_some(depth)
    }

    fn keep(&self, organization: OrganizationId, measured: Measured) {
        let mut all = self.measured.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= REMEMBERED {
            all.clear();
        }
        all.insert(organization, measured);
    }
}

impl Api {
    /// Refuses an event where too many wait already.
    pub(super) async fn admit_event(&self, who: &Principal) -> Result<(), Problem> {
        let (organization, mark) = (who.organization, self.pressure.mark());
        if mark == 0 {
            return Ok(());
        }
        let now = self.clock.now();
        let depth = if let Some(depth) = self.pressure.known(organization, now) {
            depth
        } else {
            let depth = self.events_waiting(organization).await?;
            self.pressure.keep(organization, Measured { at: now, depth });
            depth
        };
        if depth < mark {
            return Ok(());
        }
        Err(Problem::new(Code::EventQueueFull)
            .because(format_args!(
                "{depth} events of the organization wait to be delivered; none is taken from {mark} on"
            ))
            .retry_after(RETRY_AFTER))
    }

    /// How many events of an organization are not delivered yet, as far as the view has come.
    pub(super) async fn events_waiting(&self, who: OrganizationId) -> Result<i64, Problem> {
        let reactions = Reactions::new(self.journal.pool().clone());
        let reached = reactions.reached(EventReaction::CHECKPOINT).await?;
        Ok(self.happenings().behind(who, reached, i64::from(MAX_DEPTH) + 1).await?)
    }
}
