//! Where deliveries are kept: the last of each workflow.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use sqlx::{PgPool, Postgres, Transaction};
use time::OffsetDateTime;
use tokio::sync::Semaphore;

use super::error::while_doing;
use super::{Delivery, Error, KEPT_BODY, Outcome};
use crate::primitives::{DeliveryId, OrganizationId, WorkflowId};

/// How many deliveries of a workflow are kept.
const KEPT: i32 = 50;
/// How many of them may be ones that were refused.
const KEPT_REFUSED: i32 = 25;
/// How many are noted at a time. What comes beyond is not noted: it stands on the ledger where it
/// started anything, and a flood is not to fill the database's connections.
const SIDE_BY_SIDE: usize = 6;
/// How long a workflow that is not live hears deliveries once somebody listens.
pub const LISTENING: Duration = Duration::from_mins(10);

/// The last deliveries. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Deliveries {
    pool: PgPool,
    places: Arc<Semaphore>,
}

impl Deliveries {
    /// Those of this database.
    pub fn new(pool: PgPool) -> Self {
        Self { pool, places: Arc::new(Semaphore::new(SIDE_BY_SIDE)) }
    }

    /// Notes a delivery, unless too many are being noted. Whether it is there.
    pub async fn note(&self, delivery: &Delivery) -> Result<bool, Error> {
        let Ok(_place) = self.places.try_acquire() else { return Ok(false) };
        let Delivery { body, body_bytes, .. } = delivery;
        sqlx::query_scalar!(
            r#"select webhook_delivery_note($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
                                            $14, $15, $16) as "noted!""#,
            delivery.organization.to_string(),
            delivery.workflow.to_string(),
            delivery.id.to_string(),
            delivery.at,
            delivery.outcome.as_str(),
            delivery.reason,
            delivery.run.map(|run| run.to_string()),
            delivery.name,
            delivery.method,
            delivery.address,
            json!(delivery.query),
            json!(delivery.headers),
            &body[..body.len().min(KEPT_BODY)],
            i32::try_from(*body_bytes).unwrap_or(i32::MAX),
            KEPT,
            KEPT_REFUSED,
        )
        .fetch_one(&self.pool)
        .await
        .map_err(while_doing("noting a delivery"))
    }

    /// The last deliveries to a workflow, the newest first.
    pub async fn list(
        &self,
        organization: OrganizationId,
        workflow: WorkflowId,
        limit: i64,
    ) -> Result<Vec<Delivery>, Error> {
        let mut rows = self.of(organization).await?;
        let found = sqlx::query_as!(
            Row,
            "select delivery_id, received_at, outcome, reason, run_id, name, method, address, query,
                    headers, body, body_bytes
               from webhook_deliveries
              where organization_id = $1 and workflow_id = $2
              order by delivery_id desc limit $3",
            organization.to_string(),
            workflow.to_string(),
            limit,
        )
        .fetch_all(&mut *rows)
        .await
        .map_err(while_doing("listing deliveries"))?;
        found.into_iter().map(|row| row.delivery(organization, workflow)).collect()
    }

    /// One of the last deliveries to a workflow.
    pub async fn get(
        &self,
        organization: OrganizationId,
        workflow: WorkflowId,
        id: DeliveryId,
    ) -> Result<Option<Delivery>, Error> {
        let mut rows = self.of(organization).await?;
        let found = sqlx::query_as!(
            Row,
            "select delivery_id, received_at, outcome, reason, run_id, name, method, address, query,
                    headers, body, body_bytes
               from webhook_deliveries
              where organization_id = $1 and workflow_id = $2 and delivery_id = $3",
            organization.to_string(),
            workflow.to_string(),
            id.to_string(),
        )
        .fetch_optional(&mut *rows)
        .await
        .map_err(while_doing("looking for a delivery"))?;
        found.map(|row| row.delivery(organization, workflow)).transpose()
    }

    /// Lets a workflow hear deliveries until then, though it is not live.
    pub async fn listen(
        &self,
        organization: OrganizationId,
        workflow: WorkflowId,
        until: OffsetDateTime,
    ) -> Result<(), Error> {
        let doing = "opening an ear for deliveries";
        let mut rows = self.of(organization).await?;
        sqlx::query!(
            "insert into webhook_listening (organization_id, workflow_id, until)
             values ($1, $2, $3)
             on conflict (organization_id, workflow_id) do update set until = excluded.until",
            organization.to_string(),
            workflow.to_string(),
            until,
        )
        .execute(&mut *rows)
        .await
        .map_err(while_doing(doing))?;
        rows.commit().await.map_err(while_doing(doing))
    }

    /// Whether a workflow that is not live hears deliveries now.
    pub async fn hears(
        &self,
        organization: OrganizationId,
        workflow: WorkflowId,
        now: OffsetDateTime,
    ) -> Result<bool, Error> {
        let mut rows = self.of(organization).await?;
        let until = sqlx::query_scalar!(
            "select until from webhook_listening where organization_id = $1 and workflow_id = $2",
            organization.to_string(),
            workflow.to_string(),
        )
        .fetch_optional(&mut *rows)
        .await
        .map_err(while_doing("asking who listens"))?;
        Ok(until.is_some_and(|until| until > now))
    }

    /// Forgets deliveries that are older; how many.
    pub async fn forget(&self, before: OffsetDateTime) -> Result<i64, Error> {
        sqlx::query_scalar!(r#"select webhook_deliveries_forget($1) as "forgotten!""#, before)
            .fetch_one(&self.pool)
            .await
            .map_err(while_doing("forgetting old deliveries"))
    }

    /// A transaction that sees what belongs to one organization.
    async fn of(
        &self,
        organization: OrganizationId,
    ) -> Result<Transaction<'static, Postgres>, Error> {
        let doing = "beginning to look at deliveries";
        let mut transaction = self.pool.begin().await.map_err(while_doing(doing))?;
        sqlx::query!("select set_config('app.organization', $1, true)", organization.to_string())
            .fetch_one(&mut *transaction)
            .await
            .map_err(while_doing(doing))?;
        Ok(transaction)
    }
}

struct Row {
    delivery_id: String,
    received_at: OffsetDateTime,
    outcome: String,
    reason: Option<String>,
    run_id: Option<String>,
    name: Option<String>,
    method: String,
    address: Option<String>,
    query: Value,
    headers: Value,
    body: Vec<u8>,
    body_bytes: i32,
}

impl Row {
    fn delivery(
        self,
        organization: OrganizationId,
        workflow: WorkflowId,
    ) -> Result<Delivery, Error> {
        let damaged = |what: &str| Error::Damaged(what.to_owned());
        let pairs = |value: Value| -> Result<BTreeMap<String, String>, Error> {
            serde_json::from_value(value).map_err(|error| Error::Damaged(error.to_string()))
        };
        Ok(Delivery {
            id: self.delivery_id.parse().map_err(|_| damaged("its id"))?,
            organization,
            workflow,
            at: self.received_at,
            outcome: Outcome::read(&self.outcome).ok_or_else(|| damaged("its outcome"))?,
            reason: self.reason,
            run: self.run_id.map(|id| id.parse()).transpose().map_err(|_| damaged("its run"))?,
            name: self.name,
            method: self.method,
            address: self.address,
            query: pairs(self.query)?,
            headers: pairs(self.headers)?,
            body: self.body,
            body_bytes: usize::try_from(self.body_bytes).unwrap_or_default(),
        })
    }
}
