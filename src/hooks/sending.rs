//! What is due, what came of it, and what is forgotten: the office's side of the sender.

use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::error::while_doing;
use super::office::{Office, end};
use super::outcome::{Answered, Tried};
use crate::journal::Error;
use crate::primitives::{ExecutionHookId, HookDeliveryId, OrganizationId};

/// How many tries of a delivery are remembered.
const REMEMBERED: i32 = 20;
/// How many old deliveries are forgotten in one go.
const SWEPT: i64 = 10_000;

/// Something that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// Its id.
    pub id: HookDeliveryId,
    /// Of whose run it tells.
    pub organization: OrganizationId,
    /// Who is told.
    pub endpoint: ExecutionHookId,
    /// The event's position; none for a test.
    pub position: Option<i64>,
    /// The run; none for a test.
    pub run: Option<String>,
    /// How often it was wanted again.
    pub round: i32,
    /// How often it was tried in vain.
    pub tries: u32,
    /// How often it is tried after the first time.
    pub max_retries: u32,
    /// What is sent.
    pub body: String,
}

struct Row {
    delivery_id: String,
    organization_id: String,
    endpoint_id: String,
    position: Option<i64>,
    run_id: Option<String>,
    round: i32,
    tries: i32,
    max_retries: i32,
    request_body: String,
}

impl Row {
    fn parcel(self) -> Result<Parcel, Error> {
        let damaged = || Error::Damaged(format!("{} is no delivery of a hook", self.delivery_id));
        Ok(Parcel {
            id: self.delivery_id.parse().map_err(|_| damaged())?,
            organization: self.organization_id.parse().map_err(|_| damaged())?,
            endpoint: self.endpoint_id.parse().map_err(|_| damaged())?,
            position: self.position,
            run: self.run_id,
            round: self.round,
            tries: u32::try_from(self.tries).unwrap_or_default(),
            max_retries: u32::try_from(self.max_retries).unwrap_or_default(),
            body: self.request_body,
        })
    }
}

impl Office {
    /// The endpoints for which something is due, and whose they are. One look into the index for each: what
    /// waits behind one that is dead is not read.
    pub async fn due_endpoints(
        &self,
        now: OffsetDateTime,
    ) -> Result<Vec<(OrganizationId, ExecutionHookId)>, Error> {
        let doing = "looking for endpoints of hooks";
        let mut office = self.begin().await?;
        let found = sqlx::query!(
            r#"with recursive names (name) as (
                 (select endpoint_id from hook_deliveries where next_try_at is not null
                   order by endpoint_id limit 1)
                  union all
                 select (select d.endpoint_id from hook_deliveries d
                          where d.endpoint_id > names.name and d.next_try_at is not null
                          order by d.endpoint_id limit 1)
                   from names where names.name is not null)
               select found.organization_id as "organization!", names.name as "endpoint!"
                 from names cross join lateral (
                   select d.organization_id from hook_deliveries d
                    where d.endpoint_id = names.name and d.next_try_at <= $1
                    order by d.next_try_at limit 1) found"#,
            now,
        )
        .fetch_all(&mut *office)
        .await
        .map_err(while_doing(doing))?;
        office.commit().await.map_err(while_doing(doing))?;
        let read = |organization: &str, endpoint: &str| {
            Some((organization.parse().ok()?, endpoint.parse().ok()?))
        };
        Ok(found.iter().filter_map(|row| read(&row.organization, &row.endpoint)).collect())
    }

    /// What is due for these endpoints, at most so much of each, in the order in which it is due; without
    /// what is under way.
    pub async fn due(
        &self,
        endpoints: &[ExecutionHookId],
        under_way: &[HookDeliveryId],
        each: i64,
        now: OffsetDateTime,
    ) -> Result<Vec<Parcel>, Error> {
        let doing = "taking what hooks are told";
        let endpoints: Vec<String> = endpoints.iter().map(ToString::to_string).collect();
        let under_way: Vec<String> = under_way.iter().map(ToString::to_string).collect();
        let mut office = self.begin().await?;
        let found = sqlx::query_as!(
            Row,
            r#"select d.delivery_id, d.organization_id, d.endpoint_id, d.position, d.run_id, d.round,
                      d.tries, d.max_retries, d.request_body
                 from unnest($1::text[]) e (id) cross join lateral (
                   select * from hook_deliveries l
                    where l.endpoint_id = e.id and l.next_try_at <= $4
                      and l.delivery_id <> all($2::text[])
                    order by l.next_try_at, l.position limit $3) d"#,
            &endpoints,
            &under_way,
            each,
            now,
        )
        .fetch_all(&mut *office)
        .await
        .map_err(while_doing(doing))?;
        office.commit().await.map_err(while_doing(doing))?;
        found.into_iter().map(Row::parcel).collect()
    }

    /// Writes down what came of a try. What was given up meanwhile, because its endpoint is no more, stays so,
    /// and what is wanted again meanwhile is sent again.
    pub async fn settle(
        &self,
        parcel: &Parcel,
        tried: &Tried,
        now: OffsetDateTime,
    ) -> Result<(), Error> {
        let doing = "writing down what came of a delivery";
        let Tried { headers, answered, took, problem, fate } = tried;
        let took = i32::try_from(took.as_millis()).unwrap_or(i32::MAX);
        let (status, came, body) = answered.as_ref().map_or((None, None, None), |it| {
            let Answered { status, headers, body } = it;
            (Some(i32::from(*status)), Some(json!(headers)), Some(body.clone()))
        });
        let attempt = json!({
            "at": now.format(&Rfc3339).unwrap_or_default(),
            "status": status,
            "durationMs": took,
            "error": problem,
        });
        let mut office = self.begin().await?;
        sqlx::query!(
            "update hook_deliveries
                set status = $2, tries = $3, next_try_at = $4, request_headers = $5,
                    response_status = $6, response_headers = $7, response_body = $8,
                    duration_ms = $9, error_message = $10, updated_at = $11,
                    attempts = (case when jsonb_array_length(attempts) < $13 then attempts
                                     else attempts - 0 end) || jsonb_build_array($12::jsonb)
              where delivery_id = $1 and round = $14 and next_try_at is not null",
            parcel.id.to_string(),
            fate.status().as_str(),
            i32::try_from(parcel.tries.saturating_add(1)).unwrap_or(i32::MAX),
            fate.next(),
            json!(headers),
            status,
            came,
            body,
            took,
            problem.as_deref(),
            now,
            attempt,
            REMEMBERED,
            parcel.round,
        )
        .execute(&mut *office)
        .await
        .map_err(while_doing(doing))?;
        office.commit().await.map_err(while_doing(doing))
    }

    /// Gives up what waits for an endpoint that is no more.
    pub async fn give_up(
        &self,
        endpoint: ExecutionHookId,
        now: OffsetDateTime,
    ) -> Result<(), Error> {
        let mut office = self.begin().await?;
        end(&mut office, endpoint, now).await?;
        office.commit().await.map_err(while_doing("giving up what waits for a hook"))
    }

    /// Forgets deliveries of an endpoint that are over: what is older, and what is beyond so many of them. How
    /// many went; ten thousand go at most at a time.
    pub async fn forget(
        &self,
        endpoint: ExecutionHookId,
        before: OffsetDateTime,
        kept: i64,
    ) -> Result<u64, Error> {
        let doing = "forgetting old deliveries of hooks";
        let mut office = self.begin().await?;
        let gone = sqlx::query!(
            "with bound as (
               select greatest($2::timestamptz, (
                 select updated_at from hook_deliveries
                  where endpoint_id = $1 and next_try_at is null
                  order by updated_at desc offset $3 limit 1)) as before)
             delete from hook_deliveries d using (
               select o.delivery_id from hook_deliveries o, bound
                where o.endpoint_id = $1 and o.next_try_at is null and o.updated_at < bound.before
                order by o.updated_at limit $4) aged
              where d.delivery_id = aged.delivery_id",
            endpoint.to_string(),
            before,
            kept - 1,
            SWEPT,
        )
        .execute(&mut *office)
        .await
        .map_err(while_doing(doing))?;
        office.commit().await.map_err(while_doing(doing))?;
        Ok(gone.rows_affected())
    }

    /// All endpoints of which there are deliveries. One look into the index for each.
    pub async fn noted_endpoints(&self) -> Result<Vec<ExecutionHookId>, Error> {
        let doing = "listing the endpoints of which deliveries are kept";
        let mut office = self.begin().await?;
        let found = sqlx::query_scalar!(
            r#"with recursive names (name) as (
                 (select endpoint_id from hook_deliveries order by endpoint_id limit 1)
                  union all
                 select (select d.endpoint_id from hook_deliveries d
                          where d.endpoint_id > names.name order by d.endpoint_id limit 1)
                   from names where names.name is not null)
               select name as "name!" from names where name is not null"#
        )
        .fetch_all(&mut *office)
        .await
        .map_err(while_doing(doing))?;
        office.commit().await.map_err(while_doing(doing))?;
        Ok(found.iter().filter_map(|name| name.parse().ok()).collect())
    }
}
