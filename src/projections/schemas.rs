//! Which schemas there are, and what is said of each. Below the fold, the list.

use futures::future::BoxFuture;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::Error;
use super::concern;
use super::error::while_doing;
use super::facts;
use super::page::{Cursor, Page, Paging};
use super::positions::Positions;
use super::projection::Projection;
use super::text::Text;
use super::views::Views;
use crate::aggregates::schema::{Details, Event};
use crate::journal::Recorded;
use crate::primitives::OrganizationId;
use crate::schemas::Level;

/// The projection behind `view_schemas`.
#[derive(Debug, Clone, Copy)]
pub struct Projector;

impl Projector {
    /// Its name.
    pub const NAME: &'static str = "schemas";
}

impl Projection for Projector {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn version(&self) -> i32 {
        1
    }

    fn concerns(&self, event: &Recorded) -> bool {
        concern::is_of(event, &[concern::SCHEMA])
    }

    fn write<'a>(
        &'a self,
        connection: &'a mut PgConnection,
        events: &'a [&'a Recorded],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            for (event, change) in facts::of_schemas(events)? {
                apply(connection, event, change).await?;
            }
            Ok(())
        })
    }
}

/// Writes an event; they are few.
async fn apply(
    connection: &mut PgConnection,
    event: &Recorded,
    change: Event,
) -> Result<(), Error> {
    let id = &event.aggregate_id;
    match change {
        Event::Registered { name, details, version, at, .. } => {
            let whose = event.organization.to_string();
            sqlx::query!(
                "insert into schemas (schema_id, organization_id, namespace, name, version, versions,
                                      tags, compatibility, deprecated, created_at, updated_at)
                 values ($1, $2, $3, $4, $5, 1, '{}', '', false, $6, $6)",
                id,
                whose,
                name.namespace(),
                name.name(),
                version.to_string(),
                at,
            )
            .execute(&mut *connection)
            .await
            .map_err(while_doing("writing a schema"))?;
            describe(connection, id, &details, at).await
        }
        Event::VersionAdded { version, at, .. } => sqlx::query!(
            "update schemas set version = $2, versions = versions + 1, updated_at = $3
              where schema_id = $1",
            id,
            version.to_string(),
            at,
        )
        .execute(connection)
        .await
        .map(drop)
        .map_err(while_doing("adding a version to a schema")),
        Event::Described { details, at, .. } => describe(connection, id, &details, at).await,
        Event::Deprecated { version: None, at, .. } => mark(connection, id, true, at).await,
        Event::Reinstated { version: None, at, .. } => mark(connection, id, false, at).await,
        // The list says nothing of single versions.
        Event::Deprecated { version: Some(_), .. } | Event::Reinstated { version: Some(_), .. } => {
            Ok(())
        }
    }
}

async fn describe(
    connection: &mut PgConnection,
    id: &str,
    details: &Details,
    at: OffsetDateTime,
) -> Result<(), Error> {
    let text = |text: &Option<String>| text.as_deref().map(|it| Text::from(it).to_string());
    let tags: Vec<String> = details.tags.iter().map(|tag| Text::from(&**tag).to_string()).collect();
    sqlx::query!(
        "update schemas
            set description = $2, owner = $3, tags = $4, compatibility = $5, updated_at = $6
          where schema_id = $1",
        id,
        text(&details.description),
        text(&details.owner),
        &tags,
        level(details.compatibility),
        at,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("describing a schema"))
}

async fn mark(
    connection: &mut PgConnection,
    id: &str,
    deprecated: bool,
    at: OffsetDateTime,
) -> Result<(), Error> {
    sqlx::query!(
        "update schemas set deprecated = $2, updated_at = $3 where schema_id = $1",
        id,
        deprecated,
        at,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("deprecating a schema"))
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::Backward => "BACKWARD",
        Level::Forward => "FORWARD",
        Level::Full => "FULL",
        Level::BackwardTransitive => "BACKWARD_TRANSITIVE",
        Level::ForwardTransitive => "FORWARD_TRANSITIVE",
        Level::FullTransitive => "FULL_TRANSITIVE",
    }
}

/// A schema as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Its id.
    pub schema_id: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its latest version.
    pub version: String,
    /// How many versions it has.
    pub versions: i32,
    /// What it is for.
    pub description: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// What it is found by.
    pub tags: Vec<String>,
    /// What its versions promise to one another.
    pub compatibility: String,
    /// Whether somebody advises against it.
    pub deprecated: bool,
    /// When it was registered.
    pub created_at: OffsetDateTime,
    /// When it last changed.
    pub updated_at: OffsetDateTime,
}

/// Which schemas are wanted: all that is set must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those of this namespace.
    pub namespace: Option<String>,
    /// Those of this name.
    pub name: Option<String>,
    /// Those of this owner.
    pub owner: Option<String>,
    /// Those with this tag.
    pub tag: Option<String>,
    /// Those that are, or are not, deprecated.
    pub deprecated: Option<bool>,
}

/// What a list of schemas is asked. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Schemas {
    views: Views,
    positions: Positions,
}

impl Schemas {
    /// Asks these views.
    pub fn new(views: Views, positions: Positions) -> Self {
        Self { views, positions }
    }

    /// The schemas of an organization by namespace and name.
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
            r#"select schema_id as "schema_id!", namespace as "namespace!", name as "name!",
                      version as "version!", versions as "versions!", description, owner,
                      tags as "tags!", compatibility as "compatibility!",
                      deprecated as "deprecated!", created_at as "created_at!",
                      updated_at as "updated_at!"
                 from view_schemas
                where organization_id = $1
                  and ($2::text is null or namespace = $2) and ($3::text is null or name = $3)
                  and ($4::text is null or owner = $4) and ($5::text is null or $5 = any (tags))
                  and ($6::boolean is null or deprecated = $6)
                  and ($7::text is null or namespace || '/' || name > $7)
                order by namespace || '/' || name limit $8 offset $9"#,
            organization.to_string(),
            filter.namespace,
            filter.name,
            filter.owner,
            filter.tag,
            filter.deprecated,
            paging.after.as_ref().map(Cursor::key),
            paging.fetched(),
            paging.offset,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("listing schemas"))?;
        Ok(Page::of(items, paging, position, |it| format!("{}/{}", it.namespace, it.name)))
    }
}
