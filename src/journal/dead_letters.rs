//! What reactions have given up, as its organization sees it: looked at, tried again, discarded.

use serde_json::Value;
use sqlx::PgPool;
use time::OffsetDateTime;

use super::Error;
use super::error::while_doing;
use crate::primitives::OrganizationId;

/// How many are let be tried again in one go.
pub const MAX_BATCH: i64 = 50;
/// How many are purged in one go.
const MAX_PURGE: i64 = 1_000;

/// An event that a reaction has given up.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadLetter {
    /// The reaction: `events`, `event-triggers`, `tasks`.
    pub reaction: String,
    /// The event's position on the ledger.
    pub position: i64,
    /// The type of its stream.
    pub aggregate_type: String,
    /// The id of its stream.
    pub aggregate_id: String,
    /// Its sequence there.
    pub sequence: i64,
    /// What kind of event it is.
    pub event_type: String,
    /// How often it was tried in vain, beside the first tries.
    pub tries: i32,
    /// Why, the last time.
    pub reason: String,
    /// What was tried when, and why it failed: the last twenty.
    pub history: Value,
    /// When it was set aside.
    pub set_aside_at: OffsetDateTime,
    /// When it was discarded.
    pub discarded_at: Option<OffsetDateTime>,
    /// By whom.
    pub discarded_by: Option<String>,
    /// What that one noted.
    pub notes: Option<String>,
}

/// Which are wanted: all that is set must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chosen {
    /// Those of this reaction.
    pub reaction: Option<String>,
    /// The one of this position.
    pub position: Option<i64>,
    /// Those that were set aside before.
    pub before: Option<OffsetDateTime>,
}

/// The dead letters of this database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct DeadLetters {
    pool: PgPool,
}

impl DeadLetters {
    /// Those of this database.
    pub const fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Those of an organization behind a place in the list, the latest first.
    pub async fn list(
        &self,
        organization: OrganizationId,
        chosen: &Chosen,
        (after, discarded): (Option<(i64, String)>, bool),
        limit: i64,
    ) -> Result<Vec<DeadLetter>, Error> {
        let (position, name) = after.unzip();
        sqlx::query_as!(
            DeadLetter,
            r#"select a.name as "reaction!", a.position as "position!",
                      e.aggregate_type as "aggregate_type!", e.aggregate_id as "aggregate_id!",
                      e.sequence as "sequence!", e.event_type as "event_type!",
                      a.tries as "tries!", a.reason as "reason!", a.history as "history!",
                      a.set_aside_at as "set_aside_at!", a.discarded_at, a.discarded_by, a.notes
                 from reaction_arrears a
                 join event_log l on l.position = a.position
                 join events e on e.aggregate_type = l.aggregate_type
                              and e.aggregate_id = l.aggregate_id and e.sequence = l.sequence
                where e.organization_id = $1 and a.next_try_at is null
                  and ($2::text is null or a.name = $2)
                  and ($3::bigint is null or a.position = $3)
                  and ($4::timestamptz is null or a.set_aside_at < $4)
                  and (a.discarded_at is not null) = $5
                  and ($6::bigint is null or a.position < $6 or (a.position = $6 and a.name > $7))
                order by a.position desc, a.name limit $8"#,
            organization.to_string(),
            chosen.reaction,
            chosen.position,
            chosen.before,
            discarded,
            position,
            name,
            limit,
        )
        .fetch_all(&self.pool)
        .await
        .map_err(while_doing("listing what reactions have given up"))
    }

    /// Lets some be tried again from the beginning, at most [`MAX_BATCH`] at a time; how many.
    pub async fn reprocess(
        &self,
        organization: OrganizationId,
        chosen: &Chosen,
    ) -> Result<u64, Error> {
        sqlx::query!(
            "update reaction_arrears set tries = 0, next_try_at = clock_timestamp()
              where (name, position) in (
                select a.name, a.position
                  from reaction_arrears a
                  join event_log l on l.position = a.position
                  join events e on e.aggregate_type = l.aggregate_type
                               and e.aggregate_id = l.aggregate_id and e.sequence = l.sequence
                 where e.organization_id = $1 and a.next_try_at is null
                   and a.discarded_at is null
                   and ($2::text is null or a.name = $2)
                   and ($3::bigint is null or a.position = $3)
                   and ($4::timestamptz is null or a.set_aside_at < $4)
                 order by a.position limit $5)",
            organization.to_string(),
            chosen.reaction,
            chosen.position,
            chosen.before,
            MAX_BATCH,
        )
        .execute(&self.pool)
        .await
        .map(|done| done.rows_affected())
        .map_err(while_doing("letting events be tried again"))
    }

    /// Discards one; false when there is none to discard.
    pub async fn discard(
        &self,
        organization: OrganizationId,
        (reaction, position): (&str, i64),
        by: &str,
        notes: Option<&str>,
    ) -> Result<bool, Error> {
        sqlx::query!(
            "update reaction_arrears a
                set discarded_at = clock_timestamp(), discarded_by = $4, notes = $5
               from event_log l
               join events e on e.aggregate_type = l.aggregate_type
                            and e.aggregate_id = l.aggregate_id and e.sequence = l.sequence
              where l.position = a.position and e.organization_id = $1
                and a.name = $2 and a.position = $3
                and a.next_try_at is null and a.discarded_at is null",
            organization.to_string(),
            reaction,
            position,
            by,
            notes,
        )
        .execute(&self.pool)
        .await
        .map(|done| done.rows_affected() == 1)
        .map_err(while_doing("discarding what a reaction has given up"))
    }

    /// Forgets those that were discarded, a thousand at a time; how many.
    pub async fn purge(&self, organization: OrganizationId, chosen: &Chosen) -> Result<u64, Error> {
        sqlx::query!(
            "delete from reaction_arrears
              where (name, position) in (
                select a.name, a.position
                  from reaction_arrears a
                  join event_log l on l.position = a.position
                  join events e on e.aggregate_type = l.aggregate_type
                               and e.aggregate_id = l.aggregate_id and e.sequence = l.sequence
                 where e.organization_id = $1 and a.discarded_at is not null
                   and ($2::text is null or a.name = $2)
                   and ($3::timestamptz is null or a.set_aside_at < $3)
                 order by a.position limit $4)",
            organization.to_string(),
            chosen.reaction,
            chosen.before,
            MAX_PURGE,
        )
        .execute(&self.pool)
        .await
        .map(|done| done.rows_affected())
        .map_err(while_doing("forgetting what was discarded"))
    }
}
