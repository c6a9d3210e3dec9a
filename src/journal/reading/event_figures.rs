//! What the reaction to events has done, by organization: figures for operators, and no truth. Those
//! of the last second are lost with a process.

use sqlx::PgPool;

use crate::journal::Error;
use crate::journal::error::while_doing;
use crate::primitives::OrganizationId;

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Events that were delivered to all who waited.
    pub processed: i64,
    /// Tries that came to nothing.
    pub errors: i64,
    /// How long the deliveries took together, from the ledger to the last who waited, in
    /// milliseconds.
    pub total_ms: i64,
}

/// The figures of this database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct EventFigures {
    pool: PgPool,
}

impl EventFigures {
    /// Those of this database.
    pub const fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Adds to an organization's.
    pub async fn add(&self, organization: OrganizationId, more: Figures) -> Result<(), Error> {
        sqlx::query!(
            "insert into event_figures as known (organization_id, processed, errors, total_ms)
             values ($1, $2, $3, $4)
                 on conflict (organization_id) do update
                set processed = known.processed + excluded.processed,
                    errors = known.errors + excluded.errors,
                    total_ms = known.total_ms + excluded.total_ms",
            organization.to_string(),
            more.processed,
            more.errors,
            more.total_ms,
        )
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(while_doing("adding to the figures of events"))
    }

    /// An organization's.
    pub async fn of(&self, organization: OrganizationId) -> Result<Figures, Error> {
        sqlx::query_as!(
            Figures,
            r#"select processed as "processed!", errors as "errors!", total_ms as "total_ms!"
                 from event_figures where organization_id = $1"#,
            organization.to_string(),
        )
        .fetch_optional(&self.pool)
        .await
        .map(Option::unwrap_or_default)
        .map_err(while_doing("reading the figures of events"))
    }
}
