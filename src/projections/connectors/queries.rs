//! What the view of connectors is asked.

use time::OffsetDateTime;

use super::Projector;
use crate::aggregates::connector::Owner;
use crate::primitives::OrganizationId;
use crate::projections::error::while_doing;
use crate::projections::{Cursor, Error, Page, Paging, Positions, Views};

/// A connector as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Its id.
    pub connector_id: String,
    /// The provider.
    pub kind: String,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Who answers for it.
    pub owner: String,
    /// Who else may see and use it.
    pub visibility: String,
    /// The fields that are no secrets, as JSON.
    pub settings: String,
    /// What each secret is known by, as JSON.
    pub hints: String,
    /// How it stands.
    pub status: String,
    /// Why.
    pub reason: Option<String>,
    /// When that was found.
    pub checked_at: Option<OffsetDateTime>,
    /// When access ends for good.
    pub expires_at: Option<OffsetDateTime>,
    /// What the provider has granted.
    pub scopes: Option<String>,
    /// How often it changed.
    pub version: i64,
    /// Who connected it.
    pub created_by: String,
    /// When.
    pub created_at: OffsetDateTime,
    /// When it last changed.
    pub updated_at: OffsetDateTime,
}

/// Which connectors are wanted: all that is set must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those of this provider.
    pub kind: Option<String>,
    /// Those that stand so.
    pub status: Option<String>,
    /// Those that somebody sees who is known as this owner would be; all when absent.
    pub seen_by: Option<Owner>,
}

/// What the connectors of an organization are asked. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Connectors {
    views: Views,
    positions: Positions,
}

impl Connectors {
    /// Asks these views.
    pub fn new(views: Views, positions: Positions) -> Self {
        Self { views, positions }
    }

    /// How far the view has come, and the waiting for it.
    pub const fn positions(&self) -> &Positions {
        &self.positions
    }

    /// The connectors of an organization in the order of their birth.
    pub async fn list(
        &self,
        organization: OrganizationId,
        filter: &Filter,
        paging: &Paging,
    ) -> Result<Page<Summary>, Error> {
        let position = self.positions.of(Projector::NAME).await?;
        let mut reader = self.views.of(organization).await?;
        let items = sqlx::query_as!(
            Summary,
            r#"select connector_id as "connector_id!", kind as "kind!", name as "name!",
                      description, owner as "owner!", visibility as "visibility!",
                      settings as "settings!", hints as "hints!", status as "status!", reason,
                      checked_at, expires_at, scopes, version as "version!",
                      created_by as "created_by!", created_at as "created_at!",
                      updated_at as "updated_at!"
                 from view_connectors
                where organization_id = $1
                  and ($2::text is null or kind = $2) and ($3::text is null or status = $3)
                  and ($4::text is null or visibility = 'organization' or owner = $4)
                  and ($5::text is null or connector_id > $5)
                order by connector_id limit $6 offset $7"#,
            organization.to_string(),
            filter.kind,
            filter.status,
            filter.seen_by.map(|owner| owner.to_string()),
            paging.after.as_ref().map(Cursor::key),
            paging.fetched(),
            paging.offset,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("listing connectors"))?;
        Ok(Page::of(items, paging, position, |it| it.connector_id.clone()))
    }
}
