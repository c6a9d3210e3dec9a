//! Who watches a chain: its live triggers, each from the block on at which it became live.

use std::collections::HashMap;
use std::sync::Arc;

use engine::{Json, Lane};

use super::reading::{Lookout, signed, unsigned};
use crate::journal::{ChainWatch, Error};
use crate::triggers::evm::{Armed, Asked, CHAIN_KINDS, Matcher, What};
use crate::triggers::{Key, Subscription, TriggerIndex};

/// A live trigger, with the name of its subscriber.
#[derive(Debug, Clone)]
pub(super) struct Enrolled {
    pub(super) name: String,
    pub(super) subscription: Arc<Subscription>,
}

/// The live triggers of one chain.
pub(super) struct Roll {
    index: Arc<TriggerIndex>,
    chain: u64,
    changes: Vec<tokio::sync::watch::Receiver<u64>>,
    /// What was read of settings before, by subscriber.
    read: HashMap<String, Read>,
}

/// What was read of one trigger.
struct Read {
    payload: Json,
    asked: Asked,
    lane: Lane,
}

impl Roll {
    pub(super) fn new(index: Arc<TriggerIndex>, chain: u64) -> Self {
        let changes = CHAIN_KINDS.iter().map(|kind| index.changes(kind)).collect();
        Self { index, chain, changes, read: HashMap::new() }
    }

    /// Whether there are live triggers.
    pub(super) fn is_wanted(&self) -> bool {
        self.index.count(&Key::Chain(self.chain)) > 0
    }

    /// Whether they changed since this was asked last.
    pub(super) fn has_changed(&mut self) -> bool {
        let mut changed = false;
        for receiver in &mut self.changes {
            // The index lives as long as the process.
            changed |= receiver.has_changed().unwrap_or_default();
            receiver.mark_unchanged();
        }
        changed
    }

    /// Reads the live triggers; those that are new count from the block `since` on.
    pub(super) async fn call(&mut self, watch: &ChainWatch, since: u64) -> Result<Lookout, Error> {
        let live = self.index.under(&Key::Chain(self.chain));
        let mut read = HashMap::with_capacity(live.len());
        let mut known = Vec::with_capacity(live.len());
        for subscription in live {
            let name = subscription.subscriber.to_string();
            let asked = match self.read.remove(&name) {
                Some(read) if Arc::ptr_eq(&read.payload, &subscription.payload) => read.asked,
                Some(_) | None => match Asked::read(subscription.kind, &subscription.payload) {
                    Some(Ok(asked)) => asked,
                    // They were checked when the workflow was published: this program has changed.
                    Some(Err(problems)) => {
                        let problem = problems.first().map(|it| it.message.as_str());
                        tracing::error!(%name, problem, "the settings of the trigger of {name} cannot be read, and it does not fire");
                        continue;
                    }
                    None => continue,
                },
            };
            let (payload, lane) = (Arc::clone(&subscription.payload), subscription.lane);
            read.insert(name.clone(), Read { payload, asked: asked.clone(), lane });
            known.push((Enrolled { name, subscription }, asked));
        }
        self.read = read;
        let names: Vec<_> = known.iter().map(|(enrolled, _)| enrolled.name.clone()).collect();
        let enrolled = watch.enrol(&names, signed(since)).await?;
        let enrolled: HashMap<_, _> = enrolled.into_iter().collect();
        let every_block = known.iter().any(|(_, asked)| matches!(asked.what, What::Blocks(_)));
        let matcher = Matcher::new(known.into_iter().map(|(subscription, asked)| {
            let since = enrolled.get(&subscription.name).copied().map_or(since, unsigned);
            Arc::new(Armed { asked, since, subscription })
        }));
        let wanted = matcher.wanted();
        Ok(Lookout { chain: self.chain, matcher, wanted, every_block })
    }

    /// How urgent what is for a subscriber is.
    pub(super) fn lane(&self, name: &str) -> Lane {
        self.read.get(name).map_or(Lane::Default, |read| read.lane)
    }
}
