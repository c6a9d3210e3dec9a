//! The events of organizations and keys on their way into the tables, one by one: they are few.

use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::aggregates::{api_key, organization};
use crate::journal::Recorded;
use crate::primitives::UserId;
use crate::projections::Error;
use crate::projections::error::while_doing;
use crate::projections::text::Text;

/// Writes an event of an organization.
pub(super) async fn organization(
    connection: &mut PgConnection,
    event: &Recorded,
    change: organization::Event,
) -> Result<(), Error> {
    // An organization is called as its stream is.
    let id = &event.aggregate_id;
    match change {
        organization::Event::Founded { name, owner, at, .. } => {
            call(connection, id, &name, Some(at)).await?;
            match owner {
                Some(owner) => join(connection, id, owner).await,
                None => Ok(()),
            }
        }
        organization::Event::Renamed { name, .. } => call(connection, id, &name, None).await,
        organization::Event::Joined { user_id, .. } => join(connection, id, user_id).await,
        organization::Event::MemberRemoved { user_id, .. }
        | organization::Event::Left { user_id, .. } => sqlx::query!(
            "delete from memberships where organization_id = $1 and user_id = $2",
            id,
            user_id.to_string(),
        )
        .execute(connection)
        .await
        .map(drop)
        .map_err(while_doing("removing a membership")),
        // Lists of these are read from the organization itself.
        organization::Event::RoleDefined { .. }
        | organization::Event::RoleChanged { .. }
        | organization::Event::RoleRemoved { .. }
        | organization::Event::Invited { .. }
        | organization::Event::InvitationRevoked { .. }
        | organization::Event::MemberChanged { .. }
        | organization::Event::ServiceAccountAdded { .. }
        | organization::Event::ServiceAccountChanged { .. }
        | organization::Event::ServiceAccountRemoved { .. } => Ok(()),
    }
}

async fn call(
    connection: &mut PgConnection,
    id: &str,
    name: &str,
    founded_at: Option<OffsetDateTime>,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into organizations (organization_id, name, founded_at) values ($1, $2, $3)
             on conflict (organization_id) do update set name = excluded.name",
        id,
        Text::from(name).to_string(),
        founded_at,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("writing an organization"))
}

async fn join(connection: &mut PgConnection, id: &str, user: UserId) -> Result<(), Error> {
    sqlx::query!(
        "insert into memberships (organization_id, user_id) values ($1, $2)
             on conflict (organization_id, user_id) do nothing",
        id,
        user.to_string(),
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("writing a membership"))
}

/// Writes an event of a key.
pub(super) async fn api_key(
    connection: &mut PgConnection,
    event: &Recorded,
    change: api_key::Event,
) -> Result<(), Error> {
    let id = &event.aggregate_id;
    match change {
        api_key::Event::Issued {
            organization_id, owner, name, scopes, expires_at, by, at, ..
        } => sqlx::query!(
            "insert into api_keys (key_id, organization_id, position, owner, name, scopes,
                                       created_by, created_at, expires_at)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            id,
            organization_id.to_string(),
            event.position,
            owner.to_string(),
            Text::from(&*name).to_string(),
            scopes.as_deref(),
            Text::from(&*by).to_string(),
            at,
            expires_at,
        )
        .execute(connection)
        .await
        .map(drop)
        .map_err(while_doing("writing a key")),
        api_key::Event::Revoked { by, at } => sqlx::query!(
            "update api_keys set revoked_by = $2, revoked_at = $3 where key_id = $1",
            id,
            Text::from(&*by).to_string(),
            at,
        )
        .execute(connection)
        .await
        .map(drop)
        .map_err(while_doing("revoking a key")),
        api_key::Event::Used { at } => {
            sqlx::query!("update api_keys set used_at = $2 where key_id = $1", id, at)
                .execute(connection)
                .await
                .map(drop)
                .map_err(while_doing("noting the use of a key"))
        }
    }
}
