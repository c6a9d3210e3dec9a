//! The task as its events made it, and what it answers to orders.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use engine::{Audience, Json, ManualTask, PayloadProblem, within_limits};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::command::{Closing, Command, Opening, Order};
use super::error::Error;
use super::event::{CancelCause, Created, Escalation, Event, Reminder};
use crate::catalog::{Schema, Stage};
use crate::interfaces::{self, Component};

/// How long a reason may be, in characters: what a person reads at a glance.
const MAX_REASON: usize = 1_000;
/// How long the name of a person may be, in characters.
const MAX_PERSON: usize = 100;

/// Where a task stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nobody has it yet.
    #[default]
    Created,
    /// A person was given it, and has not begun.
    Assigned,
    /// Somebody works on it.
    InProgress,
    /// It was answered.
    Completed,
    /// What it asked for was refused.
    Rejected,
    /// It ended without an answer.
    Cancelled,
    /// Nobody answered in time.
    Expired,
}

/// A task, folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// What it began with; `None` before it was created.
    pub created: Option<Box<Created>>,
    /// Where it stands.
    pub status: Status,
    /// Who is to do it, if it is nobody's yet.
    pub audience: Option<Audience>,
    /// Whose it is.
    pub assignee: Option<String>,
    /// Whether it was due and went over to others.
    pub escalated: bool,
    /// How many of its reminders have been given or passed by.
    pub reminded: u32,
    /// The answer.
    pub answer: Option<Json>,
    /// Why it was rejected or cancelled.
    pub reason: Option<String>,
    /// Who completed, rejected or cancelled it.
    pub settled_by: Option<String>,
    /// How often the record changed.
    pub version: u64,
}

impl Status {
    /// Its name, as lists and queries have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Assigned => "assigned",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// Whether anything can still be done with a task that stands here.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Created | Self::Assigned | Self::InProgress => true,
            Self::Completed | Self::Rejected | Self::Cancelled | Self::Expired => false,
        }
    }
}

impl Task {
    /// When it is to be done: its deadline, or after the escalation the last moment there is.
    pub fn due_at(&self) -> Option<OffsetDateTime> {
        let created = self.created.as_ref()?;
        Some(if self.escalated { created.expires_at } else { created.due_at })
    }

    /// Decides what an order leads to, or why it is refused.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn decide(&self, Command { by, at, order }: Command) -> Result<Vec<Event>, Error> {
        let by = person(&by)?;
        let Some(created) = &self.created else {
            return match order {
                Order::Create(opening) => Ok(open(*opening, by, at)),
                Order::Assign { .. }
                | Order::Claim
                | Order::Release
                | Order::Complete { .. }
                | Order::Reject { .. }
                | Order::Cancel { .. }
                | Order::Prompt
                | Order::Expire
                | Order::Close(_) => Err(Error::Unknown),
            };
        };
        if !self.status.is_open() {
            return Err(match order {
                Order::Create(_) => Error::Exists,
                Order::Assign { .. }
                | Order::Claim
                | Order::Release
                | Order::Complete { .. }
                | Order::Reject { .. }
                | Order::Cancel { .. }
                | Order::Prompt
                | Order::Expire
                | Order::Close(_) => Error::Settled(self.status),
            });
        }
        let is_approval = created.approval.is_some();
        match order {
            Order::Create(_) => Err(Error::Exists),
            Order::Close(_) if !is_approval => Err(Error::NoApproval),
            Order::Close(closing) => Ok(vec![closed(created, closing, by, at)]),
            // Its answer counts where the approval does, and it is nobody else's.
            Order::Assign { .. }
            | Order::Complete { .. }
            | Order::Reject { .. }
            | Order::Cancel { cause: CancelCause::Requested, .. }
                if is_approval =>
            {
                Err(Error::OfApproval)
            }
            Order::Assign { assignee } => self.assign(&assignee, by, at),
            Order::Claim => {
                must_be_in_time(created, at)?;
                self.must_be_theirs(&by)?;
                let has_begun = self.status == Status::InProgress;
                Ok(if has_begun { vec![] } else { vec![Event::Claimed { by, at }] })
            }
            Order::Release => {
                if self.status != Status::InProgress {
                    return Err(Error::NotClaimed);
                }
                self.must_be_theirs(&by)?;
                Ok(vec![Event::Released { by, at }])
            }
            Order::Complete { data } => {
                must_be_in_time(created, at)?;
                self.must_be_theirs(&by)?;
                must_fit(created, &data)?;
                Ok(vec![Event::Completed { data, by, at }])
            }
            Order::Reject { reason } => {
                must_be_in_time(created, at)?;
                self.must_be_theirs(&by)?;
                Ok(vec![Event::Rejected { reason: accept_reason(&reason)?, by, at }])
            }
            Order::Cancel { cause, reason } => {
                let reason = reason.as_deref().map(accept_reason).transpose()?;
                Ok(vec![Event::Cancelled { cause, reason, by, at }])
            }
            Order::Prompt => Ok(self.prompt(created, by, at)),
            Order::Expire if at < created.expires_at => Err(Error::NotDue(created.expires_at)),
            Order::Expire => Ok(vec![Event::Expired { by, at }]),
        }
    }

    /// Whether this person could answer with this now: what a task that asks for an approval is held against
    /// before its answer is given to what is to be approved.
    ///
    /// # Errors
    /// Why they could not.
    pub fn may_complete(&self, by: &str, data: &Json, at: OffsetDateTime) -> Result<(), Error> {
        let created = self.may_answer(by, at)?;
        must_fit(created, data)
    }

    /// Whether this person could answer in some way now.
    ///
    /// # Errors
    /// Why they could not.
    pub fn may_answer(&self, by: &str, at: OffsetDateTime) -> Result<&Created, Error> {
        let created = self.created.as_deref().ok_or(Error::Unknown)?;
        if !self.status.is_open() {
            return Err(Error::Settled(self.status));
        }
        must_be_in_time(created, at)?;
        self.must_be_theirs(by)?;
        Ok(created)
    }

    fn assign(&self, assignee: &str, by: String, at: OffsetDateTime) -> Result<Vec<Event>, Error> {
        let assignee = person(assignee)?;
        Ok(match &self.assignee {
            None => vec![Event::Assigned { assignee, by, at }],
            Some(theirs) if *theirs == assignee => vec![],
            Some(from) => vec![Event::Reassigned { from: from.clone(), assignee, by, at }],
        })
    }

    /// Of what is due by now the last; each at most once. What was missed while nobody looked is
    /// passed by.
    fn prompt(&self, created: &Created, by: String, at: OffsetDateTime) -> Vec<Event> {
        if at >= created.expires_at {
            return vec![Event::Expired { by, at }];
        }
        if self.escalated {
            return vec![];
        }
        if let Some(Escalation { audience }) = &created.escalation
            && at >= created.due_at
        {
            let (audience, due_at) = (audience.clone(), created.expires_at);
            return vec![Event::Escalated { audience, due_at, by, at }];
        }
        let due = created.reminders.iter().take_while(|reminder| reminder.due_at <= at).count();
        let reminder = u32::try_from(due).unwrap_or(u32::MAX);
        if reminder > self.reminded { vec![Event::Reminded { reminder, by, at }] } else { vec![] }
    }

    fn must_be_theirs(&self, by: &str) -> Result<(), Error> {
        match &self.assignee {
            Some(another) if another != by => Err(match self.status {
                Status::InProgress => Error::ClaimedByAnother(another.clone()),
                Status::Created
                | Status::Assigned
                | Status::Completed
                | Status::Rejected
                | Status::Cancelled
                | Status::Expired => Error::AssignedToAnother(another.clone()),
            }),
            Some(_) | None => Ok(()),
        }
    }

    /// It is whoever's it is meant for.
    fn offer(&mut self, audience: Audience) {
        self.assignee = match &audience {
            Audience::Assignee(person) => Some(person.clone()),
            Audience::Role(_) | Audience::Queue(_) | Audience::Anyone => None,
        };
        self.status = if self.assignee.is_some() { Status::Assigned } else { Status::Created };
        self.audience = Some(audience);
    }

    fn settle(&mut self, status: Status, by: String) {
        self.status = status;
        self.settled_by = Some(by);
    }
}

impl Aggregate for Task {
    const TYPE: &'static str = "task";
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
        self.version += 1;
        match event {
            Event::Created(created) => {
                self.audience = Some(created.audience.clone());
                self.created = Some(created);
            }
            Event::Assigned { assignee, .. } | Event::Reassigned { assignee, .. } => {
                self.status = Status::Assigned;
                self.assignee = Some(assignee);
            }
            Event::Claimed { by, at: _ } => {
                self.status = Status::InProgress;
                self.assignee = Some(by);
            }
            Event::Released { .. } => {
                if let Some(audience) = self.audience.clone() {
                    self.offer(audience);
                }
            }
            Event::Completed { data, by, at: _ } => {
                self.answer = Some(data);
                self.settle(Status::Completed, by);
            }
            Event::Rejected { reason, by, at: _ } => {
                self.reason = Some(reason);
                self.settle(Status::Rejected, by);
            }
            Event::Cancelled { cause: _, reason, by, at: _ } => {
                self.reason = reason;
                self.settle(Status::Cancelled, by);
            }
            Event::Reminded { reminder, .. } => self.reminded = reminder,
            Event::Escalated { audience, .. } => {
                self.escalated = true;
                self.offer(audience);
            }
            Event::Expired { .. } => self.status = Status::Expired,
        }
    }
}

/// How a task ends whose question for approval is answered elsewhere.
fn closed(created: &Created, closing: Closing, by: String, at: OffsetDateTime) -> Event {
    let answer = |decision: &str, comment: Option<String>| {
        let digest = created.approval.as_ref().map(|it| it.digest);
        let mut answer = json!({ "decision": decision, "digest": digest });
        if let Some(comment) = comment {
            answer["comment"] = comment.into();
        }
        Json::new(answer)
    };
    match closing {
        Closing::Approved { comment } => {
            Event::Completed { data: answer("approve", comment), by, at }
        }
        Closing::Rejected { comment } => {
            let reason = comment.unwrap_or_else(|| "it is not approved".to_owned());
            Event::Rejected { reason, by, at }
        }
        Closing::Expired => Event::Expired { by, at },
        Closing::NotNeeded { reason } => {
            Event::Cancelled { cause: CancelCause::Decided, reason: Some(reason), by, at }
        }
    }
}

fn must_be_in_time(created: &Created, at: OffsetDateTime) -> Result<(), Error> {
    if at < created.expires_at { Ok(()) } else { Err(Error::TooLate(created.expires_at)) }
}

fn open(opening: Opening, by: String, at: OffsetDateTime) -> Vec<Event> {
    let Opening { id, organization, approval, run, node, workflow, .. } = opening;
    let Opening { task, opened_at, expires_at, .. } = opening;
    let ManualTask {
        title,
        description,
        audience,
        priority,
        form,
        ui_component,
        data,
        deadline_ms,
        reminders,
        escalation,
    } = task;
    let deadline = Duration::milliseconds(i64::try_from(deadline_ms).unwrap_or(i64::MAX));
    let after = |period| opened_at.checked_add(period).unwrap_or(expires_at).min(expires_at);
    let person = match &audience {
        Audience::Assignee(person) => Some(person.clone()),
        Audience::Role(_) | Audience::Queue(_) | Audience::Anyone => None,
    };
    let created = Created {
        task_id: id,
        organization_id: organization,
        approval,
        run_id: run,
        node_id: node,
        workflow_id: workflow,
        title,
        description,
        priority,
        audience,
        form,
        ui_component,
        data,
        due_at: after(deadline),
        reminders: reminders
            .iter()
            .map(|part| Reminder { due_at: after(deadline * *part) })
            .collect(),
        escalation: escalation.map(|escalation| Escalation { audience: escalation.audience }),
        expires_at,
        by: by.clone(),
        at,
    };
    let assigned = person.map(|assignee| Event::Assigned { assignee, by, at });
    std::iter::once(Event::Created(Box::new(created))).chain(assigned).collect()
}

/// Whether the answer is what the form and the interface ask for, and small enough to go on with.
fn must_fit(created: &Created, data: &Json) -> Result<(), Error> {
    // The run is told the answer with who gave it, and keeps it in its node's result.
    within_limits(&json!({ "data": **data, "more": "x".repeat(MAX_PERSON * 8) }))
        .map_err(Error::TooLarge)?;
    let mut problems = created.ui_component.as_ref().map_or_else(Vec::new, |component| {
        interface_problems(component, created.data.as_ref(), data)
    });
    if let Some(form) = &created.form {
        // It compiled when the workflow was published.
        problems.extend(match Schema::compile(form) {
            Ok(form) => form.problems(data, Stage::Run),
            Err(invalid) => vec![PayloadProblem {
                path: String::new(),
                message: format!("{invalid}; cancel the task and mend the workflow"),
            }],
        });
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::InvalidAnswer(problems)) }
}

/// What is wrong with an answer to an interface, which was written into the task when its workflow was published.
fn interface_problems(
    component: &Json,
    shown: Option<&Json>,
    answer: &Json,
) -> Vec<PayloadProblem> {
    let written = component.get("component").map(Component::deserialize);
    let Some(Ok(component)) = written else {
        return vec![PayloadProblem {
            path: String::new(),
            message:
                "the task's interface cannot be read: cancel it, and publish the workflow again"
                    .to_owned(),
        }];
    };
    let shown = shown.map_or(&Value::Null, |shown| &**shown);
    let faults = interfaces::problems(&component, shown, answer);
    faults.into_iter().map(|it| PayloadProblem { path: it.path, message: it.message }).collect()
}

fn accept_reason(reason: &str) -> Result<String, Error> {
    let actual = reason.trim().chars().count();
    if (1..=MAX_REASON).contains(&actual) {
        Ok(reason.trim().to_owned())
    } else {
        Err(Error::Reason { max: MAX_REASON, actual })
    }
}

fn person(name: &str) -> Result<String, Error> {
    let actual = name.trim().chars().count();
    if (1..=MAX_PERSON).contains(&actual) {
        Ok(name.trim().to_owned())
    } else {
        Err(Error::Person { max: MAX_PERSON, actual })
    }
}
