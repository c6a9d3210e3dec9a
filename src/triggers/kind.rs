//! The kinds of triggers, as far as they say more of themselves than their manifests do.

use engine::PayloadProblem;
use serde_json::Value;

use super::Key;
use super::event::Events;
use super::evm::ChainKind;
use super::price::TokenPrice;
use super::schedule::Scheduled;
use super::source;
use super::webhook::Webhook;
use crate::primitives::OrganizationId;

/// A kind of trigger. Pure: it reads what an author wrote.
pub trait Kind: Send + Sync {
    /// What a node names in its `type`.
    fn name(&self) -> &'static str;

    /// What is wrong with its settings, beyond what the schema of its manifest says: each with its
    /// place and the cure. Nothing is said of texts that hold expressions; a trigger has none.
    fn problems(&self, payload: &Value) -> Vec<PayloadProblem>;

    /// Whether a `wait` may be for it.
    fn may_be_awaited(&self) -> bool {
        false
    }

    /// By what its firings find it, beside its kind. Nothing where the settings cannot be read.
    fn keys(&self, organization: OrganizationId, payload: &Value) -> Vec<Key>;
}

/// Triggers that nothing but a request sets off: their manifests say everything.
struct OnRequest(&'static str);

impl Kind for OnRequest {
    fn name(&self) -> &'static str {
        self.0
    }

    fn problems(&self, _: &Value) -> Vec<PayloadProblem> {
        Vec::new()
    }

    fn keys(&self, _: OrganizationId, _: &Value) -> Vec<Key> {
        Vec::new()
    }
}

/// All kinds. A new one is a file and its line here.
static KINDS: [&dyn Kind; 13] = [
    &OnRequest("manual"),
    &Webhook,
    &Events,
    &ChainKind("evm-block"),
    &ChainKind("erc20-receive"),
    &ChainKind("erc20-send"),
    &ChainKind("eth-receive"),
    &ChainKind("eth-send"),
    &ChainKind("evm-log"),
    &ChainKind("transaction-status"),
    &Scheduled("schedule"),
    &Scheduled("cronjob"),
    &TokenPrice,
];

/// The kind of that name.
pub fn kind(name: &str) -> Option<&'static dyn Kind> {
    let listed = KINDS.iter().copied().find(|kind| kind.name() == name);
    listed.or_else(|| source::kind_of(name))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::catalog::{self, Registry};

    use super::*;

    #[test]
    fn every_trigger_of_the_catalogue_is_a_kind_and_the_other_way_round() {
        let triggers = Registry::builtin().specs().filter(|it| it.role == catalog::Role::Trigger);
        let listed: BTreeSet<_> = triggers.map(|it| it.kind.as_str()).collect();
        let files = catalog::Source::all().map(|source| source.kind.as_str());
        assert_eq!(listed, KINDS.iter().map(|kind| kind.name()).chain(files).collect());
    }
}
