//! Which templates and blocks there are. Below the fold, the list.

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
use crate::aggregates::blueprint::{Content, Event, Sharing};
use crate::blueprints::Kind;
use crate::journal::Recorded;
use crate::primitives::OrganizationId;

/// The projection behind `view_blueprints`.
#[derive(Debug, Clone, Copy)]
pub struct Projector;

impl Projector {
    /// Its name.
    pub const NAME: &'static str = "blueprints";
}

impl Projection for Projector {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn version(&self) -> i32 {
        1
    }

    fn concerns(&self, event: &Recorded) -> bool {
        concern::is_of(event, &[concern::BLUEPRINT])
    }

    fn write<'a>(
        &'a self,
        connection: &'a mut PgConnection,
        events: &'a [&'a Recorded],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            for (event, change) in facts::of_blueprints(events)? {
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
        Event::Created { kind, organization_id: _, content, by, at } => {
            sqlx::query!(
                "insert into blueprints (blueprint_id, organization_id, kind, name, tags, sharing,
                                         retired, version, created_by, created_at, updated_at)
                 values ($1, $2, $3, '', '{}', 'org', false, 0, $4, $5, $5)",
                id,
                event.organization.to_string(),
                name_of(kind),
                Text::from(by.as_str()).to_string(),
                at,
            )
            .execute(&mut *connection)
            .await
            .map_err(while_doing("writing a template or a block"))?;
            describe(connection, event, &content, at).await
        }
        Event::Revised { content, at, .. } => describe(connection, event, &content, at).await,
        Event::Retired { at, .. } => sqlx::query!(
            "update blueprints set retired = true, version = $2, updated_at = $3
              where blueprint_id = $1",
            id,
            event.sequence,
            at,
        )
        .execute(connection)
        .await
        .map(drop)
        .map_err(while_doing("retiring a template or a block")),
    }
}

async fn describe(
    connection: &mut PgConnection,
    event: &Recorded,
    content: &Content,
    at: OffsetDateTime,
) -> Result<(), Error> {
    let text = |text: &Option<String>| text.as_deref().map(|it| Text::from(it).to_string());
    let tags: Vec<String> = content.tags.iter().map(|tag| Text::from(&**tag).to_string()).collect();
    let sharing = match content.sharing {
        Sharing::Org => "org",
        Sharing::Public => "public",
    };
    sqlx::query!(
        "update blueprints
            set name = $2, description = $3, category = $4, tags = $5, sharing = $6, version = $7,
                updated_at = $8
          where blueprint_id = $1",
        event.aggregate_id,
        Text::from(content.name.as_str()).to_string(),
        text(&content.description),
        text(&content.category),
        &tags,
        sharing,
        event.sequence,
        at,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("describing a template or a block"))
}

const fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Template => "template",
        Kind::Block => "block",
    }
}

/// A template or a block as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Its id.
    pub blueprint_id: String,
    /// Whether it is the organization's own.
    pub own: bool,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Under which heading it is offered.
    pub category: Option<String>,
    /// What it is found by.
    pub tags: Vec<String>,
    /// To whom it is offered: `org` or `public`.
    pub sharing: String,
    /// How often it changed.
    pub version: i64,
    /// When it was created.
    pub created_at: OffsetDateTime,
    /// When it changed last.
    pub updated_at: OffsetDateTime,
}

/// Which are wanted: all that is set must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Templates or blocks.
    pub kind: Kind,
    /// Those under this heading.
    pub category: Option<String>,
    /// Those with this tag.
    pub tag: Option<String>,
}

/// What a list of templates or blocks is asked. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Blueprints {
    views: Views,
    positions: Positions,
}

impl Blueprints {
    /// Asks these views.
    pub fn new(views: Views, positions: Positions) -> Self {
        Self { views, positions }
    }

    /// What the organization has and what is public, the latest first. What is retired is left out.
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
            r#"select blueprint_id as "blueprint_id!", organization_id = $1 as "own!",
                      name as "name!", description, category, tags as "tags!",
                      sharing as "sharing!", version as "version!", created_at as "created_at!",
                      updated_at as "updated_at!"
                 from view_blueprints
                where kind = $2 and not retired and (organization_id = $1 or sharing = 'public')
                  and ($3::text is null or category = $3) and ($4::text is null or $4 = any (tags))
                  and ($5::text is null or blueprint_id < $5)
                order by blueprint_id desc limit $6 offset $7"#,
            organization.to_string(),
            name_of(filter.kind),
            filter.category,
            filter.tag,
            paging.after.as_ref().map(Cursor::key),
            paging.fetched(),
            paging.offset,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("listing templates or blocks"))?;
        Ok(Page::of(items, paging, position, |it| it.blueprint_id.clone()))
    }
}
