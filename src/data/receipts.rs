//! What is written under an idempotency key is written once: its receipt is part of the same
//! transaction.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Error;
use super::error::while_doing;
use super::session::Session;

/// What a write is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// The key, with whatever keeps it apart from the keys of others.
    pub key: String,
    /// What was asked: the same key with another one is a mistake.
    pub fingerprint: String,
}

impl Session {
    /// What a write under the same key has led to, if there was one.
    pub(super) async fn earlier<T: DeserializeOwned>(
        &mut self,
        once: Option<&Once>,
    ) -> Result<Option<T>, Error> {
        let Some(once) = once else { return Ok(None) };
        let receipt = sqlx::query!(
            "select fingerprint, outcome from data_receipts where organization_id = $1 and key = $2",
            self.organization.to_string(),
            once.key,
        )
        .fetch_optional(self.rows())
        .await
        .map_err(while_doing("looking for a receipt"))?;
        let Some(receipt) = receipt else { return Ok(None) };
        if receipt.fingerprint != once.fingerprint {
            return Err(Error::Mismatch);
        }
        let outcome = serde_json::from_str(&receipt.outcome);
        outcome.map(Some).map_err(|error| Error::Damaged(format!("a receipt: {error}")))
    }

    /// Makes what was written durable, together with its receipt.
    pub(super) async fn finish<T: Serialize>(
        mut self,
        once: Option<&Once>,
        outcome: &T,
    ) -> Result<(), Error> {
        if let Some(once) = once {
            let outcome = serde_json::to_string(outcome)
                .map_err(|error| Error::Damaged(format!("an outcome: {error}")))?;
            let organization = self.organization.to_string();
            let written = sqlx::query!(
                "insert into data_receipts (organization_id, key, fingerprint, outcome)
                 values ($1, $2, $3, $4)",
                organization,
                once.key,
                once.fingerprint,
                outcome,
            )
            .execute(self.rows())
            .await;
            if let Err(error) = written {
                let refusal = error.as_database_error();
                if refusal.is_some_and(sqlx::error::DatabaseError::is_unique_violation) {
                    return Err(Error::InFlight);
                }
                return Err(while_doing("writing a receipt")(error));
            }
            // Runs end within 90 days, and with them whatever could ask again.
            sqlx::query!(
                "delete from data_receipts where organization_id = $1 and key in (
                   select key from data_receipts
                    where organization_id = $1 and written_at < now() - interval '100 days' limit 100)",
                organization,
            )
            .execute(self.rows())
            .await
            .map_err(while_doing("removing old receipts"))?;
        }
        self.commit().await
    }
}
