//! Which definitions of events there are.

use time::OffsetDateTime;

use super::Projector;
use crate::aggregates::event_definition::Status;
use crate::primitives::OrganizationId;
use crate::projections::Error;
use crate::projections::error::while_doing;
use crate::projections::page::{Cursor, Page, Paging};
use crate::projections::positions::Positions;
use crate::projections::views::Views;

/// A version of a definition as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionSummary {
    /// The id of the definition.
    pub definition_id: String,
    /// The version.
    pub version: String,
    /// The name of the events.
    pub name: String,
    /// What they mean.
    pub description: Option<String>,
    /// From what kinds of sources they come; any when empty.
    pub source_types: Vec<String>,
    /// Whether it holds.
    pub status: String,
    /// When it was added.
    pub created_at: OffsetDateTime,
    /// When it last changed.
    pub updated_at: OffsetDateTime,
}

/// Which definitions are wanted: all that is set must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DefinitionFilter {
    /// Those of events of this name.
    pub name: Option<String>,
    /// Those that are so.
    pub status: Option<Status>,
}

/// What a list of definitions is asked. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Definitions {
    views: Views,
    positions: Positions,
}

impl Definitions {
    /// Asks these views.
    pub fn new(views: Views, positions: Positions) -> Self {
        Self { views, positions }
    }

    /// The definitions of an organization by name and version.
    pub async fn list(
        &self,
        organization: OrganizationId,
        filter: &DefinitionFilter,
        paging: &Paging,
    ) -> Result<Page<DefinitionSummary>, Error> {
        let position = self.positions.of(Projector::NAME).await?;
        let mut reader = self.views.of(organization).await?;
        let items = sqlx::query_as!(
            DefinitionSummary,
            r#"select definition_id as "definition_id!", version as "version!", name as "name!",
                      description, source_types as "source_types!", status as "status!",
                      created_at as "created_at!", updated_at as "updated_at!"
                 from view_event_definitions
                where organization_id = $1 and ($2::text is null or name = $2)
                  and ($3::text is null or status = $3)
                  and ($4::text is null or name || '@' || version > $4 collate "C")
                order by name || '@' || version collate "C" limit $5 offset $6"#,
            organization.to_string(),
            filter.name,
            filter.status.map(Status::name),
            paging.after.as_ref().map(Cursor::key),
            paging.fetched(),
            paging.offset,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("listing definitions of events"))?;
        Ok(Page::of(items, paging, position, |it| format!("{}@{}", it.name, it.version)))
    }
}
