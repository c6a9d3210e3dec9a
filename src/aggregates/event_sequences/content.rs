//! What a version of a sequence says: which events in which order, what tells its stories apart, and
//! what is done when one fails.

use std::sync::Arc;

use engine::{EventWait, Happening, Json, is_event_name, template_problems};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::error::Error;
use crate::primitives::event_key;

/// How many events a sequence has at most.
pub const MAX_STEPS: usize = 64;
/// How often a story that failed is begun again at most, by itself.
pub const MAX_RETRIES: u32 = 10;
/// How many events may undo what was done.
pub const MAX_COMPENSATIONS: usize = 16;
/// How large all that a version says may be, in bytes of JSON: each story takes it along.
pub(super) const MAX_CONTENT: usize = 16 * 1024;
/// How many bytes a description may have.
pub(super) const MAX_TEXT: usize = 4_000;
/// How long a story may take, in milliseconds: a second at least, 90 days at most.
pub(super) const TIMEOUTS: std::ops::RangeInclusive<u64> = 1_000..=90 * 24 * 3_600_000;
/// The field of a mapping under which a key is looked up.
const FIELD: &str = "key";

/// One of the events that are expected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = SequenceStep)]
pub struct Step {
    /// Its name, or a pattern in which a `*` stands for one or more words.
    #[schema(example = "order.paid")]
    pub event_id: String,
    /// When it comes, from 1: those of one number come in any order.
    pub order: u32,
    /// Whether the sequence is complete only with it; it is when absent.
    #[serde(default = "yes")]
    pub required: bool,
    /// And which of these events: a condition as in `filter`, over the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub condition: Option<Json>,
}

/// What is done with an event that comes before its turn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutOfOrder {
    /// It is kept, and counts when its turn comes.
    #[default]
    Hold,
    /// The story fails.
    Fail,
    /// It is passed over.
    Ignore,
}

/// What is done about a story that failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RollbackKind {
    /// Events are published that undo what was done.
    CompensatingEvents,
    /// It is begun again where it stopped.
    Retry,
    /// A person decides.
    #[default]
    Manual,
}

/// An event that undoes something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = CompensatingEvent)]
pub struct Compensation {
    /// Its name.
    #[schema(example = "order.refund")]
    pub event_id: String,
    /// What it says; expressions see the sequence as `$inputs`.
    #[serde(default = "nothing")]
    #[schema(value_type = Object)]
    pub payload_template: Json,
}

/// What is done about a story that failed, in full.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = RollbackStrategy)]
pub struct Rollback {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: RollbackKind,
    /// With `retry`, how often: 1 to 10.
    pub max_retries: u32,
    /// With `compensating_events`, which: 1 to 16, in their order.
    pub compensating_events: Vec<Compensation>,
}

/// What a version of a sequence says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The events, at least one of them required.
    pub events: Vec<Step>,
    /// What tells its stories apart: a path into the event, with defaults.
    pub correlation_key: String,
    /// How long one may take, from its first event on.
    pub timeout_ms: u64,
    /// What is done with an event before its turn.
    pub out_of_order: OutOfOrder,
    /// What is done when one fails.
    pub rollback_strategy: Rollback,
    /// What its makers note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Json>,
}

const fn yes() -> bool {
    true
}

fn nothing() -> Json {
    Arc::new(json!({}))
}

impl Step {
    /// Whether an event is one of these.
    pub fn is_meant(&self, happening: &Happening) -> bool {
        // What was defined was read then: it can be read again.
        EventWait::of(&self.meaning()).is_ok_and(|wait| wait.answer(happening).is_some())
    }

    /// What a wait would have to say to mean the same events.
    fn meaning(&self) -> Value {
        json!({ "pattern": self.event_id, "condition": self.condition })
    }
}

impl Content {
    /// The key of the story that an event belongs to; none where it is none of these events, or has
    /// none.
    pub fn key(&self, happening: &Happening) -> Option<String> {
        if !self.events.iter().any(|step| step.is_meant(happening)) {
            return None;
        }
        let config = correlation(&self.correlation_key);
        let found = EventWait::of(&config).ok()?.answer(happening)?;
        event_key(found.get(FIELD)?)
    }

    /// Whether it could be followed.
    pub(super) fn check(&self) -> Result<(), Error> {
        let wrong = |path: String, message: String| Err(Error::Content { path, message });
        if self.description.as_ref().is_some_and(|text| text.len() > MAX_TEXT) {
            return wrong("/description".to_owned(), format!("has at most {MAX_TEXT} bytes"));
        }
        if !(1..=MAX_STEPS).contains(&self.events.len()) {
            return wrong("/events".to_owned(), format!("has 1 to {MAX_STEPS} entries"));
        }
        for (place, step) in self.events.iter().enumerate() {
            let highest = u32::try_from(MAX_STEPS).unwrap_or(u32::MAX);
            if !(1..=highest).contains(&step.order) {
                return wrong(format!("/events/{place}/order"), format!("is 1 to {MAX_STEPS}"));
            }
            if let Err(problem) = EventWait::of(&step.meaning()) {
                // A wait calls it a pattern.
                let path = problem.path.replacen("/pattern", "/eventId", 1);
                return wrong(format!("/events/{place}{path}"), problem.message);
            }
        }
        if self.events.iter().all(|step| !step.required) {
            let message = "at least one of them is required: with the last one it is complete";
            return wrong("/events".to_owned(), message.to_owned());
        }
        if let Err(problem) = EventWait::of(&correlation(&self.correlation_key)) {
            return wrong("/correlationKey".to_owned(), problem.message);
        }
        if !TIMEOUTS.contains(&self.timeout_ms) {
            let (least, most) = (TIMEOUTS.start(), TIMEOUTS.end());
            return wrong("/timeoutMs".to_owned(), format!("is {least} to {most} milliseconds"));
        }
        self.rollback_strategy.check()?;
        let size = serde_json::to_vec(self).map_or(usize::MAX, |text| text.len());
        if size > MAX_CONTENT {
            let message = format!("has at most {MAX_CONTENT} bytes of JSON, and these are {size}");
            return wrong(String::new(), message);
        }
        Ok(())
    }
}

impl Rollback {
    fn check(&self) -> Result<(), Error> {
        let at = "/rollbackStrategy";
        let wrong = |path: String, message: &str| {
            Err(Error::Content { path: format!("{at}{path}"), message: message.to_owned() })
        };
        let Self { kind, max_retries, compensating_events } = self;
        let (retries, undone) = match kind {
            RollbackKind::Retry => ((1..=MAX_RETRIES).contains(max_retries), true),
            RollbackKind::CompensatingEvents => {
                (*max_retries == 0, (1..=MAX_COMPENSATIONS).contains(&compensating_events.len()))
            }
            RollbackKind::Manual => (*max_retries == 0, true),
        };
        if !retries {
            return wrong(
                "/maxRetries".to_owned(),
                "is 1 to 10 with the type retry, or else absent",
            );
        }
        let superfluous =
            *kind != RollbackKind::CompensatingEvents && !compensating_events.is_empty();
        if !undone || superfluous {
            let message = "has 1 to 16 entries with the type compensating_events, or else none";
            return wrong("/compensatingEvents".to_owned(), message);
        }
        for (place, event) in compensating_events.iter().enumerate() {
            let at = format!("/compensatingEvents/{place}");
            if !is_event_name(&event.event_id) {
                return wrong(format!("{at}/eventId"), "is the name of an event, as order.refund");
            }
            if let Some(problem) = template_problems(&event.payload_template).into_iter().next() {
                let path = format!("{at}/payloadTemplate{}", problem.path);
                return wrong(path, &problem.message);
            }
        }
        Ok(())
    }
}

/// What a wait would have to say to find the key of any event.
fn correlation(key: &str) -> Value {
    json!({ "pattern": "*", "mapping": { FIELD: key } })
}
