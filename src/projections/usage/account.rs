//! An account's events on their way into the tables, one by one: they are few.

use sqlx::PgConnection;
use time::{Date, OffsetDateTime, UtcOffset};

use crate::aggregates::account::{Event, Month, Plan};
use crate::journal::Recorded;
use crate::projections::Error;
use crate::projections::error::while_doing;

/// What of the account's row an event changes; `None` stays as it is.
#[derive(Debug, Default)]
struct Change {
    plan: Option<Counted>,
    exhausted: Option<bool>,
    granted_month: Option<Month>,
}

/// Whether usage is counted from now on, and how.
#[derive(Debug)]
enum Counted {
    Unlimited,
    Metered(Plan),
}

/// Writes an event.
pub(super) async fn apply(
    connection: &mut PgConnection,
    event: &Recorded,
    change: Event,
) -> Result<(), Error> {
    // An account is called as its organization is.
    let whose = event.aggregate_id.clone();
    let change = match change {
        Event::Metered { plan, at, .. } => {
            begin_metering(connection, &whose, day(at)).await?;
            Change { plan: Some(Counted::Metered(plan)), ..Change::default() }
        }
        Event::Unmetered { at, .. } => {
            end_metering(connection, &whose, day(at)).await?;
            Change { plan: Some(Counted::Unlimited), exhausted: Some(false), ..Change::default() }
        }
        Event::ToppedUp { units, at, .. } => {
            credit(connection, &whose, at, 0, units).await?;
            Change::default()
        }
        Event::Granted { units, month, at, .. } => {
            credit(connection, &whose, at, units, 0).await?;
            Change { granted_month: month, ..Change::default() }
        }
        Event::Exhausted { .. } => Change { exhausted: Some(true), ..Change::default() },
        Event::Replenished { .. } => Change { exhausted: Some(false), ..Change::default() },
    };
    let plan = change.plan.map(|counted| match counted {
        Counted::Unlimited => (false, Plan { monthly_grant: 0, min_threshold: 0 }),
        Counted::Metered(plan) => (true, plan),
    });
    sqlx::query!(
        "insert into accounts as a
                (organization_id, metered, monthly_grant, min_threshold, exhausted, granted_month, version)
         values ($1, coalesce($2, false), coalesce($3::bigint, 0), coalesce($4::bigint, 0), coalesce($5, false), $6, $7)
             on conflict (organization_id) do update
            set metered       = coalesce($2, a.metered),
                monthly_grant = coalesce($3, a.monthly_grant),
                min_threshold = coalesce($4, a.min_threshold),
                exhausted     = coalesce($5, a.exhausted),
                granted_month = greatest($6, a.granted_month),
                version       = excluded.version",
        whose,
        plan.map(|(metered, _)| metered),
        plan.map(|(_, plan)| plan.monthly_grant.cast_signed()),
        plan.map(|(_, plan)| plan.min_threshold.cast_signed()),
        change.exhausted,
        change.granted_month.map(|month| month.to_string()),
        event.sequence,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("writing an account"))
}

/// Days count from here on. They may have before: the plan alone has changed then.
async fn begin_metering(
    connection: &mut PgConnection,
    organization: &str,
    day: Date,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into metered_days (organization_id, began_on)
         select $1, $2
          where not exists (select from metered_days
                             where organization_id = $1 and ended_on is null)
             on conflict (organization_id, began_on) do update set ended_on = null",
        organization,
        day,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("noting that usage counts"))
}

async fn end_metering(
    connection: &mut PgConnection,
    organization: &str,
    day: Date,
) -> Result<(), Error> {
    sqlx::query!(
        "update metered_days set ended_on = $2 where organization_id = $1 and ended_on is null",
        organization,
        day,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("noting that usage counts no more"))
}

async fn credit(
    connection: &mut PgConnection,
    organization: &str,
    at: OffsetDateTime,
    granted: u64,
    deposited: u64,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into credits as c (organization_id, month, granted, deposited)
         values ($1, $2, $3, $4)
             on conflict (organization_id, month) do update
            set granted = c.granted + excluded.granted, deposited = c.deposited + excluded.deposited",
        organization,
        Month::of(at).first_day(),
        granted.cast_signed(),
        deposited.cast_signed(),
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("adding units to an account"))
}

fn day(at: OffsetDateTime) -> Date {
    at.to_offset(UtcOffset::UTC).date()
}
