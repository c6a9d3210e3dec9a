//! From a workflow's events to its words. Workflows change seldom: a row is read, folded and written
//! whole.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;

use crate::journal::Recorded;
use crate::projections::Error;
use crate::projections::facts;
use crate::projections::text::Text;

/// What happened to a workflow, as far as words are concerned.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Event<'a> {
    Created(#[serde(borrow)] Content<'a>),
    DraftSaved(#[serde(borrow)] Content<'a>),
    DraftDiscarded(#[serde(borrow)] Content<'a>),
    Published(#[serde(borrow)] Content<'a>),
    Paused {},
    Resumed {},
    Archived(#[serde(borrow)] Content<'a>),
    RolledBack(#[serde(borrow)] Content<'a>),
    OutputsPinned {},
    LimitsSet {},
    Refilled {},
    PauseReviewed {},
    Tagged(#[serde(borrow)] Content<'a>),
    ReviewRequested {},
    DraftApproved {},
    DraftRejected {},
    DraftCommented {},
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Content<'a> {
    #[serde(borrow, default)]
    name: Option<Text<'a>>,
    #[serde(borrow, default)]
    description: Option<Text<'a>>,
    #[serde(default)]
    definition: Option<Value>,
    #[serde(borrow, default)]
    tags: Vec<Text<'a>>,
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
    pub(super) tags: Vec<String>,
    pub(super) draft_nodes: Option<String>,
    pub(super) live_nodes: Option<String>,
    pub(super) archived: bool,
    pub(super) updated_at: OffsetDateTime,
}

/// A node by its words.
#[derive(Debug, Serialize)]
struct Node {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

/// Workflows as they are after the events that were taken.
#[derive(Debug, Default)]
pub(super) struct Shelf(pub(super) BTreeMap<String, Row>);

impl Shelf {
    /// The rows as they were written before.
    pub(super) fn of(rows: Vec<Row>) -> Self {
        Self(rows.into_iter().map(|row| (row.workflow_id.clone(), row)).collect())
    }

    /// Folds the next event; `payload` is its text in the form of today.
    pub(super) fn take(&mut self, event: &Recorded, payload: &str) -> Result<(), Error> {
        let happened: Event<'_> = facts::read(event, payload)?;
        if let Event::Created(content) = happened {
            self.0.insert(event.aggregate_id.clone(), created(event, &content)?);
            return Ok(());
        }
        let row = self
            .0
            .get_mut(&event.aggregate_id)
            .ok_or_else(|| facts::poison(event, "the workflow's row is missing"))?;
        match happened {
            Event::Created(_)
            | Event::Paused {}
            | Event::Resumed {}
            | Event::OutputsPinned {}
            | Event::LimitsSet {}
            | Event::Refilled {}
            | Event::PauseReviewed {}
            | Event::ReviewRequested {}
            | Event::DraftApproved {}
            | Event::DraftRejected {}
            | Event::DraftCommented {} => {}
            Event::DraftSaved(content) => {
                row.updated_at = content.at;
                if let Some(name) = &content.name {
                    row.name = name.to_string();
                }
                if let Some(description) = &content.description {
                    row.description = Some(description.to_string());
                }
                if let Some(definition) = &content.definition {
                    row.draft_nodes = nodes(event, definition)?;
                }
            }
            Event::DraftDiscarded(content) => {
                row.updated_at = content.at;
                row.draft_nodes = None;
            }
            Event::Published(content) | Event::RolledBack(content) => {
                row.updated_at = content.at;
                row.draft_nodes = None;
                if let Some(definition) = &content.definition {
                    row.live_nodes = nodes(event, definition)?;
                }
            }
            Event::Archived(content) => {
                row.updated_at = content.at;
                row.archived = true;
            }
            Event::Tagged(content) => {
                row.updated_at = content.at;
                row.tags = content.tags.iter().map(ToString::to_string).collect();
            }
        }
        Ok(())
    }
}

fn created(event: &Recorded, content: &Content<'_>) -> Result<Row, Error> {
    let missing = || facts::poison(event, "a workflow without a name or a draft");
    Ok(Row {
        workflow_id: event.aggregate_id.clone(),
        organization_id: event.organization.to_string(),
        name: content.name.as_ref().ok_or_else(missing)?.to_string(),
        description: content.description.as_ref().map(ToString::to_string),
        tags: Vec::new(),
        draft_nodes: nodes(event, content.definition.as_ref().ok_or_else(missing)?)?,
        live_nodes: None,
        archived: false,
        updated_at: content.at,
    })
}

/// The nodes of a definition as JSON text. A draft may be anything: what has no words has none.
fn nodes(event: &Recorded, definition: &Value) -> Result<Option<String>, Error> {
    let Some(nodes) = definition.get("nodes").and_then(Value::as_object) else { return Ok(None) };
    let words: Vec<Node> = nodes
        .iter()
        .map(|(id, node)| {
            let word = |key: &str| {
                let word = node.get(key).and_then(Value::as_str);
                word.map(|word| Text::from(word).to_string())
            };
            Node {
                id: Text::from(id.as_str()).to_string(),
                kind: word("type").unwrap_or_default(),
                title: word("titleOverride").or_else(|| word("title")),
                description: word("description"),
            }
        })
        .collect();
    let text = serde_json::to_string(&words);
    text.map(Some).map_err(|error| facts::poison(event, &error))
}
