//! What organizations have left, and whose account has something due.

use super::Projector;
use super::queries::Usage;
use crate::aggregates::account::{Month, Plan};
use crate::primitives::OrganizationId;
use crate::projections::error::{held, while_doing};
use crate::projections::page::Reflecting;
use crate::projections::{Error, HouseViews};

/// How an organization's account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// The rules; none when usage is unlimited.
    pub plan: Option<Plan>,
    /// Everything that was granted.
    pub granted: i64,
    /// Everything that was paid for.
    pub deposited: i64,
    /// What was used on the days that count.
    pub used: i64,
    /// Whether the units were found used up.
    pub exhausted: bool,
}

impl Balance {
    /// What is left: less than nothing when runs that had begun went on.
    pub const fn left(&self) -> i64 {
        self.granted + self.deposited - self.used
    }
}

/// An account that has something due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Whose it is.
    pub organization: OrganizationId,
    /// What is left.
    pub balance: i64,
    /// The version of the account that this contains.
    pub version: u64,
    /// Whether the month's grant is to be made.
    pub grant: bool,
    /// Whether the balance says something else than the account.
    pub judgement: bool,
}

impl Usage {
    /// How the account of an organization stands.
    pub async fn balance(
        &self,
        organization: OrganizationId,
    ) -> Result<Reflecting<Balance>, Error> {
        let position = self.positions().of(Projector::NAME).await?;
        let mut reader = self.views().of(organization).await?;
        let row = sqlx::query!(
            r#"select a.metered, a.monthly_grant, a.min_threshold, a.exhausted,
                      coalesce(c.granted, 0)::bigint as "granted!",
                      coalesce(c.deposited, 0)::bigint as "deposited!",
                      coalesce(u.used, 0)::bigint as "used!"
                 from (values (1)) one
                 left join view_accounts a on a.organization_id = $1
                cross join lateral (select sum(granted) as granted, sum(deposited) as deposited
                                      from view_credits where organization_id = $1) c
                cross join lateral (select sum(d.units) as used
                                      from view_metered_days m
                                      join view_used_days d on d.organization_id = m.organization_id
                                       and d.day >= m.began_on
                                       and (m.ended_on is null or d.day < m.ended_on)
                                     where m.organization_id = $1) u"#,
            organization.to_string(),
        )
        .fetch_one(reader.rows())
        .await
        .map_err(while_doing("asking for a balance"))?;
        let plan = (row.metered == Some(true)).then(|| Plan {
            monthly_grant: row.monthly_grant.unwrap_or_default().unsigned_abs(),
            min_threshold: row.min_threshold.unwrap_or_default().unsigned_abs(),
        });
        let value = Balance {
            plan,
            granted: row.granted,
            deposited: row.deposited,
            used: row.used,
            exhausted: row.exhausted.unwrap_or_default(),
        };
        Ok(Reflecting { value, position })
    }
}

/// The accounts that have something due in this month, of all organizations.
pub async fn due(views: &HouseViews, month: Month, limit: i64) -> Result<Vec<Due>, Error> {
    let rows = sqlx::query!(
        r#"select * from (
             select a.organization_id as "organization_id!", a.version as "version!",
                    (a.monthly_grant > 0
                      and (a.granted_month is null or a.granted_month < $1)) as "ungranted!",
                    b.balance as "balance!", ((b.balance <= a.min_threshold) <> a.exhausted) as "unjudged!"
               from house_accounts a
              cross join lateral (
                select (coalesce((select sum(c.granted + c.deposited) from house_credits c
                                   where c.organization_id = a.organization_id), 0)
                        - coalesce((select sum(d.units)
                                      from house_metered_days m
                                      join house_used_days d on d.organization_id = m.organization_id
                                       and d.day >= m.began_on
                                       and (m.ended_on is null or d.day < m.ended_on)
                                     where m.organization_id = a.organization_id), 0))::bigint as balance) b
              where a.metered) due
            where "ungranted!" or "unjudged!"
            limit $2"#,
        month.to_string(),
        limit,
    )
    .fetch_all(views.rows())
    .await
    .map_err(while_doing("asking which accounts have something due"))?;
    rows.into_iter()
        .map(|row| {
            Ok(Due {
                organization: held(&row.organization_id)?,
                balance: row.balance,
                version: row.version.unsigned_abs(),
                grant: row.ungranted,
                judgement: row.unjudged,
            })
        })
        .collect()
}
