//! `manual-task`: goes on when a person has done the task that it opens, or when nobody did in time.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::field::{array, field, object, optional_text, text, whole, wrong};
use super::logic::Done;
use super::wait::TIMED_OUT;
use crate::catalog::PayloadProblem;
use crate::expression::Problem;
use crate::failure::{Failure, FailureCategory};
use crate::json::Json;

/// From where alone a manual task is resumed.
pub const TASK_SOURCE: &str = "task";

pub(super) const COMPLETED: &str = "completed";
/// Without a child under this branch a rejection fails the node.
pub(crate) const REJECTED: &str = "rejected";
pub(super) const BRANCHES: [&str; 3] = [COMPLETED, REJECTED, TIMED_OUT];

/// The shortest deadline: a second.
const MIN_DEADLINE_MS: u64 = 1_000;
/// The longest deadline: 30 days.
const MAX_DEADLINE_MS: u64 = 2_592_000_000;
/// The deadline of a task that names none: a day.
const DEADLINE_MS: u64 = 86_400_000;
/// When somebody is reminded, as parts of the deadline, where the task says nothing of it.
const REMINDERS: [f64; 3] = [0.5, 0.75, 0.9];
/// How many reminders a task may ask for.
const MAX_REMINDERS: usize = 10;
/// How long a title may be, in characters: what fits a line of a list.
const MAX_TITLE: usize = 200;
/// How long a description may be, in characters.
const MAX_DESCRIPTION: usize = 4_000;
/// How long the name of a person, a role or a queue may be, in characters.
const MAX_NAME: usize = 100;
/// How large a form may be, as JSON text: it is compiled for each answer.
const MAX_FORM_BYTES: usize = 64 * 1024;

/// A task for a person, as a node's resolved payload asks for it.
#[derive(Debug, Clone, PartialEq)]
pub struct ManualTask {
    /// What is to be done, in a line.
    pub title: String,
    /// What is to be done, in full.
    pub description: Option<String>,
    /// Who is to do it.
    pub audience: Audience,
    /// How urgent it is.
    pub priority: Priority,
    /// The JSON Schema of the answer; any answer will do without one.
    pub form: Option<Json>,
    /// The interface that it is answered in: `componentId`, `version`, and the `component` as it was when the
    /// workflow was published. Kept as data.
    pub ui_component: Option<Json>,
    /// What is shown to whoever does it.
    pub data: Option<Json>,
    /// How long it may take.
    pub deadline_ms: u64,
    /// When somebody is reminded, as parts of the deadline, in order.
    pub reminders: Vec<f64>,
    /// Who else is to do it when that was too long.
    pub escalation: Option<Escalation>,
}

/// Who is to do a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// This person.
    Assignee(String),
    /// Whoever has this role.
    Role(String),
    /// Whoever works on this queue.
    Queue(String),
    /// Whoever takes it.
    Anyone,
}

/// How urgent a task is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Priority {
    /// When there is nothing better to do.
    Low,
    /// In its turn.
    #[default]
    Medium,
    /// Before others.
    High,
    /// At once.
    Critical,
}

/// Who else is to do a task, and how long that may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    /// Who.
    pub audience: Audience,
    /// How long they have.
    pub deadline_ms: u64,
}

impl ManualTask {
    /// The task that an open wait calls for, by the input of its node.
    ///
    /// # Errors
    /// Says at which place the input is not that of a task; the engine opens no such wait.
    pub fn of(input: &Value) -> Result<Self, PayloadProblem> {
        Self::read(input).map_err(|Problem { path, message }| PayloadProblem { path, message })
    }

    pub(crate) fn read(payload: &Value) -> Result<Self, Problem> {
        let form = optional(payload, "form")?;
        if let Some(form) = &form {
            check_form(form)?;
        }
        Ok(Self {
            title: limited(text(payload, "title")?, "title", MAX_TITLE)?,
            description: optional_text(payload, "description")?
                .map(|text| limited(text, "description", MAX_DESCRIPTION))
                .transpose()?,
            audience: audience(payload)?,
            priority: priority(payload)?,
            form,
            ui_component: optional(payload, "uiComponent")?,
            data: optional(payload, "data")?,
            deadline_ms: match optional(payload, "deadlineMs")? {
                Some(_) => deadline(payload)?,
                None => DEADLINE_MS,
            },
            reminders: reminders(payload)?,
            escalation: escalation(payload)?,
        })
    }

    /// How long the node waits in all.
    pub(crate) fn limit_ms(&self) -> u64 {
        let more = self.escalation.as_ref().map_or(0, |escalation| escalation.deadline_ms);
        self.deadline_ms.saturating_add(more)
    }
}

impl Priority {
    /// All, the least urgent first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// As definitions and the ledger have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
            Self::Critical => "CRITICAL",
        }
    }
}

/// What the node gives when its task was completed, or the failure when it was rejected and the
/// workflow has no way on from there.
pub(crate) fn answered(data: &Value, may_be_rejected: bool) -> Result<Done, Failure> {
    let given = |name: &str| data.get(name).cloned().unwrap_or_default();
    let completed = given("outcome") == COMPLETED;
    let status = if completed { COMPLETED } else { REJECTED };
    if !completed && !may_be_rejected {
        let by = given("by");
        let by = by.as_str().unwrap_or("somebody");
        let reason = given("reason");
        let reason = reason.as_str().unwrap_or("no reason was given");
        let message = format!(
            "{by} rejected the task: {reason}; a child with branch rejected would go on from here"
        );
        let details = json!({ "taskId": given("taskId"), "by": by, "reason": reason });
        let code = Failure::TASK_REJECTED;
        let failure = Failure::lasting(code, FailureCategory::Validation, message);
        return Err(Failure { details: Some(details.into()), ..failure }.limited());
    }
    let result = json!({
        "status": status,
        "data": given("data"),
        "completedBy": given("by"),
        "reason": given("reason"),
        "taskId": given("taskId"),
    });
    Ok(Done { result, branch: Some(status.into()) })
}

/// What the node gives when nobody did the task in time.
pub(crate) fn missed() -> Done {
    let result = json!({
        "status": TIMED_OUT,
        "data": null,
        "completedBy": null,
        "reason": null,
        "taskId": null,
    });
    Done { result, branch: Some(TIMED_OUT.into()) }
}

fn optional(payload: &Value, name: &str) -> Result<Option<Json>, Problem> {
    match object(payload)?.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => Ok(Some(value.clone().into())),
    }
}

fn check_form(form: &Value) -> Result<(), Problem> {
    if !form.is_object() {
        return Err(wrong("form", "a JSON Schema, which is an object", form));
    }
    let bytes = form.to_string().len();
    if bytes > MAX_FORM_BYTES {
        let message = format!("it has {bytes} bytes of JSON: {MAX_FORM_BYTES} are allowed");
        return Err(Problem::new("/form", message));
    }
    Ok(())
}

fn limited(text: &str, name: &str, most: usize) -> Result<String, Problem> {
    let length = text.trim().chars().count();
    if (1..=most).contains(&length) {
        return Ok(text.trim().to_owned());
    }
    Err(Problem::new(format!("/{name}"), format!("it must have 1 to {most} characters")))
}

fn audience(payload: &Value) -> Result<Audience, Problem> {
    let named = |name: &str| -> Result<Option<String>, Problem> {
        optional_text(payload, name)?.map(|text| limited(text, name, MAX_NAME)).transpose()
    };
    match (named("assignee")?, named("role")?, named("queue")?) {
        (None, None, None) => Ok(Audience::Anyone),
        (Some(person), None, None) => Ok(Audience::Assignee(person)),
        (None, Some(role), None) => Ok(Audience::Role(role)),
        (None, None, Some(queue)) => Ok(Audience::Queue(queue)),
        (Some(_), Some(_), _) => Err(Problem::new("/role", ONE_AUDIENCE)),
        (Some(_), None, Some(_)) | (None, Some(_), Some(_)) => {
            Err(Problem::new("/queue", ONE_AUDIENCE))
        }
    }
}

const ONE_AUDIENCE: &str = "give one of assignee, role and queue, not several";

fn priority(payload: &Value) -> Result<Priority, Problem> {
    let Some(name) = optional_text(payload, "priority")? else { return Ok(Priority::default()) };
    let known = Priority::ALL.into_iter().find(|priority| priority.name() == name);
    known.ok_or_else(|| {
        let expected = "one of LOW, MEDIUM, HIGH and CRITICAL";
        wrong("priority", expected, &Value::from(name))
    })
}

fn deadline(payload: &Value) -> Result<u64, Problem> {
    whole(payload, "deadlineMs", MIN_DEADLINE_MS, MAX_DEADLINE_MS)
}

fn reminders(payload: &Value) -> Result<Vec<f64>, Problem> {
    if optional(payload, "reminders")?.is_none() {
        return Ok(REMINDERS.to_vec());
    }
    let given = array(payload, "reminders")?;
    if given.len() > MAX_REMINDERS {
        let message = format!("there are {}: {MAX_REMINDERS} are allowed", given.len());
        return Err(Problem::new("/reminders", message));
    }
    let mut reminders = Vec::new();
    for (index, part) in given.iter().enumerate() {
        let part = part.as_f64().filter(|part| *part > 0.0 && *part < 1.0).ok_or_else(|| {
            let message = "it must be a part of the deadline: a number between 0 and 1";
            Problem::new(format!("/reminders/{index}"), message)
        })?;
        reminders.push(part);
    }
    reminders.sort_by(f64::total_cmp);
    reminders.dedup();
    Ok(reminders)
}

fn escalation(payload: &Value) -> Result<Option<Escalation>, Problem> {
    let below =
        |problem: Problem| Problem::new(format!("/escalation{}", problem.path), problem.message);
    if optional(payload, "escalation")?.is_none() {
        return Ok(None);
    }
    let given = field(payload, "escalation")?;
    let audience = audience(given).map_err(below)?;
    if audience == Audience::Anyone {
        let message = "say to whom: give assignee, role or queue";
        return Err(Problem::new("/escalation", message));
    }
    let deadline_ms = deadline(given).map_err(below)?;
    Ok(Some(Escalation { audience, deadline_ms }))
}
