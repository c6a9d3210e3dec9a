//! Who watches a chain in one view of it: the live triggers of the organizations that are in the
//! view, each from the block on at which it became live.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use engine::{Json, Lane};

use super::reading::{Lookout, signed, unsigned};
use crate::journal::{ChainView as View, ChainWatch, Error};
use crate::primitives::OrganizationId;
use crate::triggers::evm::{Armed, Asked, CHAIN_KINDS};
use crate::triggers::{Key, Subscription, TriggerIndex};

/// A live trigger, with the name of its subscriber.
#[derive(Debug, Clone)]
pub(super) struct Enrolled {
    pub(super) name: String,
    pub(super) subscription: Arc<Subscription>,
}

/// The live triggers of one view of a chain.
pub(super) struct Roll {
    index: Arc<TriggerIndex>,
    chain: u64,
    view: View,
    /// Who has a view of their own, as was heard last.
    own: Own,
    changes: Vec<tokio::sync::watch::Receiver<u64>>,
    /// What was read of settings before, by subscriber.
    read: HashMap<String, Read>,
}

/// The organizations that have views of chains of their own, as was heard last.
pub(super) type Own = tokio::sync::watch::Receiver<Arc<BTreeSet<(u64, OrganizationId)>>>;

/// Whether an organization is in a view.
fn is_in(
    view: View,
    organization: OrganizationId,
    has_own: impl Fn(OrganizationId) -> bool,
) -> bool {
    match view {
        View::Installation => !has_own(organization),
        View::Organization(whose) => whose == organization && has_own(organization),
    }
}

/// What was read of one trigger.
struct Read {
    payload: Json,
    asked: Asked,
    lane: Lane,
}

impl Roll {
    pub(super) fn new(index: Arc<TriggerIndex>, chain: u64, view: View, own: Own) -> Self {
        let changes = CHAIN_KINDS.iter().map(|kind| index.changes(kind)).collect();
        Self { index, chain, view, own, changes, read: HashMap::new() }
    }

    /// Whether there are live triggers, as far as was heard.
    pub(super) fn is_wanted(&self) -> bool {
        let own = self.own.borrow();
        if self.view == View::Installation && own.is_empty() {
            return self.index.count(&Key::Chain(self.chain)) > 0;
        }
        let has_own = |organization| own.contains(&(self.chain, organization));
        self.is_wanted_beside(has_own)
    }

    /// The same, where these organizations have views of their own.
    pub(super) fn is_wanted_beside(&self, has_own: impl Fn(OrganizationId) -> bool) -> bool {
        let live = self.index.under(&Key::Chain(self.chain));
        live.iter().any(|it| is_in(self.view, it.organization, &has_own))
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

    /// Reads the live triggers; those that are new count from the block `since` on. None where
    /// somebody entered or left the view while they were read.
    pub(super) async fn call(
        &mut self,
        watch: &ChainWatch,
        since: u64,
    ) -> Result<Option<Lookout>, Error> {
        let Some(presence) = watch.presence().await? else { return Ok(None) };
        let has_own = |organization| presence.own.contains(&organization);
        let mut live = self.index.under(&Key::Chain(self.chain));
        live.retain(|it| is_in(self.view, it.organization, has_own));
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
        let enrolled = watch.enrol(presence.epoch, &names, signed(since)).await?;
        let Some(enrolled) = enrolled else { return Ok(None) };
        let enrolled: HashMap<_, _> = enrolled.into_iter().collect();
        let armed = known.into_iter().map(|(subscription, asked)| {
            let since = enrolled.get(&subscription.name).copied().map_or(since, unsigned);
            Arc::new(Armed { asked, since, subscription })
        });
        Ok(Some(Lookout::of(self.chain, armed.collect(), presence.epoch)))
    }

    /// How urgent what is for a subscriber is.
    pub(super) fn lane(&self, name: &str) -> Lane {
        self.read.get(name).map_or(Lane::Default, |read| read.lane)
    }
}
