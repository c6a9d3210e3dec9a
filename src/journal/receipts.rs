//! Answers that were given to requests with an `Idempotency-Key`. They are written by the append
//! that the request caused ([`super::Side::Receipt`]) and looked up before the next one.

use super::error::while_doing;
use super::{Error, Journal, Receipt};
use crate::primitives::OrganizationId;

impl Journal {
    /// The answer that this key got within the last 24 hours.
    pub async fn receipt(
        &self,
        organization: OrganizationId,
        principal: &str,
        route: &str,
        key: &str,
    ) -> Result<Option<Receipt>, Error> {
        let row = sqlx::query!(
            r#"select fingerprint, status, response::text as "response!"
                 from idempotency_receipts
                where organization_id = $1 and principal = $2 and route = $3 and key = $4
                  and created_at >= clock_timestamp() - interval '24 hours'"#,
            organization.to_string(),
            principal,
            route,
            key,
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(while_doing("looking a receipt up"))?;
        Ok(row.map(|row| Receipt {
            organization,
            principal: principal.to_owned(),
            route: route.to_owned(),
            key: key.to_owned(),
            fingerprint: row.fingerprint,
            status: row.status,
            response: row.response,
        }))
    }

    /// Removes receipts over 24 hours old; how many.
    pub async fn purge_receipts(&self) -> Result<u64, Error> {
        sqlx::query!(
            "delete from idempotency_receipts
              where created_at < clock_timestamp() - interval '24 hours'"
        )
        .execute(&self.pool)
        .await
        .map(|done| done.rows_affected())
        .map_err(while_doing("purging receipts"))
    }
}
