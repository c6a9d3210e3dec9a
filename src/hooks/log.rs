//! What was sent to an organization's endpoints, as it is shown to its people.

use sqlx::{PgPool, Postgres, Transaction};
use time::OffsetDateTime;

use super::error::while_doing;
use super::outcome::Status;
use crate::journal::Error;
use crate::primitives::{ExecutionHookId, HookDeliveryId, OrganizationId};

/// Up to how many deliveries that wait are counted.
const COUNTED: i64 = 10_000;

/// Which deliveries are wanted: all that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Those to this endpoint.
    pub endpoint: Option<ExecutionHookId>,
    /// Those that stand so.
    pub status: Option<Status>,
    /// Those of this run.
    pub run: Option<String>,
    /// Those behind this one in the list.
    pub after: Option<String>,
}

/// A delivery.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Its id.
    pub delivery_id: String,
    /// Who was told.
    pub endpoint_id: String,
    /// Of whose run.
    pub organization_id: String,
    /// Of what workflow; none for a test.
    pub workflow_id: Option<String>,
    /// Of what run.
    pub run_id: Option<String>,
    /// Of the node at this place.
    pub execution_id: Option<String>,
    /// Of what.
    pub event_type: String,
    /// The event's position.
    pub position: Option<i64>,
    /// Its number in the run.
    pub sequence: Option<i64>,
    /// `pending`, `retrying`, `success` or `failure`.
    pub status: String,
    /// What was sent.
    pub request_body: String,
    /// With which headers, without secrets.
    pub request_headers: Option<serde_json::Value>,
    /// What came back.
    pub response_status: Option<i32>,
    /// With which headers.
    pub response_headers: Option<serde_json::Value>,
    /// The beginning of its body.
    pub response_body: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: Option<i32>,
    /// Why it was not taken.
    pub error_message: Option<String>,
    /// How often it was tried in vain or at last with success.
    pub tries: i32,
    /// How often it is tried after the first time.
    pub max_retries: i32,
    /// When it is tried again.
    pub next_try_at: Option<OffsetDateTime>,
    /// The last tries.
    pub attempts: serde_json::Value,
    /// When it was put down.
    pub created_at: OffsetDateTime,
    /// When it last changed.
    pub updated_at: OffsetDateTime,
}

/// How an endpoint stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// How much waits to be sent, or to be sent again; counted up to 10,000.
    pub waiting: i64,
    /// How much of it was tried in vain.
    pub retrying: i64,
    /// From behind which position on the ledger waits for room, where the endpoint is too slow for it.
    pub behind: Option<i64>,
    /// How many stretches are being sent again.
    pub replays: i64,
    /// When something was last taken.
    pub taken_at: Option<OffsetDateTime>,
}

/// An endpoint that has taken nothing for long, though it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ailing {
    /// The endpoint.
    pub endpoint_id: String,
    /// Of whose runs it is told.
    pub organization_id: String,
    /// How much waits for it, counted up to 10,000.
    pub waiting: i64,
    /// Since when the oldest of it waits.
    pub since: OffsetDateTime,
    /// What was wrong at last.
    pub problem: Option<String>,
}

/// The endpoints for which something was tried in vain that was put down before this moment; for operators,
/// with the rights of the owner.
pub async fn ailing(pool: &PgPool, before: OffsetDateTime) -> Result<Vec<Ailing>, Error> {
    sqlx::query_as!(
        Ailing,
        r#"select d.endpoint_id as "endpoint_id!", min(d.organization_id) as "organization_id!",
                  count(*) as "waiting!", min(d.created_at) as "since!",
                  (array_agg(d.error_message order by d.updated_at desc)
                     filter (where d.error_message is not null))[1] as problem
             from (select * from hook_deliveries where status = 'retrying' and created_at < $1
                    limit $2) d
            group by d.endpoint_id order by d.endpoint_id"#,
        before,
        COUNTED,
    )
    .fetch_all(pool)
    .await
    .map_err(while_doing("looking for endpoints of hooks that take nothing"))
}

/// What was sent. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Log {
    pool: PgPool,
}

impl Log {
    /// That of this database.
    pub const fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Deliveries of an organization, the latest event first.
    pub async fn list(
        &self,
        organization: OrganizationId,
        wanted: &Wanted,
        (limit, offset): (i64, i64),
    ) -> Result<Vec<Delivery>, Error> {
        let doing = "listing deliveries of hooks";
        let mut rows = self.of(organization).await?;
        let found = sqlx::query_as!(
            Delivery,
            "select delivery_id, endpoint_id, organization_id, workflow_id, run_id, execution_id,
                    event_type, position, sequence, status, request_body, request_headers,
                    response_status, response_headers, response_body, duration_ms, error_message, tries,
                    max_retries, next_try_at, attempts, created_at, updated_at
               from hook_deliveries
              where organization_id = $1 and ($2::text is null or endpoint_id = $2)
                and ($3::text is null or status = $3) and ($4::text is null or run_id = $4)
                and ($5::text is null or delivery_id < $5)
              order by delivery_id desc limit $6 offset $7",
            organization.to_string(),
            wanted.endpoint.map(|it| it.to_string()),
            wanted.status.map(Status::as_str),
            wanted.run.as_deref(),
            wanted.after.as_deref(),
            limit,
            offset,
        )
        .fetch_all(&mut *rows)
        .await
        .map_err(while_doing(doing))?;
        rows.commit().await.map_err(while_doing(doing))?;
        Ok(found)
    }

    /// A delivery of an organization.
    pub async fn get(
        &self,
        organization: OrganizationId,
        id: HookDeliveryId,
    ) -> Result<Option<Delivery>, Error> {
        let doing = "looking for a delivery of a hook";
        let mut rows = self.of(organization).await?;
        let found = sqlx::query_as!(
            Delivery,
            "select delivery_id, endpoint_id, organization_id, workflow_id, run_id, execution_id,
                    event_type, position, sequence, status, request_body, request_headers,
                    response_status, response_headers, response_body, duration_ms, error_message, tries,
                    max_retries, next_try_at, attempts, created_at, updated_at
               from hook_deliveries where organization_id = $1 and delivery_id = $2",
            organization.to_string(),
            id.to_string(),
        )
        .fetch_optional(&mut *rows)
        .await
        .map_err(while_doing(doing))?;
        rows.commit().await.map_err(while_doing(doing))?;
        Ok(found)
    }

    /// How an endpoint of an organization stands.
    pub async fn standing(
        &self,
        organization: OrganizationId,
        endpoint: ExecutionHookId,
    ) -> Result<Standing, Error> {
        let doing = "asking how an endpoint of hooks stands";
        let mut rows = self.of(organization).await?;
        let found = sqlx::query_as!(
            Standing,
            r#"select counted.waiting as "waiting!", counted.retrying as "retrying!",
                      (select min(position) from hook_stretches
                        where endpoint_id = $1 and not is_replay) as behind,
                      (select count(*) from hook_stretches
                        where endpoint_id = $1 and is_replay) as "replays!",
                      (select updated_at from hook_deliveries
                        where endpoint_id = $1 and status = 'success' and next_try_at is null
                        order by updated_at desc limit 1) as taken_at
                 from (select count(*) as waiting, count(*) filter (where status = 'retrying') as retrying
                         from (select status from hook_deliveries
                                where endpoint_id = $1 and next_try_at is not null limit $2) w) counted"#,
            endpoint.to_string(),
            COUNTED,
        )
        .fetch_one(&mut *rows)
        .await
        .map_err(while_doing(doing))?;
        rows.commit().await.map_err(while_doing(doing))?;
        Ok(found)
    }

    /// A transaction that sees what belongs to one organization.
    async fn of(
        &self,
        organization: OrganizationId,
    ) -> Result<Transaction<'static, Postgres>, Error> {
        let doing = "beginning to look at deliveries of hooks";
        let mut transaction = self.pool.begin().await.map_err(while_doing(doing))?;
        sqlx::query!("select set_config('app.organization', $1, true)", organization.to_string())
            .fetch_one(&mut *transaction)
            .await
            .map_err(while_doing(doing))?;
        Ok(transaction)
    }
}
