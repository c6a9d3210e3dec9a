//! An interface as the API shows it.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::aggregates::ui_component::{Edition, UiComponent};
use crate::http::problem::{Code, Problem};
use crate::interfaces::Component;
use crate::primitives::UiComponentId;
use crate::projections::ui_components::Summary;

/// An interface.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UiComponent)]
pub struct Record {
    /// Its id.
    #[schema(value_type = String, example = "ui_01h455vb4pex5vsknk084sn02q")]
    id: UiComponentId,
    /// The number of this version.
    version: u64,
    /// The number of the latest one; send it back as `expectedVersion`.
    latest_version: u64,
    /// Whether it is offered no more.
    retired: bool,
    /// What it consists of.
    component: Component,
    /// Its versions, the latest first.
    versions: Vec<VersionRecord>,
}

/// A version of an interface.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UiComponentVersion)]
pub(super) struct VersionRecord {
    /// Its number.
    version: u64,
    /// Who wrote it.
    by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

/// An interface in a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UiComponentSummary)]
pub struct Listed {
    /// Its id.
    id: String,
    /// Its name.
    name: String,
    /// What it is for.
    description: Option<String>,
    /// `Form`, `Modal`, `Display` or `Custom`.
    component_type: String,
    /// The number of its latest version.
    version: i64,
    /// When it was created.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When it changed last.
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
}

impl Record {
    /// A version of it, or the latest.
    pub(super) fn of(
        id: UiComponentId,
        found: &UiComponent,
        version: Option<u64>,
    ) -> Result<Self, Problem> {
        let latest_version = found.version();
        let version = version.unwrap_or(latest_version);
        let nothing = || Problem::new(Code::UiComponentNotFound);
        let edition = found.edition(version).ok_or_else(nothing)?;
        let numbered = (1..).zip(&found.editions);
        let mut versions: Vec<_> = numbered.map(|(at, it)| VersionRecord::of(at, it)).collect();
        versions.reverse();
        Ok(Self {
            id,
            version,
            latest_version,
            retired: found.retired,
            component: Component::clone(&edition.component),
            versions,
        })
    }
}

impl VersionRecord {
    fn of(version: u64, edition: &Edition) -> Self {
        Self { version, by: edition.by.clone(), at: edition.at }
    }
}

impl From<Summary> for Listed {
    fn from(found: Summary) -> Self {
        Self {
            id: found.component_id,
            name: found.name,
            description: found.description,
            component_type: found.component_type,
            version: found.version,
            created_at: found.created_at,
            updated_at: found.updated_at,
        }
    }
}
