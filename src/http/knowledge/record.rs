//! Documents as the API shows and takes them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::aggregates::document::{Content, Document};
use crate::http::problem::{Code, Problem};

/// A document.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = KnowledgeDocument)]
pub struct Record {
    /// Its id.
    id: String,
    /// What it is called.
    title: String,
    /// The text, plain or Markdown.
    text: String,
    /// What it is found by.
    tags: BTreeSet<String>,
    /// Where it is from.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    /// How often it changed: what `expectedVersion` is compared with.
    version: u64,
    /// Who changed it last.
    updated_by: String,
    /// When it was added.
    #[serde(with = "time::serde::rfc3339::option")]
    created_at: Option<OffsetDateTime>,
    /// When it changed last.
    #[serde(with = "time::serde::rfc3339::option")]
    updated_at: Option<OffsetDateTime>,
}

impl Record {
    /// A document that is not removed.
    pub(super) fn of(document: &Document) -> Result<Self, Problem> {
        let unknown = || Problem::new(Code::DocumentNotFound);
        let Content { title, text, tags, source } = document.content.clone().ok_or_else(unknown)?;
        Ok(Self {
            id: document.id.map(|id| id.to_string()).unwrap_or_default(),
            title,
            text,
            tags,
            source,
            version: document.version,
            updated_by: document.changed_by.clone(),
            created_at: document.added_at,
            updated_at: document.changed_at,
        })
    }
}

/// What a document says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct WriteDocument {
    /// What it is called: 1 to 300 bytes.
    pub(super) title: String,
    /// The text, plain or Markdown: at most 1 MiB.
    pub(super) text: String,
    /// What it is found by, at most 20.
    #[serde(default)]
    pub(super) tags: BTreeSet<String>,
    /// Where it is from: an address, a file, a person.
    pub(super) source: Option<String>,
    /// Of a document that is there: the version that it must have.
    pub(super) expected_version: Option<u64>,
}

impl WriteDocument {
    /// What it says, and the version that is expected.
    pub(super) fn split(self) -> (Content, Option<u64>) {
        let Self { title, text, tags, source, expected_version } = self;
        (Content { title, text, tags, source }, expected_version)
    }
}
