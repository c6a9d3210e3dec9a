//! From a task's events to its row. Tasks change as often as people do: a row is read, folded and
//! written whole.

use std::collections::BTreeMap;

use engine::Audience;
use time::{Duration, OffsetDateTime};

use crate::aggregates::task::{Created, Event, Status};
use crate::journal::{Recorded, slot_of};
use crate::projections::Error;
use crate::projections::facts;
use crate::projections::text::Text;

/// How long after a run has stopped waiting the clerk ends the task, should the run's own end of
/// the wait not have done it.
const GRACE: Duration = Duration::minutes(1);

/// The row of a task.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) task_id: String,
    pub(super) organization_id: String,
    pub(super) slot: i16,
    pub(super) run_id: String,
    pub(super) node_id: String,
    pub(super) workflow_id: String,
    pub(super) title: String,
    pub(super) priority: String,
    pub(super) status: String,
    pub(super) assignee: Option<String>,
    pub(super) person: Option<String>,
    pub(super) role: Option<String>,
    pub(super) queue: Option<String>,
    pub(super) due_at: OffsetDateTime,
    pub(super) expires_at: OffsetDateTime,
    pub(super) escalated: bool,
    pub(super) settled_by: Option<String>,
    pub(super) created_at: OffsetDateTime,
    pub(super) updated_at: OffsetDateTime,
    pub(super) settled_at: Option<OffsetDateTime>,
    pub(super) reminders: Vec<OffsetDateTime>,
    pub(super) reminded: i32,
    pub(super) escalates_at: Option<OffsetDateTime>,
    pub(super) prompt_at: Option<OffsetDateTime>,
    pub(super) last_position: i64,
    pub(super) last_sequence: i64,
}

/// Tasks as they are after the events that were taken.
#[derive(Debug, Default)]
pub(super) struct Tasks {
    pub(super) rows: BTreeMap<String, Row>,
}

impl Tasks {
    /// The rows as they were written before.
    pub(super) fn of(rows: Vec<Row>) -> Self {
        Self { rows: rows.into_iter().map(|row| (row.task_id.clone(), row)).collect() }
    }

    /// Folds the next event.
    pub(super) fn take(&mut self, event: &Recorded, happened: Event) -> Result<(), Error> {
        if let Event::Created(created) = happened {
            self.rows.insert(event.aggregate_id.clone(), Row::of(event, *created));
            return Ok(());
        }
        let row = self
            .rows
            .get_mut(&event.aggregate_id)
            .ok_or_else(|| facts::poison(event, "the task's row is missing"))?;
        (row.last_position, row.last_sequence) = (event.position, event.sequence);
        match happened {
            Event::Created(_) => {}
            Event::Assigned { assignee, at, .. } | Event::Reassigned { assignee, at, .. } => {
                row.stand(Status::Assigned, at);
                row.assignee = Some(kept(assignee));
            }
            Event::Claimed { by, at } => {
                row.stand(Status::InProgress, at);
                row.assignee = Some(kept(by));
            }
            Event::Released { at, .. } => row.offer(at),
            Event::Completed { by, at, .. } => row.settle(Status::Completed, Some(by), at),
            Event::Rejected { by, at, .. } => row.settle(Status::Rejected, Some(by), at),
            Event::Cancelled { by, at, .. } => row.settle(Status::Cancelled, Some(by), at),
            Event::Expired { at, .. } => row.settle(Status::Expired, None, at),
            Event::Reminded { reminder, at, .. } => {
                row.reminded = i32::try_from(reminder).unwrap_or(i32::MAX);
                row.updated_at = at;
            }
            Event::Escalated { audience, due_at, at, .. } => {
                row.escalated = true;
                row.escalates_at = None;
                row.due_at = due_at;
                row.mean(audience);
                row.offer(at);
            }
        }
        row.prompt_at = row.next_prompt();
        Ok(())
    }
}

impl Row {
    fn of(event: &Recorded, created: Created) -> Self {
        let mut row = Self {
            task_id: event.aggregate_id.clone(),
            organization_id: event.organization.to_string(),
            slot: slot_of(&event.aggregate_id),
            run_id: created.run_id.to_string(),
            node_id: kept(created.node_id),
            workflow_id: created.workflow_id.to_string(),
            title: kept(created.title),
            priority: created.priority.name().to_owned(),
            status: Status::Created.name().to_owned(),
            assignee: None,
            person: None,
            role: None,
            queue: None,
            due_at: created.due_at,
            expires_at: created.expires_at,
            escalated: false,
            settled_by: None,
            created_at: created.at,
            updated_at: created.at,
            settled_at: None,
            reminders: created.reminders.iter().map(|reminder| reminder.due_at).collect(),
            reminded: 0,
            escalates_at: created.escalation.map(|_| created.due_at),
            prompt_at: None,
            last_position: event.position,
            last_sequence: event.sequence,
        };
        row.mean(created.audience);
        row.prompt_at = row.next_prompt();
        row
    }

    fn stand(&mut self, status: Status, at: OffsetDateTime) {
        status.name().clone_into(&mut self.status);
        self.updated_at = at;
    }

    /// It is meant for these.
    fn mean(&mut self, audience: Audience) {
        (self.person, self.role, self.queue) = match audience {
            Audience::Assignee(person) => (Some(kept(person)), None, None),
            Audience::Role(role) => (None, Some(kept(role)), None),
            Audience::Queue(queue) => (None, None, Some(kept(queue))),
            Audience::Anyone => (None, None, None),
        };
    }

    /// It is again whoever's it is meant for.
    fn offer(&mut self, at: OffsetDateTime) {
        self.assignee.clone_from(&self.person);
        let status = if self.person.is_some() { Status::Assigned } else { Status::Created };
        self.stand(status, at);
    }

    fn settle(&mut self, status: Status, by: Option<String>, at: OffsetDateTime) {
        self.stand(status, at);
        self.settled_by = by.map(kept);
        self.settled_at = Some(at);
    }

    /// When the clerk has to come: at the next reminder, when others are to do it, and at last when
    /// it must have ended.
    fn next_prompt(&self) -> Option<OffsetDateTime> {
        if self.settled_at.is_some() {
            return None;
        }
        let given = usize::try_from(self.reminded).unwrap_or_default();
        let reminder = self.reminders.get(given).filter(|_| !self.escalated).copied();
        let end = self.expires_at.checked_add(GRACE);
        reminder.into_iter().chain(self.escalates_at).chain(end).min()
    }
}

/// As the database can hold it.
fn kept(text: String) -> String {
    Text::from(text).to_string()
}
