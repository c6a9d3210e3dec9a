//! Who is to be told when a trigger fires.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use engine::{Json, Lane, Place};
use time::OffsetDateTime;
use tokio::sync::watch;

use super::Key;
use super::kind::kind;
use crate::primitives::{OrganizationId, RunId, WorkflowId};

/// Whom a firing is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subscriber {
    /// A workflow, of which it starts a run.
    Workflow(WorkflowId),
    /// A node that waits, with which a run goes on.
    Wait {
        /// The run.
        run: RunId,
        /// The node, with the iterations around it.
        node: Place,
    },
}

/// The name of a subscriber, from which it is read again: it is in the ids of firings.
impl fmt::Display for Subscriber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Workflow(workflow) => write!(f, "{workflow}"),
            Self::Wait { run, node } => write!(f, "{run} {node}"),
        }
    }
}

impl Subscriber {
    /// The subscriber of a name; none where it is the name of nobody.
    pub fn named(name: &str) -> Option<Self> {
        match name.split_once(' ') {
            None => name.parse().ok().map(Self::Workflow),
            Some((run, node)) => Some(Self::Wait { run: run.parse().ok()?, node: node.into() }),
        }
    }
}

/// A live trigger: of a workflow that is published and not paused, or of a wait that is open.
#[derive(Debug, Clone)]
pub struct Subscription {
    /// Whose it is.
    pub organization: OrganizationId,
    /// Whom it is for.
    pub subscriber: Subscriber,
    /// The live version of a workflow; 0 of a wait.
    pub version: u32,
    /// Since when it fires as it is: its workflow was published with it, or resumed. `None` of a
    /// wait.
    pub since: Option<OffsetDateTime>,
    /// Of what kind it is.
    pub kind: &'static str,
    /// Its settings.
    pub payload: Json,
    /// The type and id of the connector that its node names.
    pub connector: Option<engine::Connector>,
    /// How urgent it is.
    pub lane: Lane,
}

/// The live triggers by what finds them.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    by_key: HashMap<Key, BTreeMap<Subscriber, Arc<Subscription>>>,
    keys: HashMap<Subscriber, Vec<Key>>,
    changes: HashMap<&'static str, watch::Sender<u64>>,
}

impl Subscriptions {
    /// Those under a key, in the order of their subscribers.
    pub(super) fn under(&self, key: &Key) -> Vec<Arc<Subscription>> {
        self.by_key.get(key).map(|found| found.values().cloned().collect()).unwrap_or_default()
    }

    /// How many there are under a key.
    pub(super) fn count(&self, key: &Key) -> usize {
        self.by_key.get(key).map_or(0, BTreeMap::len)
    }

    /// Whether a subscriber is subscribed to anything.
    pub(super) fn knows(&self, subscriber: &Subscriber) -> bool {
        self.keys.contains_key(subscriber)
    }

    /// Ticks with every change among those of a kind.
    pub(super) fn changes(&mut self, kind: &'static str) -> watch::Receiver<u64> {
        self.changes.entry(kind).or_default().subscribe()
    }

    /// Replaces what a subscriber is subscribed to.
    pub(super) fn put(&mut self, subscriber: &Subscriber, wanted: Option<Subscription>) {
        for key in self.keys.remove(subscriber).unwrap_or_default() {
            self.remove(subscriber, &key);
        }
        let Some(subscription) = wanted else { return };
        let name = subscription.kind;
        let mut keys = vec![Key::Kind(name)];
        if let Some(kind) = kind(name) {
            keys.extend(kind.keys(subscription.organization, &subscription.payload));
        }
        let subscription = Arc::new(subscription);
        for key in &keys {
            let found = self.by_key.entry(key.clone()).or_default();
            found.insert(subscriber.clone(), Arc::clone(&subscription));
        }
        self.keys.insert(subscriber.clone(), keys);
        self.tick(name);
    }

    fn remove(&mut self, subscriber: &Subscriber, key: &Key) {
        let Some(found) = self.by_key.get_mut(key) else { return };
        found.remove(subscriber);
        if found.is_empty() {
            self.by_key.remove(key);
        }
        if let Key::Kind(name) = key {
            self.tick(name);
        }
    }

    fn tick(&mut self, kind: &'static str) {
        self.changes.entry(kind).or_default().send_modify(|count| *count += 1);
    }
}
