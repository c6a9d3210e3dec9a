//! From the events of connectors to rows.

use futures::future::BoxFuture;
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::aggregates::connector::{Check, Data, Event, Owner, Status, Visibility};
use crate::journal::Recorded;
use crate::projections::concern;
use crate::projections::error::while_doing;
use crate::projections::text::Text;
use crate::projections::{Error, Projection, facts};

/// The projection behind `view_connectors`.
#[derive(Debug, Clone, Copy)]
pub struct Projector;

impl Projector {
    /// Its name.
    pub const NAME: &'static str = "connectors";
}

impl Projection for Projector {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn version(&self) -> i32 {
        1
    }

    fn concerns(&self, event: &Recorded) -> bool {
        concern::is_of(event, &[concern::CONNECTOR])
    }

    fn write<'a>(
        &'a self,
        connection: &'a mut PgConnection,
        events: &'a [&'a Recorded],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            for (event, change) in facts::of_connectors(events)? {
                apply(connection, event, change).await?;
                count(connection, &event.aggregate_id).await?;
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
    let id = &*event.aggregate_id;
    match change {
        Event::Connected {
            kind,
            name,
            description,
            owner,
            visibility,
            data,
            status,
            by,
            at,
            ..
        } => {
            let whose = event.organization.to_string();
            sqlx::query!(
                "insert into connectors (connector_id, organization_id, kind, name, owner,
                                         visibility, settings, hints, status, version, created_by,
                                         created_at, updated_at)
                 values ($1, $2, $3, '', 'organization', $4, '', '', $5, 0, $6, $7, $7)",
                id,
                whose,
                kind,
                visibility.name(),
                status.name(),
                Text::from(by).to_string(),
                at,
            )
            .execute(&mut *connection)
            .await
            .map_err(while_doing("writing a connector"))?;
            rename(connection, id, &name, description.as_deref(), at).await?;
            hand_over(connection, id, owner, at).await?;
            replace(connection, id, &data, status, at).await
        }
        Event::Renamed { name, description, at, .. } => {
            rename(connection, id, &name, description.as_deref(), at).await
        }
        Event::CredentialsReplaced { data, status, at, .. } => {
            replace(connection, id, &data, status, at).await
        }
        Event::Checked { check, at, .. } => note(connection, id, &check, at).await,
        Event::Shared { visibility, at, .. } => share(connection, id, visibility, at).await,
        Event::OwnerChanged { owner, at, .. } => hand_over(connection, id, owner, at).await,
        // The list says nothing of what is under way.
        Event::AuthorizationStarted { .. } | Event::AuthorizationReturned { .. } => Ok(()),
        Event::Authorized { scopes, expires_at, at, .. } => {
            grant(connection, id, scopes, expires_at, at).await?;
            note(connection, id, &Check { status: Status::Connected, reason: None }, at).await
        }
        Event::Disconnected { .. } => {
            sqlx::query!("delete from connectors where connector_id = $1", id)
                .execute(connection)
                .await
                .map(drop)
                .map_err(while_doing("removing a connector"))
        }
    }
}

async fn count(connection: &mut PgConnection, id: &str) -> Result<(), Error> {
    sqlx::query!("update connectors set version = version + 1 where connector_id = $1", id)
        .execute(connection)
        .await
        .map(drop)
        .map_err(while_doing("counting a connector's changes"))
}

async fn rename(
    connection: &mut PgConnection,
    id: &str,
    name: &str,
    description: Option<&str>,
    at: OffsetDateTime,
) -> Result<(), Error> {
    sqlx::query!(
        "update connectors set name = $2, description = $3, updated_at = $4
          where connector_id = $1",
        id,
        Text::from(name).to_string(),
        description.map(|text| Text::from(text).to_string()),
        at,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("renaming a connector"))
}

async fn replace(
    connection: &mut PgConnection,
    id: &str,
    data: &Data,
    status: Status,
    at: OffsetDateTime,
) -> Result<(), Error> {
    let hints = serde_json::Value::from_iter(data.hints.clone());
    sqlx::query!(
        "update connectors
            set settings = $2, hints = $3, status = $4, reason = null, checked_at = null,
                updated_at = $5
          where connector_id = $1",
        id,
        data.settings.to_string(),
        hints.to_string(),
        status.name(),
        at,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("replacing a connector's data"))
}

async fn note(
    connection: &mut PgConnection,
    id: &str,
    check: &Check,
    at: OffsetDateTime,
) -> Result<(), Error> {
    sqlx::query!(
        "update connectors set status = $2, reason = $3, checked_at = $4 where connector_id = $1",
        id,
        check.status.name(),
        check.reason.as_deref().map(|text| Text::from(text).to_string()),
        at,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("noting how a connector stands"))
}

async fn share(
    connection: &mut PgConnection,
    id: &str,
    visibility: Visibility,
    at: OffsetDateTime,
) -> Result<(), Error> {
    sqlx::query!(
        "update connectors set visibility = $2, updated_at = $3 where connector_id = $1",
        id,
        visibility.name(),
        at,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("sharing a connector"))
}

async fn hand_over(
    connection: &mut PgConnection,
    id: &str,
    owner: Owner,
    at: OffsetDateTime,
) -> Result<(), Error> {
    sqlx::query!(
        "update connectors set owner = $2, updated_at = $3 where connector_id = $1",
        id,
        owner.to_string(),
        at,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("handing a connector over"))
}

async fn grant(
    connection: &mut PgConnection,
    id: &str,
    scopes: Option<String>,
    expires_at: Option<OffsetDateTime>,
    at: OffsetDateTime,
) -> Result<(), Error> {
    sqlx::query!(
        "update connectors set scopes = $2, expires_at = $3, updated_at = $4
          where connector_id = $1",
        id,
        scopes.map(|text| Text::from(text).to_string()),
        expires_at,
        at,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("noting what a provider granted"))
}
