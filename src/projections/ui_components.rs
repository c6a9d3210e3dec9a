//! Which interfaces there are. Below the fold, the list.

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
use crate::aggregates::ui_component::Event;
use crate::interfaces::{Component, ComponentType};
use crate::journal::Recorded;
use crate::primitives::OrganizationId;

/// The projection behind `view_ui_components`.
#[derive(Debug, Clone, Copy)]
pub struct Projector;

impl Projector {
    /// Its name.
    pub const NAME: &'static str = "ui_components";
}

impl Projection for Projector {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn version(&self) -> i32 {
        1
    }

    fn concerns(&self, event: &Recorded) -> bool {
        concern::is_of(event, &[concern::UI_COMPONENT])
    }

    fn write<'a>(
        &'a self,
        connection: &'a mut PgConnection,
        events: &'a [&'a Recorded],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            for (event, change) in facts::of_ui_components(events)? {
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
        Event::Created { component, at, .. } => {
            sqlx::query!(
                "insert into ui_components (component_id, organization_id, name, component_type, retired, version,
                                            created_at, updated_at)
                 values ($1, $2, '', 'Form', false, 0, $3, $3)",
                id,
                event.organization.to_string(),
                at,
            )
            .execute(&mut *connection)
            .await
            .map_err(while_doing("writing an interface"))?;
            describe(connection, id, (&component, 1), at).await
        }
        Event::Revised { version, component, at, .. } => {
            let version = i64::try_from(version).unwrap_or(i64::MAX);
            describe(connection, id, (&component, version), at).await
        }
        Event::Retired { at, .. } => sqlx::query!(
            "update ui_components set retired = true, updated_at = $2 where component_id = $1",
            id,
            at,
        )
        .execute(connection)
        .await
        .map(drop)
        .map_err(while_doing("retiring an interface")),
    }
}

async fn describe(
    connection: &mut PgConnection,
    id: &str,
    (component, version): (&Component, i64),
    at: OffsetDateTime,
) -> Result<(), Error> {
    let description = component.description.as_deref().map(|it| Text::from(it).to_string());
    sqlx::query!(
        "update ui_components
            set name = $2, description = $3, component_type = $4, version = $5, updated_at = $6
          where component_id = $1",
        id,
        Text::from(component.name.as_str()).to_string(),
        description,
        name_of(component.component_type),
        version,
        at,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("describing an interface"))
}

const fn name_of(kind: ComponentType) -> &'static str {
    match kind {
        ComponentType::Form => "Form",
        ComponentType::Modal => "Modal",
        ComponentType::Display => "Display",
        ComponentType::Custom => "Custom",
    }
}

/// An interface as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Its id.
    pub component_id: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// `Form`, `Modal`, `Display` or `Custom`.
    pub component_type: String,
    /// The number of its latest version.
    pub version: i64,
    /// When it was created.
    pub created_at: OffsetDateTime,
    /// When it changed last.
    pub updated_at: OffsetDateTime,
}

/// What a list of interfaces is asked. Cheap to clone.
#[derive(Debug, Clone)]
pub struct UiComponents {
    views: Views,
    positions: Positions,
}

impl UiComponents {
    /// Asks these views.
    pub fn new(views: Views, positions: Positions) -> Self {
        Self { views, positions }
    }

    /// The interfaces of an organization, the latest first, of one type where that is wanted. What is retired is
    /// left out.
    pub async fn list(
        &self,
        organization: OrganizationId,
        kind: Option<ComponentType>,
        paging: &Paging,
    ) -> Result<Page<Summary>, Error> {
        let position = self.positions.of(Projector::NAME).await?;
        let mut reader = self.views.of(organization).await?;
        let items = sqlx::query_as!(
            Summary,
            r#"select component_id as "component_id!", name as "name!", description,
                      component_type as "component_type!", version as "version!",
                      created_at as "created_at!", updated_at as "updated_at!"
                 from view_ui_components
                where organization_id = $1 and not retired
                  and ($2::text is null or component_type = $2)
                  and ($3::text is null or component_id < $3)
                order by component_id desc limit $4 offset $5"#,
            organization.to_string(),
            kind.map(name_of),
            paging.after.as_ref().map(Cursor::key),
            paging.fetched(),
            paging.offset,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("listing interfaces"))?;
        Ok(Page::of(items, paging, position, |it| it.component_id.clone()))
    }
}
