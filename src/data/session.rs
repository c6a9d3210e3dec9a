//! A transaction in the name of one organization.

use std::time::Duration;

use sqlx::{PgConnection, PgPool, Postgres, Transaction};

use super::Error;
use super::error::while_doing;
use crate::primitives::OrganizationId;

/// A transaction that works on the tables of one organization. What is not finished did not happen.
pub(super) struct Session {
    transaction: Transaction<'static, Postgres>,
    pub(super) organization: OrganizationId,
    /// The schema of its tables, if it has any.
    pub(super) space: Option<String>,
}

impl Session {
    /// One that can only read.
    pub(super) async fn read(
        pool: &PgPool,
        organization: OrganizationId,
        limit: Duration,
    ) -> Result<Self, Error> {
        Self::begin(pool, "begin read only", organization, limit).await
    }

    /// One that writes.
    pub(super) async fn write(
        pool: &PgPool,
        organization: OrganizationId,
        limit: Duration,
    ) -> Result<Self, Error> {
        Self::begin(pool, "begin read write", organization, limit).await
    }

    async fn begin(
        pool: &PgPool,
        how: &'static str,
        organization: OrganizationId,
        limit: Duration,
    ) -> Result<Self, Error> {
        let doing = "beginning to work on tables";
        let mut transaction = pool.begin_with(how).await.map_err(while_doing(doing))?;
        let limit = i32::try_from(limit.as_millis()).unwrap_or(i32::MAX).max(1);
        let space =
            sqlx::query_scalar!("select data_begin($1, $2)", organization.to_string(), limit)
                .fetch_one(&mut *transaction)
                .await
                .map_err(while_doing(doing))?;
        Ok(Self { transaction, organization, space })
    }

    /// Where its queries go.
    pub(super) fn rows(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }

    /// Makes what was written durable.
    pub(super) async fn commit(self) -> Result<(), Error> {
        self.transaction.commit().await.map_err(while_doing("writing to tables"))
    }
}
