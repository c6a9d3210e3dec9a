//! What an organization keeps, as its events made it, and what it answers to orders.

use std::collections::BTreeMap;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::command::{Command, Order};
use super::error::Error;
use super::event::{Event, Scope};
use crate::primitives::{HoldId, RunId, SegmentId};

/// Sooner nothing is let go, in days.
pub const LEAST_DAYS: u32 = 365;
/// How long it takes until a shorter time counts: whoever stole a credential destroys nothing before somebody has
/// looked at the audit log.
pub const DELAY: Duration = Duration::days(7);
/// How many holds stand at a time.
pub const MAX_HOLDS: usize = 1_000;
/// The longest reason, in characters.
pub const MAX_REASON: usize = 1_000;

/// After how long runs are let go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// After how many days; none: never.
    pub delete_after_days: Option<u32>,
    /// From when on it counts.
    #[serde(with = "time::serde::rfc3339")]
    pub effective_at: OffsetDateTime,
    /// Who settled it.
    pub by: String,
}

/// A hold that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// What is held.
    pub scope: Scope,
    /// Why.
    pub reason: String,
    /// Who placed it.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// An order to shred, the last of its subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shredding {
    /// The newest key that goes.
    pub version: i32,
    /// How many runs it is about.
    pub runs: u64,
    /// Why.
    pub reason: String,
    /// Who ordered it.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Whether the keys are gone.
    pub is_done: bool,
}

/// What an organization keeps, folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// What was settled last; without it everything is kept.
    pub policy: Option<Policy>,
    /// What counted before, until that does.
    pub before: Option<Policy>,
    /// The holds that stand.
    pub holds: BTreeMap<HoldId, Hold>,
    /// The segments that were given up, each with the days that counted and who had settled them.
    pub let_go: BTreeMap<SegmentId, (u32, String)>,
    /// The subjects whose data was given up, by their handles.
    pub shredded: BTreeMap<String, Shredding>,
}

impl Retention {
    /// What counts at this moment.
    pub fn in_force(&self, now: OffsetDateTime) -> Option<&Policy> {
        let newest = self.policy.as_ref().filter(|policy| policy.effective_at <= now);
        newest.or(self.before.as_ref())
    }

    /// Whether the runs of a month that ended then may be let go now, and by whose order: nothing while a hold stands that
    /// may be about them. `has` tells whether a run is among them.
    pub fn lets_go(
        &self,
        ended_at: OffsetDateTime,
        now: OffsetDateTime,
        has: impl Fn(RunId) -> bool,
    ) -> Option<(u32, &str)> {
        if self.holds(has) {
            return None;
        }
        let policy = self.in_force(now)?;
        let days = policy.delete_after_days?;
        (ended_at + Duration::days(days.into()) <= now).then_some((days, policy.by.as_str()))
    }

    /// Whether a hold stands that may be about these runs. `has` tells whether a run is among them.
    pub fn holds(&self, has: impl Fn(RunId) -> bool) -> bool {
        self.holds.values().any(|hold| match hold.scope {
            // Of which workflows they are is not at hand: too much is kept rather than too little.
            Scope::Organization | Scope::Workflow { .. } => true,
            Scope::Run { run_id } => has(run_id),
        })
    }

    /// Decides what an order leads to, or why it is refused. No event: it says nothing new.
    pub fn decide(&self, command: Command) -> Result<Option<Event>, Error> {
        let Command { organization, by, at, order } = command;
        match order {
            Order::Settle(days) => {
                if days.is_some_and(|days| days < LEAST_DAYS) {
                    return Err(Error::TooSoon);
                }
                let now = self.policy.as_ref().and_then(|policy| policy.delete_after_days);
                if self.policy.is_some() && now == days {
                    return Ok(None);
                }
                // What counts now is what a shorter time is shorter than: not one that waits itself.
                let in_force = self.in_force(at).and_then(|policy| policy.delete_after_days);
                let is_shorter = days.is_some_and(|days| in_force.is_none_or(|now| days < now));
                let effective_at = if is_shorter { at + DELAY } else { at };
                let organization_id = organization;
                Ok(Some(Event::PolicySet {
                    organization_id,
                    delete_after_days: days,
                    effective_at,
                    by,
                    at,
                }))
            }
            Order::Hold { hold, scope, reason } => {
                let reason = reason_of(&reason)?;
                if self.holds.contains_key(&hold) {
                    return Ok(None);
                }
                if self.holds.len() >= MAX_HOLDS {
                    return Err(Error::TooMany);
                }
                let organization_id = organization;
                Ok(Some(Event::HoldPlaced {
                    hold_id: hold,
                    organization_id,
                    scope,
                    reason,
                    by,
                    at,
                }))
            }
            Order::LetGo { segment, ended_at, runs } => {
                if self.let_go.contains_key(&segment) {
                    return Ok(None);
                }
                let lets_go = self.lets_go(ended_at, at, |run| runs.contains(&run));
                let (after_days, settled_by) = lets_go.ok_or(Error::Kept)?;
                let settled_by = settled_by.to_owned();
                Ok(Some(Event::SegmentLetGo {
                    segment_id: segment,
                    after_days,
                    settled_by,
                    by,
                    at,
                }))
            }
            Order::Shred { subject, version, runs, reason } => {
                let reason = reason_of(&reason)?;
                if self.shredded.get(&subject).is_some_and(|known| known.version >= version) {
                    return Ok(None);
                }
                if self.holds(|run| runs.contains(&run)) {
                    return Err(Error::Held);
                }
                let (organization_id, runs) = (organization, runs.len() as u64);
                Ok(Some(Event::SubjectShreddingOrdered {
                    organization_id,
                    subject,
                    version,
                    runs,
                    reason,
                    by,
                    at,
                }))
            }
            Order::Shredded { subject } => {
                let ordered = self.shredded.get(&subject).ok_or(Error::NotOrdered)?;
                let version = ordered.version;
                Ok((!ordered.is_done).then_some(Event::SubjectShredded {
                    subject,
                    version,
                    by,
                    at,
                }))
            }
            Order::Lift { hold, reason } => {
                let reason = reason_of(&reason)?;
                if !self.holds.contains_key(&hold) {
                    return Err(Error::UnknownHold);
                }
                Ok(Some(Event::HoldLifted { hold_id: hold, reason, by, at }))
            }
        }
    }
}

fn reason_of(text: &str) -> Result<String, Error> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MAX_REASON {
        return Err(Error::Reason);
    }
    Ok(text.to_owned())
}

impl Aggregate for Retention {
    const TYPE: &'static str = "retention";
    type Command = Command;
    type Event = Event;
    type Error = Error;
    type Services = ();

    async fn handle(
        &mut self,
        command: Command,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Error> {
        if let Some(event) = self.decide(command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::PolicySet { delete_after_days, effective_at, by, at, .. } => {
                self.before = self.in_force(at).cloned();
                self.policy = Some(Policy { delete_after_days, effective_at, by });
            }
            Event::HoldPlaced { hold_id, scope, reason, by, at, .. } => {
                self.holds.insert(hold_id, Hold { scope, reason, by, at });
            }
            Event::SegmentLetGo { segment_id, after_days, settled_by, .. } => {
                self.let_go.insert(segment_id, (after_days, settled_by));
            }
            Event::SubjectShreddingOrdered { subject, version, runs, reason, by, at, .. } => {
                let ordered = Shredding { version, runs, reason, by, at, is_done: false };
                self.shredded.insert(subject, ordered);
            }
            Event::SubjectShredded { subject, .. } => {
                if let Some(ordered) = self.shredded.get_mut(&subject) {
                    ordered.is_done = true;
                }
            }
            Event::HoldLifted { hold_id, .. } => {
                self.holds.remove(&hold_id);
            }
        }
    }
}
