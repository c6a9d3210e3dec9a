//! What is put down to be sent, for the one process that does it at a time. Its transactions say that they
//! are the office's: all others see nothing but the rows of the organization that they name.

use std::collections::HashMap;

use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use time::OffsetDateTime;

use super::error::while_doing;
use super::stretch::Stretch;
use super::told::test_body;
use crate::aggregates::execution_hooks::Topic;
use crate::journal::Error;
use crate::primitives::{ExecutionHookId, HookDeliveryId, OrganizationId, WorkflowId};

/// Why what waited for an endpoint is given up that is no more.
const REMOVED: &str = "the endpoint was removed";

/// Something that an endpoint is to be told, as it is put down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its id.
    pub id: HookDeliveryId,
    /// Of whose run it tells.
    pub organization: OrganizationId,
    /// Who is told.
    pub endpoint: ExecutionHookId,
    /// Of what.
    pub topic: Topic,
    /// The event's position.
    pub position: i64,
    /// Where in the run; empty for the run itself.
    pub node: String,
    /// The workflow.
    pub workflow: WorkflowId,
    /// The run.
    pub run: String,
    /// The place of the node, as the API names it.
    pub execution: Option<String>,
    /// The event's number in the run.
    pub sequence: i64,
    /// How often it is tried after the first time.
    pub max_retries: u32,
    /// What is sent.
    pub body: String,
}

/// What a stretch of the ledger leads to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Put {
    /// What is to be sent.
    pub letters: Vec<Letter>,
    /// Endpoints that are tested: whose, which, by what delivery.
    pub tests: Vec<(OrganizationId, ExecutionHookId, HookDeliveryId)>,
    /// What is to be sent again.
    pub again: Vec<(ExecutionHookId, HookDeliveryId)>,
    /// Stretches that begin.
    pub begun: Vec<Stretch>,
    /// Endpoints that were disabled, and where: what they are too slow for ends there.
    pub disabled: Vec<(ExecutionHookId, i64)>,
    /// Endpoints that are no more.
    pub removed: Vec<ExecutionHookId>,
}

impl Put {
    /// Whether it leads to nothing.
    pub const fn is_empty(&self) -> bool {
        let Self { letters, tests, again, begun, disabled, removed } = self;
        letters.is_empty()
            && tests.is_empty()
            && again.is_empty()
            && begun.is_empty()
            && disabled.is_empty()
            && removed.is_empty()
    }
}

/// The office's way to what it keeps. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Office {
    pool: PgPool,
}

impl Office {
    /// That of this database.
    pub const fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    pub(super) async fn begin(&self) -> Result<Transaction<'static, Postgres>, Error> {
        let doing = "beginning to work on deliveries of hooks";
        let mut transaction = self.pool.begin().await.map_err(while_doing(doing))?;
        sqlx::query!("select set_config('app.office', 'execution-hooks', true)")
            .fetch_one(&mut *transaction)
            .await
            .map_err(while_doing(doing))?;
        Ok(transaction)
    }

    /// Up to where the ledger was put down; none before the first time.
    pub async fn position(&self) -> Result<Option<i64>, Error> {
        sqlx::query_scalar!("select position from hook_feed where id = 1")
            .fetch_optional(&self.pool)
            .await
            .map_err(while_doing("asking how far hooks were fed"))
    }

    /// Begins behind a position, unless it was begun before; from where it goes on.
    pub async fn begin_at(&self, position: i64) -> Result<i64, Error> {
        sqlx::query!(
            "insert into hook_feed (id, position) values (1, $1) on conflict (id) do nothing",
            position,
        )
        .execute(&self.pool)
        .await
        .map_err(while_doing("beginning to feed hooks"))?;
        Ok(self.position().await?.unwrap_or(position))
    }

    /// The stretches that are not over.
    pub async fn stretches(&self) -> Result<Vec<Stretch>, Error> {
        let doing = "looking for stretches of hooks";
        let mut office = self.begin().await?;
        let found = sqlx::query!(
            "select stretch_id, organization_id, endpoint_id, position, until, is_replay
               from hook_stretches order by stretch_id"
        )
        .fetch_all(&mut *office)
        .await
        .map_err(while_doing(doing))?;
        office.commit().await.map_err(while_doing(doing))?;
        let read = |text: &str| Error::Damaged(format!("{text:?} is no id of a hook"));
        found
            .into_iter()
            .map(|row| {
                Ok(Stretch {
                    organization: row
                        .organization_id
                        .parse()
                        .map_err(|_| read(&row.organization_id))?,
                    endpoint: row.endpoint_id.parse().map_err(|_| read(&row.endpoint_id))?,
                    id: row.stretch_id,
                    position: row.position,
                    until: row.until,
                    is_replay: row.is_replay,
                })
            })
            .collect()
    }

    /// How much waits for each of these endpoints, counted up to a bound.
    pub async fn waiting(
        &self,
        endpoints: &[ExecutionHookId],
        bound: i64,
    ) -> Result<HashMap<ExecutionHookId, i64>, Error> {
        let doing = "counting what waits for endpoints of hooks";
        let names: Vec<String> = endpoints.iter().map(ToString::to_string).collect();
        let mut office = self.begin().await?;
        let counted = sqlx::query!(
            r#"select e.id as "id!", counted.waiting as "waiting!"
                 from unnest($1::text[]) e (id) cross join lateral (
                   select count(*) as waiting from (
                     select from hook_deliveries d
                      where d.endpoint_id = e.id and d.next_try_at is not null limit $2) some_of_them
                 ) counted"#,
            &names,
            bound,
        )
        .fetch_all(&mut *office)
        .await
        .map_err(while_doing(doing))?;
        office.commit().await.map_err(while_doing(doing))?;
        let read = |row: &str, waiting| row.parse().ok().map(|id| (id, waiting));
        Ok(counted.iter().filter_map(|row| read(&row.id, row.waiting)).collect())
    }

    /// Puts down what the ledger leads to between two positions, and moves on. False when the feed is not
    /// where the caller believes: another process moved it, and nothing was put down.
    pub async fn put_down(
        &self,
        (from, to): (i64, i64),
        put: &Put,
        now: OffsetDateTime,
    ) -> Result<bool, Error> {
        let doing = "putting down what hooks are told";
        let mut office = self.begin().await?;
        let moved = sqlx::query!(
            "update hook_feed set position = $2 where id = 1 and position = $1",
            from,
            to,
        )
        .execute(&mut *office)
        .await
        .map_err(while_doing(doing))?;
        if moved.rows_affected() != 1 {
            return Ok(false);
        }
        for stretch in &put.begun {
            begin_stretch(&mut office, stretch).await?;
        }
        write(&mut office, &put.letters, false, now).await?;
        for (organization, endpoint, id) in &put.tests {
            sqlx::query!(
                "insert into hook_deliveries
                   (delivery_id, organization_id, endpoint_id, event_type, status, max_retries,
                    next_try_at, request_body, created_at, updated_at)
                 values ($1, $2, $3, $4, 'pending', 0, $5, $6, $5, $5) on conflict do nothing",
                id.to_string(),
                organization.to_string(),
                endpoint.to_string(),
                Topic::Test.name(),
                now,
                test_body(*id, *organization, now),
            )
            .execute(&mut *office)
            .await
            .map_err(while_doing(doing))?;
        }
        for (endpoint, id) in &put.again {
            sqlx::query!(
                "update hook_deliveries
                    set status = 'pending', tries = 0, round = round + 1, next_try_at = $3,
                        updated_at = $3
                  where delivery_id = $1 and endpoint_id = $2",
                id.to_string(),
                endpoint.to_string(),
                now,
            )
            .execute(&mut *office)
            .await
            .map_err(while_doing(doing))?;
        }
        for (endpoint, position) in &put.disabled {
            sqlx::query!(
                "update hook_stretches set until = $2 where endpoint_id = $1 and until is null",
                endpoint.to_string(),
                position,
            )
            .execute(&mut *office)
            .await
            .map_err(while_doing(doing))?;
        }
        for endpoint in &put.removed {
            end(&mut office, *endpoint, now).await?;
        }
        office.commit().await.map_err(while_doing(doing))?;
        Ok(true)
    }

    /// Puts down a part of a stretch, up to a position; the stretch is gone when that was the last one.
    /// What was put down before is sent again, where it is a replay, and else left as it is.
    pub async fn put_down_late(
        &self,
        stretch: &Stretch,
        (to, is_over): (i64, bool),
        letters: &[Letter],
        now: OffsetDateTime,
    ) -> Result<(), Error> {
        let doing = "putting down what a hook is told late";
        let mut office = self.begin().await?;
        sqlx::query!(
            "with over as (delete from hook_stretches where stretch_id = $1 and $3)
             update hook_stretches set position = $2 where stretch_id = $1 and not $3",
            stretch.id,
            to,
            is_over,
        )
        .execute(&mut *office)
        .await
        .map_err(while_doing(doing))?;
        write(&mut office, letters, stretch.is_replay, now).await?;
        office.commit().await.map_err(while_doing(doing))
    }
}

async fn begin_stretch(office: &mut PgConnection, stretch: &Stretch) -> Result<(), Error> {
    sqlx::query!(
        "insert into hook_stretches
           (stretch_id, organization_id, endpoint_id, position, until, is_replay)
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        stretch.id,
        stretch.organization.to_string(),
        stretch.endpoint.to_string(),
        stretch.position,
        stretch.until,
        stretch.is_replay,
    )
    .execute(office)
    .await
    .map(drop)
    .map_err(while_doing("beginning a stretch of a hook"))
}

/// Writes what is to be sent, due at once. What is there already stays as it is, or is sent again.
async fn write(
    office: &mut PgConnection,
    letters: &[Letter],
    again: bool,
    now: OffsetDateTime,
) -> Result<(), Error> {
    if letters.is_empty() {
        return Ok(());
    }
    let texts = |of: fn(&Letter) -> String| letters.iter().map(of).collect::<Vec<String>>();
    let numbers = |of: fn(&Letter) -> i64| letters.iter().map(of).collect::<Vec<i64>>();
    let tries = |it: &Letter| i32::try_from(it.max_retries).unwrap_or(i32::MAX);
    sqlx::query!(
        "insert into hook_deliveries as d
           (delivery_id, organization_id, endpoint_id, event_type, position, node, workflow_id, run_id,
            execution_id, sequence, status, max_retries, next_try_at, request_body, created_at,
            updated_at)
         select u.id, u.organization, u.endpoint, u.type, u.position, u.node, u.workflow, u.run,
                nullif(u.execution, ''), u.sequence, 'pending', u.retries, $13, u.body, $13, $13
           from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[],
                       $7::text[], $8::text[], $9::text[], $10::bigint[], $11::int[], $12::text[])
             as u (id, organization, endpoint, type, position, node, workflow, run, execution, sequence,
                   retries, body)
             on conflict (delivery_id) do update
                set status = 'pending', tries = 0, round = d.round + 1, next_try_at = $13,
                    updated_at = $13
              where $14",
        &texts(|it| it.id.to_string()),
        &texts(|it| it.organization.to_string()),
        &texts(|it| it.endpoint.to_string()),
        &texts(|it| it.topic.name().to_owned()),
        &numbers(|it| it.position),
        &texts(|it| it.node.clone()),
        &texts(|it| it.workflow.to_string()),
        &texts(|it| it.run.clone()),
        &texts(|it| it.execution.clone().unwrap_or_default()),
        &numbers(|it| it.sequence),
        &letters.iter().map(tries).collect::<Vec<i32>>(),
        &texts(|it| it.body.clone()),
        now,
        again,
    )
    .execute(office)
    .await
    .map(drop)
    .map_err(while_doing("writing what hooks are told"))
}

/// Ends what waits for an endpoint that is no more.
pub(super) async fn end(
    office: &mut PgConnection,
    endpoint: ExecutionHookId,
    now: OffsetDateTime,
) -> Result<(), Error> {
    sqlx::query!(
        "with gone as (delete from hook_stretches where endpoint_id = $1)
         update hook_deliveries
            set status = 'failure', next_try_at = null, error_message = $2, updated_at = $3
          where endpoint_id = $1 and next_try_at is not null",
        endpoint.to_string(),
        REMOVED,
        now,
    )
    .execute(office)
    .await
    .map(drop)
    .map_err(while_doing("ending what waits for a hook"))
}
