//! Aggregates of which each organization has one, as they stand, in memory: read once at the start,
//! and kept current by the tail of the ledger. So an event is held against them without a query.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use cqrs_es::Aggregate;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::actors::reaction::Trouble;
use crate::aggregates::event_sequences::Sequences;
use crate::aggregates::event_subscriptions::Subscriptions;
use crate::aggregates::execution_hooks::Hooks;
use crate::journal::{Error, Interest, Journal, Recorded, Tail};
use crate::primitives::OrganizationId;

/// Events of one read.
const PAGE: i64 = 1_000;
/// How long is waited until an event's position is reached. It is milliseconds behind the ledger.
const PATIENCE: Duration = Duration::from_secs(5);

/// Aggregates by their organization.
pub struct Standing<A: Aggregate> {
    known: RwLock<HashMap<OrganizationId, Arc<A>>>,
    /// Up to where the ledger was read.
    position: watch::Sender<i64>,
    read: fn(&Recorded) -> Result<A::Event, Error>,
}

/// What keeps an event from being held against them.
#[derive(Debug, thiserror::Error)]
#[error("what stands for events of {kind} has not reached position {position}")]
struct Behind {
    kind: &'static str,
    position: i64,
}

impl Standing<Subscriptions> {
    /// Where organizations send events.
    pub fn subscriptions() -> Self {
        Self::of(Recorded::event_subscription)
    }
}

impl Standing<Hooks> {
    /// Who is told of runs.
    pub fn hooks() -> Self {
        Self::of(Recorded::execution_hook)
    }
}

impl Standing<Sequences> {
    /// Which sequences of events they expect.
    pub fn sequences() -> Self {
        Self::of(Recorded::event_sequence)
    }
}

impl<A: Aggregate> Standing<A> {
    fn of(read: fn(&Recorded) -> Result<A::Event, Error>) -> Self {
        Self { known: RwLock::default(), position: watch::Sender::new(0), read }
    }

    /// What an organization has, at a position of the ledger or after it; none when it never had
    /// any.
    pub(super) async fn at(
        &self,
        organization: OrganizationId,
        position: i64,
    ) -> Result<Option<Arc<A>>, Trouble> {
        let mut reached = self.position.subscribe();
        let waited = reached.wait_for(|read| *read >= position);
        let waited = tokio::time::timeout(PATIENCE, waited).await;
        if !waited.is_ok_and(|reached| reached.is_ok()) {
            return Err(Trouble::Passing(Behind { kind: A::TYPE, position }.into()));
        }
        Ok(self.present(organization))
    }

    /// What an organization has, as far as the ledger was read; none when it never had any.
    pub(super) fn present(&self, organization: OrganizationId) -> Option<Arc<A>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&organization).map(Arc::clone)
    }
}

impl<A: Aggregate + Clone> Standing<A> {
    /// Keeps them current until it is told to stop.
    pub async fn keep(
        &self,
        journal: Journal,
        tail: Tail,
        stop: CancellationToken,
    ) -> Result<(), Error> {
        let (head, mut after) = (tail.head(), 0);
        let mut known = HashMap::new();
        loop {
            let page = journal.read_kind(A::TYPE, after, head, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.position;
            for recorded in &page {
                self.take(&mut known, recorded)?;
            }
        }
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = known;
        self.position.send_replace(head);
        let interest = Interest::new(|aggregate_type, _| aggregate_type == A::TYPE);
        let mut subscription = tail.subscribe_to(interest, head);
        loop {
            let batch = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                batch = subscription.next() => batch?,
            };
            for recorded in batch.iter().filter(|event| event.aggregate_type == A::TYPE) {
                let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
                self.take(&mut known, recorded)?;
            }
            self.position.send_replace(subscription.position());
        }
    }

    fn take(
        &self,
        known: &mut HashMap<OrganizationId, Arc<A>>,
        recorded: &Recorded,
    ) -> Result<(), Error> {
        let event = (self.read)(recorded)?;
        Arc::make_mut(known.entry(recorded.organization).or_default()).apply(event);
        Ok(())
    }
}
