//! A dead letter as it is answered.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::http::api::Api;
use crate::http::problem::{Code, Problem};
use crate::journal::{Chosen, DeadLetter, DeadLetters};

/// An event that part of the house has given up.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DeadLetter)]
pub struct Record {
    /// Its id: what gave it up, and the event's position.
    #[schema(example = "event-triggers@4711")]
    id: String,
    /// What gave it up: `events` (waits), `event-triggers`, `tasks` and others.
    reaction: String,
    /// `dead` or `discarded`.
    status: &'static str,
    /// The event's position on the ledger.
    position: i64,
    /// The type of its stream.
    aggregate_type: String,
    /// The id of its stream: `evt_…` of an event that was published.
    aggregate_id: String,
    /// Its sequence there.
    sequence: i64,
    /// What kind of event it is.
    event_type: String,
    /// How often it was tried in vain, beside the first tries.
    tries: i32,
    /// Why, the last time.
    reason: String,
    /// What was tried when, and why it failed: the last twenty.
    #[schema(value_type = Vec<Object>)]
    history: Value,
    /// When it was set aside.
    #[serde(with = "time::serde::rfc3339")]
    set_aside_at: OffsetDateTime,
    /// When it was discarded.
    #[serde(with = "time::serde::rfc3339::option")]
    discarded_at: Option<OffsetDateTime>,
    /// By whom.
    discarded_by: Option<String>,
    /// What that one noted.
    notes: Option<String>,
}

impl From<DeadLetter> for Record {
    fn from(it: DeadLetter) -> Self {
        let status = if it.discarded_at.is_some() { "discarded" } else { "dead" };
        Self {
            id: format!("{}@{}", it.reaction, it.position),
            reaction: it.reaction,
            status,
            position: it.position,
            aggregate_type: it.aggregate_type,
            aggregate_id: it.aggregate_id,
            sequence: it.sequence,
            event_type: it.event_type,
            tries: it.tries,
            reason: it.reason,
            history: it.history,
            set_aside_at: it.set_aside_at,
            discarded_at: it.discarded_at,
            discarded_by: it.discarded_by,
            notes: it.notes,
        }
    }
}

/// The id of a dead letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Id {
    /// What gave it up.
    pub(super) reaction: String,
    /// The event's position.
    pub(super) position: i64,
}

impl Id {
    /// The one that it is.
    pub(super) fn chosen(&self) -> Chosen {
        let (reaction, position) = (Some(self.reaction.clone()), Some(self.position));
        Chosen { reaction, position, before: None }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.reaction, self.position)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let parts = text.split_once('@');
        let read = parts.and_then(|(name, at)| Some((name.to_owned(), at.parse().ok()?)));
        let is_name = |name: &str| {
            name.bytes()
                .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || b"-_".contains(&it))
        };
        match read {
            Some((reaction, position)) if is_name(&reaction) && position > 0 => {
                Ok(Self { reaction, position })
            }
            Some(_) | None => Err(D::Error::custom("must be an id like event-triggers@4711")),
        }
    }
}

/// One of the caller's organization.
pub(super) async fn find(api: &Api, who: &Principal, id: &Id) -> Result<DeadLetter, Problem> {
    let letters = DeadLetters::new(api.journal.pool().clone());
    for discarded in [false, true] {
        let found = letters.list(who.organization, &id.chosen(), (None, discarded), 1).await?;
        if let Some(letter) = found.into_iter().next() {
            return Ok(letter);
        }
    }
    Err(Problem::new(Code::DeadLetterNotFound))
}
