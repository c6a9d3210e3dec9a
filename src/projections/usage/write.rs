//! What a batch adds, on its way into the tables.

use sqlx::PgConnection;

use super::account;
use super::fold::{Place, Sum, Used};
use crate::journal::Recorded;
use crate::projections::Error;
use crate::projections::error::while_doing;
use crate::projections::facts;

/// Folds runs and accounts.
pub(super) async fn all(connection: &mut PgConnection, events: &[&Recorded]) -> Result<(), Error> {
    let payloads = facts::of_runs(events)?;
    let mut used_by_runs = Used::default();
    for (event, payload) in &payloads {
        used_by_runs.take(event, payload)?;
    }
    used(connection, &used_by_runs).await?;
    for (event, change) in facts::of_accounts(events)? {
        account::apply(connection, event, change).await?;
    }
    Ok(())
}

/// Adds everything. Runs come first: a day's rows read from them whose they are.
async fn used(connection: &mut PgConnection, used: &Used<'_>) -> Result<(), Error> {
    if !used.births.is_empty() {
        begin_runs(connection, used).await?;
    }
    if used.sums.is_empty() {
        return Ok(());
    }
    let (places, sums): (Vec<&Place<'_>>, Vec<&Sum>) = used.sums.iter().unzip();
    let runs: Vec<_> = places.iter().map(|place| place.run_id).collect();
    let days: Vec<_> = places.iter().map(|place| place.day).collect();
    let types: Vec<_> = places.iter().map(|place| place.node_type.as_str()).collect();
    let roles: Vec<_> = places.iter().map(|place| place.role.as_str()).collect();
    let prices: Vec<_> = places.iter().map(|place| place.prices.cast_signed()).collect();
    let executions: Vec<_> = sums.iter().map(|sum| sum.executions).collect();
    let units: Vec<_> = sums.iter().map(|sum| sum.units).collect();
    let failed = while_doing("adding to what runs used");
    sqlx::query!(
        "update run_units r
            set executions = r.executions + u.executions, units = r.units + u.units
           from (select run_id, sum(executions)::bigint as executions, sum(units)::bigint as units
                   from unnest($1::text[], $2::bigint[], $3::bigint[]) n (run_id, executions, units)
                  group by run_id) u
          where r.run_id = u.run_id",
        &runs as _,
        &executions,
        &units,
    )
    .execute(&mut *connection)
    .await
    .map_err(&failed)?;
    // The order keeps two lanes from waiting for each other in a ring.
    sqlx::query!(
        "insert into usage_days as d
                (organization_id, day, workflow_id, node_type, role, prices, executions, units)
         select r.organization_id, u.day, r.workflow_id, u.node_type, u.role, u.prices,
                sum(u.executions)::bigint, sum(u.units)::bigint
           from unnest($1::text[], $2::date[], $3::text[], $4::text[], $5::integer[], $6::bigint[],
                       $7::bigint[])
                u (run_id, day, node_type, role, prices, executions, units)
           join run_units r using (run_id)
          group by 1, 2, 3, 4, 5, 6
          order by 1, 2, 3, 4, 5, 6
             on conflict (organization_id, day, workflow_id, node_type, role, prices) do update
            set executions = d.executions + excluded.executions, units = d.units + excluded.units",
        &runs as _,
        &days as _,
        &types as _,
        &roles as _,
        &prices,
        &executions,
        &units,
    )
    .execute(&mut *connection)
    .await
    .map_err(&failed)?;
    sqlx::query!(
        "insert into used_days as d (organization_id, day, units)
         select r.organization_id, u.day, sum(u.units)::bigint
           from unnest($1::text[], $2::date[], $3::bigint[]) u (run_id, day, units)
           join run_units r using (run_id)
          group by 1, 2
          order by 1, 2
             on conflict (organization_id, day) do update set units = d.units + excluded.units",
        &runs as _,
        &days as _,
        &units,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(&failed)
}

async fn begin_runs(connection: &mut PgConnection, used: &Used<'_>) -> Result<(), Error> {
    let runs: Vec<_> = used.births.iter().map(|birth| birth.run_id).collect();
    let organizations: Vec<_> = used.births.iter().map(|birth| &*birth.organization).collect();
    let workflows: Vec<_> = used.births.iter().map(|birth| birth.workflow_id.as_str()).collect();
    sqlx::query!(
        "insert into run_units (run_id, organization_id, workflow_id, executions, units)
         select run_id, organization_id, workflow_id, 0, 0
           from unnest($1::text[], $2::text[], $3::text[]) u (run_id, organization_id, workflow_id)",
        &runs as _,
        &organizations as _,
        &workflows as _,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("noting whose runs began"))
}
