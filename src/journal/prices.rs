//! What is remembered of triggers on prices, through restarts and on several nodes.

use serde_json::Value;
use time::OffsetDateTime;

use super::error::while_doing;
use super::{Error, Journal};
use crate::primitives::OrganizationId;

/// What is remembered of a trigger on a price.
#[derive(Debug, Clone, PartialEq)]
pub struct PriceMark {
    /// Whose firing it is about: a workflow, or a run and its node.
    pub subscriber: String,
    /// Its owner.
    pub organization: OrganizationId,
    /// Since when the trigger is what it is.
    pub since: OffsetDateTime,
    /// What its condition remembers.
    pub memory: Value,
    /// A firing that is being carried out.
    pub pending: Option<Value>,
    /// How often it was written; 0 of one that never was.
    pub revision: i64,
}

impl Journal {
    /// What is remembered of a trigger; none before its first price.
    pub async fn price_mark(&self, subscriber: &str) -> Result<Option<PriceMark>, Error> {
        let row = sqlx::query!(
            "select organization_id, since, memory, pending, revision
               from price_marks where subscriber = $1",
            subscriber,
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(while_doing("reading what is remembered of a price"))?;
        let Some(row) = row else { return Ok(None) };
        let damaged = |_| Error::Damaged("a price's mark holds no organization's id".to_owned());
        Ok(Some(PriceMark {
            subscriber: subscriber.to_owned(),
            organization: row.organization_id.parse().map_err(damaged)?,
            since: row.since,
            memory: row.memory,
            pending: row.pending,
            revision: row.revision,
        }))
    }

    /// Writes what is to be remembered, if nobody else has since this revision was read; it has one
    /// more then. False when somebody has.
    pub async fn write_price_mark(&self, mark: &PriceMark) -> Result<bool, Error> {
        let written = sqlx::query!(
            "insert into price_marks as m
               (subscriber, organization_id, since, memory, pending, revision)
             values ($1, $2, $3, $4, $5, $6)
             on conflict (subscriber) do update
                set organization_id = excluded.organization_id, since = excluded.since,
                    memory = excluded.memory, pending = excluded.pending,
                    revision = excluded.revision
              where m.revision = excluded.revision - 1",
            mark.subscriber,
            mark.organization.to_string(),
            mark.since,
            mark.memory,
            mark.pending,
            mark.revision + 1,
        )
        .execute(&self.pool)
        .await
        .map_err(while_doing("writing what is remembered of a price"))?;
        Ok(written.rows_affected() == 1)
    }

    /// Forgets a trigger that is no more.
    pub async fn forget_price_mark(&self, subscriber: &str) -> Result<(), Error> {
        sqlx::query!("delete from price_marks where subscriber = $1", subscriber)
            .execute(&self.pool)
            .await
            .map_err(while_doing("forgetting a price"))?;
        Ok(())
    }
}

impl Journal {
    /// Keeps a price as it was signed, where it is newer than the one that is kept.
    pub async fn keep_signed_price(
        &self,
        asset: &str,
        signed: &Value,
        at: OffsetDateTime,
    ) -> Result<(), Error> {
        sqlx::query!(
            "insert into signed_prices as p (asset, signed, signed_at) values ($1, $2, $3)
             on conflict (asset) do update set signed = excluded.signed, signed_at = excluded.signed_at
              where p.signed_at < excluded.signed_at",
            asset,
            signed,
            at,
        )
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(while_doing("keeping a signed price"))
    }

    /// The newest prices of these assets, as they were signed.
    pub async fn signed_prices(&self, assets: &[String]) -> Result<Vec<(String, Value)>, Error> {
        let rows = sqlx::query!(
            "select asset, signed from signed_prices where asset = any ($1) order by asset",
            assets,
        )
        .fetch_all(&self.pool)
        .await
        .map_err(while_doing("reading signed prices"))?;
        Ok(rows.into_iter().map(|row| (row.asset, row.signed)).collect())
    }
}
