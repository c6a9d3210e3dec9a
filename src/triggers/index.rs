//! The workflows that can be triggered, found in O(1) by id, by the secret of their webhook, or by
//! what their triggers look for.
//!
//! It is a projection that lives in memory: whoever feeds it from the ledger's tail says how far
//! the ledger has been read, and nothing else changes it.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use engine::{Definition, Json, Lane, Place};
use time::OffsetDateTime;
use tokio::sync::watch;

use super::Key;
use super::kind::kind;
use super::shortage::Shortage;
use super::subscription::{Subscriber, Subscription, Subscriptions};
use crate::primitives::{OrganizationId, RunId, WorkflowId};

/// A live version.
#[derive(Debug, Clone)]
pub struct Live {
    /// Its number.
    pub version: u32,
    /// What its runs execute.
    pub definition: Arc<Definition>,
}

/// A workflow, as far as triggers are concerned.
#[derive(Debug, Clone)]
pub struct Listing {
    /// Its owner.
    pub organization: OrganizationId,
    /// SHA-256 in hex of the secret in its webhook URL.
    pub webhook_secret_hash: String,
    /// What runs execute; `None` before it was published and after it was archived.
    pub live: Option<Live>,
    /// Whether automatic triggers are stopped.
    pub paused: bool,
    /// Since when its trigger starts runs as it is: when it was published or resumed. `None` while
    /// it starts none.
    pub since: Option<OffsetDateTime>,
    /// How much it may start, and how often; `None` where nothing is limited.
    pub limits: Option<Limits>,
    /// Who alone may see it, by the name of the actor; `None`: the organization.
    pub private_to: Option<String>,
}

/// How much a workflow may start, as those see it who start runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Which of its allotments: the sequence of the event that set the limit.
    pub allotment: i64,
    /// How many runs the allotment has in all.
    pub total: Option<i64>,
    /// How long its triggers start nothing after a start, in milliseconds.
    pub cooldown_ms: Option<i64>,
}

/// What the index knows of a workflow that somebody wants to run.
#[derive(Debug, Clone)]
pub enum Lookup {
    /// It runs.
    Live(Live),
    /// It was published, but automatic triggers are stopped.
    Paused(Live),
    /// It was never published, or is archived.
    NotLive,
    /// The organization has no such workflow.
    Unknown,
}

#[derive(Debug, Default)]
struct Tables {
    by_id: HashMap<WorkflowId, Listing>,
    by_secret: HashMap<String, WorkflowId>,
    shortages: HashMap<OrganizationId, Shortage>,
    subscriptions: Subscriptions,
}

/// The index. Readers share it; one feeder writes.
#[derive(Debug)]
pub struct TriggerIndex {
    tables: RwLock<Tables>,
    position: watch::Sender<i64>,
}

impl Default for TriggerIndex {
    fn default() -> Self {
        Self { tables: RwLock::default(), position: watch::Sender::new(0) }
    }
}

impl TriggerIndex {
    /// What the organization would run if it ran this workflow now.
    pub fn live(&self, organization: OrganizationId, workflow: WorkflowId) -> Lookup {
        let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
        match tables.by_id.get(&workflow) {
            Some(listing) if listing.organization == organization => match &listing.live {
                None => Lookup::NotLive,
                Some(live) if listing.paused => Lookup::Paused(live.clone()),
                Some(live) => Lookup::Live(live.clone()),
            },
            Some(_) | None => Lookup::Unknown,
        }
    }

    /// The limits of a workflow, where it has some.
    pub fn limits(&self, workflow: WorkflowId) -> Option<Limits> {
        let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
        tables.by_id.get(&workflow)?.limits
    }

    /// What is live of a workflow, whose it is, and whether its triggers are stopped.
    pub fn published(&self, workflow: WorkflowId) -> Option<(OrganizationId, Live, bool)> {
        let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
        let listing = tables.by_id.get(&workflow)?;
        Some((listing.organization, listing.live.clone()?, listing.paused))
    }

    /// Whether a workflow is private to somebody else than this actor.
    pub fn is_hidden(&self, workflow: WorkflowId, actor: &str) -> bool {
        let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
        let private_to = tables.by_id.get(&workflow).and_then(|it| it.private_to.as_deref());
        private_to.is_some_and(|creator| creator != actor)
    }

    /// To whom a workflow is private, if it is.
    pub fn private_to(&self, workflow: WorkflowId) -> Option<String> {
        let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
        tables.by_id.get(&workflow)?.private_to.clone()
    }

    /// The workflows of an organization that are private to others than this actor.
    pub fn hidden_from(&self, organization: OrganizationId, actor: &str) -> Vec<WorkflowId> {
        let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
        let private = tables.by_id.iter().filter(|(_, it)| {
            it.organization == organization
                && it.private_to.as_deref().is_some_and(|creator| creator != actor)
        });
        private.map(|(id, _)| *id).collect()
    }

    /// Whose webhook URL holds the secret with this hash.
    pub fn listener(&self, secret_hash: &str) -> Option<(OrganizationId, WorkflowId)> {
        let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
        let workflow = *tables.by_secret.get(secret_hash)?;
        Some((tables.by_id.get(&workflow)?.organization, workflow))
    }

    /// The live triggers under a key, in the order in which their workflows came into being.
    /// Workflows that are paused, archived or not published have none.
    pub fn under(&self, key: &Key) -> Vec<Arc<Subscription>> {
        self.tables.read().unwrap_or_else(PoisonError::into_inner).subscriptions.under(key)
    }

    /// How many live triggers there are under a key.
    pub fn count(&self, key: &Key) -> usize {
        self.tables.read().unwrap_or_else(PoisonError::into_inner).subscriptions.count(key)
    }

    /// Ticks whenever the live triggers of a kind change.
    pub fn changes(&self, kind: &'static str) -> watch::Receiver<u64> {
        self.tables.write().unwrap_or_else(PoisonError::into_inner).subscriptions.changes(kind)
    }

    /// Whether the compute units of an organization are used up, and what was found then.
    pub fn shortage(&self, organization: OrganizationId) -> Option<Shortage> {
        let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
        tables.shortages.get(&organization).copied()
    }

    /// Replaces what is known of an organization's compute units; none: there are some.
    pub fn note_shortage(&self, organization: OrganizationId, shortage: Option<Shortage>) {
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        match shortage {
            Some(shortage) => tables.shortages.insert(organization, shortage),
            None => tables.shortages.remove(&organization),
        };
    }

    /// The workflows of an organization whose automatic triggers start runs, in the order of their
    /// ids: those behind `after`, `limit` of them.
    pub fn started_by_triggers(
        &self,
        organization: OrganizationId,
        after: Option<WorkflowId>,
        limit: usize,
    ) -> Vec<WorkflowId> {
        let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
        let mut found: Vec<_> = tables
            .by_id
            .iter()
            .filter(|(_, it)| it.organization == organization && it.live.is_some() && !it.paused)
            .map(|(id, _)| *id)
            .filter(|id| after.is_none_or(|after| *id > after))
            .collect();
        found.sort_unstable();
        found.truncate(limit);
        found
    }

    /// The live workflows of an organization that name this connector, in the order of their ids.
    pub fn users_of(&self, organization: OrganizationId, connector: &str) -> Vec<WorkflowId> {
        let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
        let names_it = |live: &Live| {
            let mut named = live.definition.nodes().values().filter_map(|it| it.connector.as_ref());
            named.any(|it| it.id.as_deref() == Some(connector))
        };
        let mut found: Vec<_> = tables
            .by_id
            .iter()
            .filter(|(_, it)| it.organization == organization)
            .filter(|(_, it)| it.live.as_ref().is_some_and(names_it))
            .map(|(id, _)| *id)
            .collect();
        found.sort_unstable();
        found
    }

    /// How many workflows are known.
    pub fn len(&self) -> usize {
        self.tables.read().unwrap_or_else(PoisonError::into_inner).by_id.len()
    }

    /// Whether no workflow is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The position up to which the ledger has been read.
    pub fn position(&self) -> i64 {
        *self.position.borrow()
    }

    /// Waits until the ledger has been read up to a position; `false` when it took too long.
    pub async fn wait_for(&self, position: i64, patience: Duration) -> bool {
        let mut reached = self.position.subscribe();
        let waited = reached.wait_for(|read| *read >= position);
        tokio::time::timeout(patience, waited).await.is_ok_and(|reached| reached.is_ok())
    }

    /// Replaces what is known of a workflow.
    pub fn list(&self, workflow: WorkflowId, listing: Listing) {
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        let hash = listing.webhook_secret_hash.clone();
        let subscriber = Subscriber::Workflow(workflow);
        let subscription = subscription(&subscriber, &listing);
        tables.subscriptions.put(&subscriber, subscription);
        if let Some(before) = tables.by_id.insert(workflow, listing)
            && before.webhook_secret_hash != hash
        {
            tables.by_secret.remove(&before.webhook_secret_hash);
        }
        tables.by_secret.insert(hash, workflow);
    }

    /// A node of a run waits for a trigger. Nothing where there is no such kind that waits.
    pub fn wait_opened(
        &self,
        organization: OrganizationId,
        run: RunId,
        node: Place,
        name: &str,
        settings: Json,
    ) {
        let Some(kind) = kind(name).filter(|kind| kind.may_be_awaited()) else { return };
        let subscriber = Subscriber::Wait { run, node };
        let subscription = Subscription {
            organization,
            subscriber: subscriber.clone(),
            version: 0,
            since: None,
            kind: kind.name(),
            payload: settings,
            connector: None,
            lane: Lane::Default,
        };
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        tables.subscriptions.put(&subscriber, Some(subscription));
    }

    /// A node of a run waits no longer.
    pub fn wait_closed(&self, run: RunId, node: Place) {
        let subscriber = Subscriber::Wait { run, node };
        let is_known = {
            let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
            tables.subscriptions.knows(&subscriber)
        };
        if is_known {
            let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
            tables.subscriptions.put(&subscriber, None);
        }
    }

    /// The ledger has been read up to this position.
    pub fn reached(&self, position: i64) {
        self.position.send_replace(position);
    }
}

/// What a workflow is to be told of; nothing while no trigger starts it.
fn subscription(subscriber: &Subscriber, listing: &Listing) -> Option<Subscription> {
    let live = listing.live.as_ref().filter(|_| !listing.paused)?;
    let root = live.definition.root()?;
    Some(Subscription {
        organization: listing.organization,
        subscriber: subscriber.clone(),
        version: live.version,
        since: listing.since,
        kind: kind(&root.kind)?.name(),
        payload: Arc::clone(&root.payload),
        connector: root.connector.clone(),
        lane: live.definition.lane(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ORGANIZATION: OrganizationId = OrganizationId::DEFAULT;

    fn listing(hash: &str, live: bool, paused: bool) -> Listing {
        let definition =
            engine::parse(&json!({"nodes": {"root": {"type": "manual", "payload": {}}}}));
        let definition = Arc::new(definition.expect("a definition"));
        Listing {
            organization: ORGANIZATION,
            webhook_secret_hash: hash.to_owned(),
            live: live.then_some(Live { version: 1, definition }),
            paused,
            since: live.then_some(OffsetDateTime::UNIX_EPOCH),
            limits: None,
            private_to: None,
        }
    }

    #[test]
    fn a_workflow_is_found_by_id_and_by_secret() {
        let (index, workflow) = (TriggerIndex::default(), WorkflowId::generate());
        index.list(workflow, listing("aa", true, false));
        assert!(matches!(
            index.live(ORGANIZATION, workflow),
            Lookup::Live(Live { version: 1, .. })
        ));
        assert_eq!(index.listener("aa"), Some((ORGANIZATION, workflow)));
        assert_eq!(index.listener("bb"), None);
    }

    #[test]
    fn another_organization_does_not_see_it() {
        let (index, workflow) = (TriggerIndex::default(), WorkflowId::generate());
        index.list(workflow, listing("aa", true, false));
        let stranger = OrganizationId::generate();
        assert!(matches!(index.live(stranger, workflow), Lookup::Unknown));
    }

    #[test]
    fn a_new_secret_replaces_the_old_one() {
        let (index, workflow) = (TriggerIndex::default(), WorkflowId::generate());
        index.list(workflow, listing("aa", true, false));
        index.list(workflow, listing("bb", true, true));
        assert_eq!(index.listener("aa"), None);
        assert!(matches!(index.live(ORGANIZATION, workflow), Lookup::Paused(_)));
        index.list(workflow, listing("bb", false, false));
        assert!(matches!(index.live(ORGANIZATION, workflow), Lookup::NotLive));
    }

    #[test]
    fn a_live_trigger_is_found_under_its_kind_until_it_is_paused() {
        let (index, workflow) = (TriggerIndex::default(), WorkflowId::generate());
        let mut changes = index.changes("manual");
        let of_kind = |index: &TriggerIndex| index.under(&Key::Kind("manual"));
        index.list(workflow, listing("aa", true, false));
        assert!(changes.has_changed().expect("the index is there"));
        let [found] = &of_kind(&index)[..] else { panic!("one trigger") };
        assert_eq!(found.subscriber, Subscriber::Workflow(workflow));
        changes.mark_unchanged();
        index.list(workflow, listing("aa", true, true));
        assert!(changes.has_changed().expect("the index is there"));
        assert_eq!(index.count(&Key::Kind("manual")), 0);
    }

    #[test]
    fn what_triggers_start_is_listed_in_pages() {
        let index = TriggerIndex::default();
        let mut live: Vec<_> = (0..3).map(|_| WorkflowId::generate()).collect();
        live.sort_unstable();
        for (number, workflow) in live.iter().enumerate() {
            index.list(*workflow, listing(&format!("live {number}"), true, false));
        }
        index.list(WorkflowId::generate(), listing("paused", true, true));
        index.list(WorkflowId::generate(), listing("draft", false, false));
        assert_eq!(index.started_by_triggers(ORGANIZATION, None, 2), live[..2]);
        assert_eq!(index.started_by_triggers(ORGANIZATION, Some(live[1]), 2), live[2..]);
        let another = OrganizationId::from_uuid(uuid::Uuid::max());
        assert_eq!(index.started_by_triggers(another, None, 2), []);
    }

    #[tokio::test]
    async fn a_reader_can_wait_for_what_it_wrote() {
        let index = TriggerIndex::default();
        assert!(!index.wait_for(5, Duration::from_millis(5)).await);
        index.reached(7);
        assert!(index.wait_for(5, Duration::from_millis(5)).await);
    }
}
