//! The nodes that read the state of chains, without anything else that nodes do.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{Failure, Json};

use super::asking::all;
use crate::actions::registry::invalid;
use crate::actions::{Action, Call, Lent};
use crate::catalog::{Registry, Stage};
use crate::chains::Readers;
use crate::secrets::Mask;

/// Those that ask about transactions, which only a real chain has.
const OF_TRANSACTIONS: [&str; 3] = ["get-transaction", "wait-for-transaction", "debug-transaction"];

/// What nodes say of the state of chains by the word of these readers.
pub struct ChainReads(BTreeMap<&'static str, Box<dyn Action>>);

impl ChainReads {
    /// Reads through these.
    pub fn through(readers: &Arc<dyn Readers>) -> Self {
        let all = all(readers).into_iter();
        Self(all.filter(|(kind, _)| !OF_TRANSACTIONS.contains(kind)).collect())
    }

    /// What a node of this type would say; none where its type reads no state of a chain.
    ///
    /// # Errors
    /// What it would fail with.
    pub async fn perform(&self, kind: &str, call: Call) -> Option<Result<Json, Failure>> {
        let action = self.0.get(kind)?;
        let problems = Registry::builtin().problems(kind, &call.input, Stage::Run);
        if !problems.is_empty() {
            return Some(Err(invalid(&problems)));
        }
        let lent = Lent { credentials: None, mask: Mask::none() };
        Some(action.perform(call, lent).await)
    }
}
