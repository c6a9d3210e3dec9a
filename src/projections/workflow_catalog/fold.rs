//! From a workflow's events to its row and those of its versions. Workflows change seldom: a row is
//! read, folded and written whole.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use time::OffsetDateTime;

use crate::aggregates::workflow::PauseReason;
use crate::journal::Recorded;
use crate::projections::Error;
use crate::projections::facts;
use crate::projections::text::Text;

/// What happened to a workflow, borrowed from the event's text, so that a definition keeps the
/// order in which its author wrote it. The names are those of the aggregate's events.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Event<'a> {
    Created(#[serde(borrow)] Content<'a>),
    DraftSaved(#[serde(borrow)] Content<'a>),
    DraftDiscarded(#[serde(borrow)] Content<'a>),
    Published(#[serde(borrow)] Content<'a>),
    Paused(#[serde(borrow)] Content<'a>),
    Resumed(#[serde(borrow)] Content<'a>),
    Archived(#[serde(borrow)] Content<'a>),
    RolledBack(#[serde(borrow)] Content<'a>),
    OutputsPinned(#[serde(borrow)] Content<'a>),
    LimitsSet(#[serde(borrow)] Content<'a>),
    Refilled(#[serde(borrow)] Content<'a>),
    PauseReviewed(#[serde(borrow)] Content<'a>),
    Tagged(#[serde(borrow)] Content<'a>),
    ReviewRequested(#[serde(borrow)] Content<'a>),
    DraftApproved(#[serde(borrow)] Content<'a>),
    DraftRejected(#[serde(borrow)] Content<'a>),
    DraftCommented(#[serde(borrow)] Content<'a>),
}

/// What the events say; each says some of it, and all say who and when.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Content<'a> {
    #[serde(borrow, default)]
    name: Option<Text<'a>>,
    #[serde(borrow, default)]
    description: Option<Text<'a>>,
    #[serde(borrow, default)]
    definition: Option<&'a RawValue>,
    #[serde(borrow, default)]
    webhook_secret_hash: Option<Text<'a>>,
    #[serde(default)]
    version: Option<i32>,
    #[serde(default)]
    restored: Option<i32>,
    #[serde(default)]
    reason: Option<PauseReason>,
    #[serde(borrow)]
    by: Text<'a>,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

/// The row of a workflow.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) workflow_id: String,
    pub(super) organization_id: String,
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) status: String,
    pub(super) pause_reason: Option<String>,
    pub(super) draft: Option<String>,
    pub(super) live_version: Option<i32>,
    pub(super) webhook_secret_hash: String,
    pub(super) created_by: String,
    pub(super) updated_by: String,
    pub(super) created_at: OffsetDateTime,
    pub(super) updated_at: OffsetDateTime,
    pub(super) last_position: i64,
    pub(super) last_sequence: i64,
}

/// The row of a version.
#[expect(clippy::struct_field_names, reason = "they are the names of the columns")]
#[derive(Debug)]
pub(super) struct Version {
    pub(super) workflow_id: String,
    pub(super) version: i32,
    pub(super) organization_id: String,
    pub(super) definition: String,
    pub(super) restored_version: Option<i32>,
    pub(super) published_by: String,
    pub(super) published_at: OffsetDateTime,
    pub(super) position: i64,
}

/// Workflows as they are after the events that were taken.
#[derive(Debug, Default)]
pub(super) struct Catalog {
    pub(super) workflows: BTreeMap<String, Row>,
    pub(super) versions: Vec<Version>,
}

impl Catalog {
    /// The rows as they were written before.
    pub(super) fn of(rows: Vec<Row>) -> Self {
        let workflows = rows.into_iter().map(|row| (row.workflow_id.clone(), row)).collect();
        Self { workflows, versions: Vec::new() }
    }

    /// Folds the next event; `payload` is its text in the form of today.
    pub(super) fn take(&mut self, event: &Recorded, payload: &str) -> Result<(), Error> {
        let happened: Event<'_> = facts::read(event, payload)?;
        if let Event::Created(content) = &happened {
            self.workflows.insert(event.aggregate_id.clone(), created(event, content)?);
            return Ok(());
        }
        let row = self
            .workflows
            .get_mut(&event.aggregate_id)
            .ok_or_else(|| facts::poison(event, "the workflow's row is missing"))?;
        (row.last_position, row.last_sequence) = (event.position, event.sequence);
        match happened {
            Event::Created(_) => {}
            Event::DraftSaved(content) => {
                row.touch(&content);
                if let Some(name) = &content.name {
                    row.name = name.to_string();
                }
                if let Some(description) = &content.description {
                    row.description = Some(description.to_string());
                }
                if let Some(draft) = content.definition {
                    row.draft = Some(draft.get().to_owned());
                }
            }
            Event::DraftDiscarded(content) => {
                row.touch(&content);
                row.draft = None;
            }
            Event::Published(content) => {
                row.touch(&content);
                row.draft = None;
                self.versions.push(row.go_live(event, &content)?);
            }
            Event::RolledBack(content) => {
                row.touch(&content);
                self.versions.push(row.go_live(event, &content)?);
            }
            Event::OutputsPinned(content)
            | Event::LimitsSet(content)
            | Event::Refilled(content)
            | Event::Tagged(content)
            | Event::ReviewRequested(content)
            | Event::DraftApproved(content)
            | Event::DraftRejected(content)
            | Event::DraftCommented(content)
            | Event::PauseReviewed(content) => row.touch(&content),
            Event::Paused(content) => {
                row.touch(&content);
                "paused".clone_into(&mut row.status);
                row.pause_reason = content.reason.map(|reason| reason.name().to_owned());
            }
            Event::Resumed(content) => {
                row.touch(&content);
                "active".clone_into(&mut row.status);
                row.pause_reason = None;
            }
            Event::Archived(content) => {
                row.touch(&content);
                "archived".clone_into(&mut row.status);
                row.pause_reason = None;
            }
        }
        Ok(())
    }
}

fn created(event: &Recorded, content: &Content<'_>) -> Result<Row, Error> {
    let missing = || facts::poison(event, "a workflow without a name, a draft or a secret");
    Ok(Row {
        workflow_id: event.aggregate_id.clone(),
        organization_id: event.organization.to_string(),
        name: content.name.as_ref().ok_or_else(missing)?.to_string(),
        description: content.description.as_ref().map(ToString::to_string),
        status: "draft".to_owned(),
        pause_reason: None,
        draft: Some(content.definition.ok_or_else(missing)?.get().to_owned()),
        live_version: None,
        webhook_secret_hash: content.webhook_secret_hash.as_ref().ok_or_else(missing)?.to_string(),
        created_by: content.by.to_string(),
        updated_by: content.by.to_string(),
        created_at: content.at,
        updated_at: content.at,
        last_position: event.position,
        last_sequence: event.sequence,
    })
}

impl Row {
    fn touch(&mut self, content: &Content<'_>) {
        self.updated_by = content.by.to_string();
        self.updated_at = content.at;
    }

    fn go_live(&mut self, event: &Recorded, content: &Content<'_>) -> Result<Version, Error> {
        let missing = || facts::poison(event, "a version without a number or a definition");
        let version = content.version.ok_or_else(missing)?;
        self.live_version = Some(version);
        if self.status == "draft" {
            "active".clone_into(&mut self.status);
        }
        Ok(Version {
            workflow_id: self.workflow_id.clone(),
            version,
            organization_id: self.organization_id.clone(),
            definition: content.definition.ok_or_else(missing)?.get().to_owned(),
            restored_version: content.restored,
            published_by: content.by.to_string(),
            published_at: content.at,
            position: event.position,
        })
    }
}
