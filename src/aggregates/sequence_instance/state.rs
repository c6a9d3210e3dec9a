//! The story as its events made it, and what it answers to orders.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use engine::Happening;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::{Duration, OffsetDateTime};

use super::command::{Command, Opening, Order};
use super::error::{Error, MAX_REASON};
use super::event::{Event, Opened, Reason, Served};
use super::status::{Status, StepStatus};
use crate::aggregates::event_sequences::{OutOfOrder, RollbackKind, Step};
use crate::primitives::EventId;

/// How far one of its steps has come.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Where it stands.
    pub status: StepStatus,
    /// The event that came for it, with its name and when it came.
    pub served: Option<Served>,
}

/// A story, folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Instance {
    /// How it began; none before.
    pub opened: Option<Box<Opened>>,
    /// Where it stands.
    pub status: Status,
    /// Its steps, as its content lists them.
    pub steps: Vec<Progress>,
    /// When it fails unless it is complete.
    pub due_at: Option<OffsetDateTime>,
    /// How often it was begun again.
    pub attempts: u32,
    /// Why it failed the last time.
    pub failure: Option<Reason>,
    /// Which events were published to undo it.
    pub compensated: Vec<EventId>,
    /// Who gave it up, and why.
    pub abandoned: Option<(String, Option<String>)>,
    /// When it ended, or failed.
    pub ended_at: Option<OffsetDateTime>,
    /// When something happened the last time.
    pub updated_at: Option<OffsetDateTime>,
}

/// What an order leads to, as it is worked out: each event is applied before the next is decided.
struct Draft {
    now: Instance,
    events: Vec<Event>,
}

impl Draft {
    fn note(&mut self, event: Event) {
        self.now.apply(event.clone());
        self.events.push(event);
    }

    /// Fails; where it is begun again by itself, that too.
    fn fail(&mut self, reason: Reason, at: OffsetDateTime, by: &str) {
        let Some(opened) = &self.now.opened else { return };
        let rollback = &opened.content.rollback_strategy;
        let again =
            rollback.kind == RollbackKind::Retry && self.now.attempts < rollback.max_retries;
        let missing = self.now.missing();
        self.note(Event::Failed { reason, missing, for_good: !again, at });
        if again {
            self.retry(at, by);
        }
    }

    fn retry(&mut self, at: OffsetDateTime, by: &str) {
        let Some(opened) = &self.now.opened else { return };
        let due_at = due(at, opened.content.timeout_ms);
        let attempt = self.now.attempts.saturating_add(1);
        self.note(Event::Retried { attempt, due_at, by: by.to_owned(), at });
        self.go_on(at);
    }

    /// Lets count what was kept and whose turn has come, and ends what is complete.
    fn go_on(&mut self, at: OffsetDateTime) {
        while let Some(served) = self.now.ready() {
            self.note(Event::Processed(Served { at, ..served }));
        }
        if self.now.status.is_open() && self.now.missing().is_empty() {
            self.note(Event::Completed { at });
        }
    }

    fn take(
        &mut self,
        happening: &Happening,
        opening: Option<Box<Opening>>,
        (at, by): (OffsetDateTime, &str),
    ) {
        if self.now.opened.is_none() {
            let Some(opening) = opening else { return };
            let Opening { id, organization, name, version, key, content } = *opening;
            self.note(Event::Opened(Box::new(Opened {
                instance_id: id,
                organization_id: organization,
                name,
                version,
                key,
                due_at: due(at, content.timeout_ms),
                content,
                at,
            })));
        }
        if self.now.status.is_open() && self.now.due_at.is_some_and(|due_at| due_at <= at) {
            self.fail(Reason::TimedOut, at, by);
        }
        let Some((step, turn)) = self.now.place_of(happening) else { return };
        let Some(opened) = &self.now.opened else { return };
        let out_of_order = opened.content.out_of_order;
        let (event_id, event) = (id_of(happening), happening.name().to_owned());
        let served = Served { step, event_id, event, at };
        match self.now.status {
            Status::Completed | Status::Abandoned => {}
            // It counts when it is retried; what was undone is not.
            Status::Failed => {
                if opened.content.rollback_strategy.kind != RollbackKind::CompensatingEvents {
                    self.note(Event::Held(served));
                }
            }
            Status::Created | Status::InProgress => match (turn, out_of_order) {
                (Turn::Now, _) => {
                    self.note(Event::Processed(served));
                    self.go_on(at);
                }
                (Turn::Later, OutOfOrder::Hold) => self.note(Event::Held(served)),
                (Turn::Later, OutOfOrder::Fail) => {
                    self.note(Event::Held(served));
                    self.fail(Reason::OutOfOrder, at, by);
                }
                (Turn::Later, OutOfOrder::Ignore) => {}
            },
        }
    }
}

/// Whether the turn of an event has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Now,
    Later,
}

impl Instance {
    /// What its sequence says of its steps; none before it began.
    fn plan(&self) -> &[Step] {
        self.opened.as_ref().map_or(&[], |opened| &opened.content.events)
    }

    /// The steps that are required and have not counted, from 0.
    fn missing(&self) -> Vec<usize> {
        let steps = self.plan().iter().zip(&self.steps).enumerate();
        let missing = steps
            .filter(|(_, (step, it))| step.required && it.status != StepStatus::Processed)
            .map(|(place, _)| place);
        missing.collect()
    }

    /// Whether everything that is required before a step has counted.
    fn is_its_turn(&self, place: usize) -> bool {
        let order = self.plan().get(place).map_or(0, |step| step.order);
        let before = self.plan().iter().zip(&self.steps);
        before
            .filter(|(step, _)| step.required && step.order < order)
            .all(|(_, it)| it.status == StepStatus::Processed)
    }

    /// The first of what was kept whose turn has come.
    fn ready(&self) -> Option<Served> {
        if !self.status.is_open() {
            return None;
        }
        self.in_order()
            .into_iter()
            .filter(|place| self.is_its_turn(*place))
            .filter_map(|place| self.steps.get(place))
            .find(|it| it.status == StepStatus::Held)
            .and_then(|it| it.served.clone())
    }

    /// The places of the steps, in the order in which they are to come.
    fn in_order(&self) -> Vec<usize> {
        let mut places: Vec<usize> = (0..self.steps.len()).collect();
        places.sort_by_key(|place| self.plan().get(*place).map_or(0, |step| step.order));
        places
    }

    /// The step that an event comes for: the first whose turn it is, or else the first that is open.
    /// None when it came before, or no step wants it.
    fn place_of(&self, happening: &Happening) -> Option<(usize, Turn)> {
        let id = id_of(happening);
        let came = self.steps.iter().filter_map(|it| it.served.as_ref());
        if came.into_iter().any(|served| served.event_id == id) {
            return None;
        }
        let wants = |place: &usize| {
            let is_open = self.steps.get(*place).is_some_and(|it| match it.status {
                StepStatus::Pending | StepStatus::Failed => true,
                StepStatus::Held | StepStatus::Processed => false,
            });
            is_open && self.plan().get(*place).is_some_and(|step| step.is_meant(happening))
        };
        let wanting: Vec<usize> = self.in_order().into_iter().filter(wants).collect();
        let now = wanting.iter().find(|place| self.is_its_turn(**place));
        match now {
            Some(place) => Some((*place, Turn::Now)),
            None => wanting.first().map(|place| (*place, Turn::Later)),
        }
    }

    /// Decides what an order leads to, or why it is refused; nothing when there is nothing to do.
    pub fn decide(&self, Command { by, at, order }: Command) -> Result<Vec<Event>, Error> {
        let mut draft = Draft { now: self.clone(), events: Vec::new() };
        match order {
            Order::Take { happening, opening } => {
                draft.take(&happening, opening, (at, &by));
                // What begins with nothing has not begun.
                if let [Event::Opened(_)] = draft.events.as_slice() {
                    return Ok(Vec::new());
                }
            }
            Order::Expire => {
                if self.status.is_open() && self.due_at.is_some_and(|due_at| due_at <= at) {
                    draft.fail(Reason::TimedOut, at, &by);
                }
            }
            Order::Retry => {
                let opened = self.opened.as_ref().ok_or(Error::Unknown)?;
                match self.status {
                    Status::Failed => {}
                    other @ (Status::Created
                    | Status::InProgress
                    | Status::Completed
                    | Status::Abandoned) => return Err(Error::NotFailed(other.name())),
                }
                if opened.content.rollback_strategy.kind == RollbackKind::CompensatingEvents {
                    return Err(Error::Compensated);
                }
                draft.retry(at, &by);
            }
            Order::Abandon { reason } => {
                if self.opened.is_none() {
                    return Err(Error::Unknown);
                }
                if reason.as_ref().is_some_and(|reason| reason.len() > MAX_REASON) {
                    return Err(Error::Reason);
                }
                match self.status {
                    Status::Created | Status::InProgress | Status::Failed => {}
                    over @ (Status::Completed | Status::Abandoned) => {
                        return Err(Error::Over(over.name()));
                    }
                }
                draft.note(Event::Abandoned { reason, by, at });
            }
            Order::NoteCompensation { events } => {
                if self.opened.is_none() {
                    return Err(Error::Unknown);
                }
                if self.compensated.is_empty() && !events.is_empty() {
                    draft.note(Event::Compensated { events, at });
                }
            }
        }
        Ok(draft.events)
    }

    fn ends(&mut self, status: Status, at: OffsetDateTime) {
        self.status = status;
        self.due_at = None;
        self.ended_at = Some(at);
    }

    fn serve(&mut self, status: StepStatus, served: Served) {
        if let Some(step) = self.steps.get_mut(served.step) {
            *step = Progress { status, served: Some(served) };
        }
    }
}

/// The id by which an event is known.
fn id_of(happening: &Happening) -> String {
    let id = happening.seen().get("eventId").and_then(Value::as_str);
    id.unwrap_or_default().to_owned()
}

fn due(at: OffsetDateTime, timeout_ms: u64) -> OffsetDateTime {
    let timeout = Duration::milliseconds(i64::try_from(timeout_ms).unwrap_or(i64::MAX));
    at.checked_add(timeout).unwrap_or(at)
}

impl Aggregate for Instance {
    const TYPE: &'static str = "sequence_instance";
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
        for event in self.decide(command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Opened(opened) => {
                self.steps = vec![Progress::default(); opened.content.events.len()];
                self.due_at = Some(opened.due_at);
                self.updated_at = Some(opened.at);
                self.opened = Some(opened);
            }
            Event::Held(served) => {
                self.updated_at = Some(served.at);
                self.serve(StepStatus::Held, served);
            }
            Event::Processed(served) => {
                self.status = Status::InProgress;
                self.updated_at = Some(served.at);
                self.serve(StepStatus::Processed, served);
            }
            Event::Completed { at } => {
                self.updated_at = Some(at);
                self.ends(Status::Completed, at);
            }
            Event::Failed { reason, missing, at, .. } => {
                for place in missing {
                    if let Some(step) = self.steps.get_mut(place)
                        && step.status == StepStatus::Pending
                    {
                        step.status = StepStatus::Failed;
                    }
                }
                self.failure = Some(reason);
                self.updated_at = Some(at);
                self.ends(Status::Failed, at);
            }
            Event::Retried { attempt, due_at, at, .. } => {
                for step in &mut self.steps {
                    if step.status == StepStatus::Failed {
                        step.status = StepStatus::Pending;
                    }
                }
                let counted = self.steps.iter().any(|it| it.status == StepStatus::Processed);
                self.status = if counted { Status::InProgress } else { Status::Created };
                self.attempts = attempt;
                self.due_at = Some(due_at);
                self.ended_at = None;
                self.updated_at = Some(at);
            }
            Event::Compensated { events, at } => {
                self.compensated = events;
                self.updated_at = Some(at);
            }
            Event::Abandoned { reason, by, at } => {
                self.abandoned = Some((by, reason));
                self.updated_at = Some(at);
                self.ends(Status::Abandoned, at);
            }
        }
    }
}
