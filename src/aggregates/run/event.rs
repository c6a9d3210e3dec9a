//! What happened in a run: the engine's facts, as the ledger stores them.

use cqrs_es::DomainEvent;
use engine::Fact;
use serde::{Deserialize, Serialize};

/// A fact of the engine on its way to or from the ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Event(pub Fact);

impl DomainEvent for Event {
    fn event_type(&self) -> String {
        self.0.name().to_owned()
    }

    fn event_version(&self) -> String {
        Fact::VERSION.to_owned()
    }
}
