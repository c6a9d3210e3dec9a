//! What happened to an account. Stored for ever: a changed shape is a new version and an upcaster.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::month::Month;
use super::state::Plan;

/// A fact of an account's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// Usage is counted against the balance, from the day (UTC) of this event on.
    Metered {
        /// By which rules.
        plan: Plan,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Usage is unlimited again. The day of this event counts no more.
    Unmetered {
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Units that were paid for were added.
    ToppedUp {
        /// How many.
        units: u64,
        /// What it refers to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Units were given.
    Granted {
        /// How many.
        units: u64,
        /// For which month, when it is what the plan grants each month.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        month: Option<Month>,
        /// Why, when somebody gave them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The balance was not above the plan's threshold any more: workflows stop.
    Exhausted {
        /// The balance then.
        balance: i64,
        /// The threshold.
        threshold: u64,
        /// Who noted it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The balance is above the threshold again: runs may start.
    Replenished {
        /// The balance now.
        balance: i64,
        /// Who noted it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
}

impl Event {
    /// The version in which every event of this aggregate is written today.
    pub const VERSION: &'static str = "1.0";

    /// The names of all events, in the order of the enum.
    pub const NAMES: [&'static str; 6] =
        ["metered", "unmetered", "topped_up", "granted", "exhausted", "replenished"];

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Metered { .. } => "metered",
            Self::Unmetered { .. } => "unmetered",
            Self::ToppedUp { .. } => "topped_up",
            Self::Granted { .. } => "granted",
            Self::Exhausted { .. } => "exhausted",
            Self::Replenished { .. } => "replenished",
        }
    }
}

impl DomainEvent for Event {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        Self::VERSION.to_owned()
    }
}
