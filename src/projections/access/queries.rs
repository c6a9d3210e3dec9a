//! What the lists are asked.

use time::OffsetDateTime;

use super::Projector;
use crate::primitives::{OrganizationId, UserId};
use crate::projections::Error;
use crate::projections::error::while_doing;
use crate::projections::page::{Cursor, Page, Paging};
use crate::projections::positions::Positions;
use crate::projections::views::{HouseViews, Views};

/// A key as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// Its id.
    pub key_id: String,
    /// Where it was issued on the ledger.
    pub position: i64,
    /// Whose it is.
    pub owner: String,
    /// What people call it.
    pub name: String,
    /// What it opens at most; all that its owner may do when absent.
    pub scopes: Option<Vec<String>>,
    /// Who issued it.
    pub created_by: String,
    /// When.
    pub created_at: OffsetDateTime,
    /// From when on it opens nothing.
    pub expires_at: Option<OffsetDateTime>,
    /// Who revoked it.
    pub revoked_by: Option<String>,
    /// When.
    pub revoked_at: Option<OffsetDateTime>,
    /// When its use was last noted.
    pub used_at: Option<OffsetDateTime>,
}

/// Which keys are wanted: all that is set must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyFilter {
    /// Those of this owner.
    pub owner: Option<String>,
    /// Those that were, or were not, revoked.
    pub revoked: Option<bool>,
}

/// An organization as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationRow {
    /// Its id.
    pub organization_id: String,
    /// Its name.
    pub name: String,
    /// When it was founded.
    pub founded_at: Option<OffsetDateTime>,
}

/// What the lists of one organization are asked. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Access {
    views: Views,
    positions: Positions,
}

impl Access {
    /// Asks these views.
    pub fn new(views: Views, positions: Positions) -> Self {
        Self { views, positions }
    }

    /// The keys of an organization, the newest first.
    pub async fn keys(
        &self,
        organization: OrganizationId,
        filter: &KeyFilter,
        paging: &Paging,
    ) -> Result<Page<KeyRow>, Error> {
        let position = self.positions.of(Projector::NAME).await?;
        let before = paging.after.as_ref().map(place).transpose()?;
        let mut reader = self.views.of(organization).await?;
        let items = sqlx::query_as!(
            KeyRow,
            r#"select key_id as "key_id!", position as "position!", owner as "owner!",
                      name as "name!", scopes, created_by as "created_by!",
                      created_at as "created_at!", expires_at, revoked_by, revoked_at, used_at
                 from view_api_keys
                where organization_id = $1
                  and ($2::text is null or owner = $2)
                  and ($3::boolean is null or (revoked_at is not null) = $3)
                  and ($4::bigint is null or position < $4)
                order by position desc limit $5 offset $6"#,
            organization.to_string(),
            filter.owner,
            filter.revoked,
            before,
            paging.fetched(),
            paging.offset,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("listing keys"))?;
        Ok(Page::of(items, paging, position, |key| key.position.to_string()))
    }

    /// How many keys of an organization may still open something.
    pub async fn open_keys(
        &self,
        organization: OrganizationId,
        now: OffsetDateTime,
    ) -> Result<i64, Error> {
        let mut reader = self.views.of(organization).await?;
        sqlx::query_scalar!(
            r#"select count(*) as "count!" from view_api_keys
                where organization_id = $1 and revoked_at is null
                  and (expires_at is null or expires_at > $2)"#,
            organization.to_string(),
            now,
        )
        .fetch_one(reader.rows())
        .await
        .map_err(while_doing("counting keys"))
    }
}

/// The organizations of the installation by their ids, for who operates it.
pub async fn organizations(
    house: &HouseViews,
    positions: &Positions,
    paging: &Paging,
) -> Result<Page<OrganizationRow>, Error> {
    let position = positions.of(Projector::NAME).await?;
    let items = sqlx::query_as!(
        OrganizationRow,
        r#"select organization_id as "organization_id!", name as "name!", founded_at
             from house_organizations
            where ($1::text is null or organization_id > $1)
            order by organization_id limit $2 offset $3"#,
        paging.after.as_ref().map(Cursor::key),
        paging.fetched(),
        paging.offset,
    )
    .fetch_all(house.rows())
    .await
    .map_err(while_doing("listing organizations"))?;
    Ok(Page::of(items, paging, position, |it| it.organization_id.clone()))
}

/// The organizations to which a person belongs, at most `limit`, by their ids. For that person
/// alone: which role it is, the organization itself says.
pub async fn memberships_of(
    house: &HouseViews,
    user: UserId,
    limit: i64,
) -> Result<Vec<OrganizationId>, Error> {
    let rows = sqlx::query_scalar!(
        r#"select organization_id as "organization_id!" from house_memberships
            where user_id = $1 order by organization_id limit $2"#,
        user.to_string(),
        limit,
    )
    .fetch_all(house.rows())
    .await
    .map_err(while_doing("listing memberships"))?;
    let read = |id: &String| {
        id.parse().map_err(|_| Error::Damaged(format!("{id:?} is not an organization")))
    };
    rows.iter().map(read).collect()
}

fn place(cursor: &Cursor) -> Result<i64, Error> {
    cursor.key().parse().map_err(|_| Error::Cursor)
}
