//! What an operator wants of a projection's runner: that it rests, or is slow.

use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use super::Error;
use super::error::while_doing;

/// What is wanted of a runner. By default: that it follows the ledger as fast as it can.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Order {
    /// It is to rest.
    pub is_paused: bool,
    /// It is to take no more than so many events a second.
    pub per_second: Option<i32>,
}

/// What is wanted of projections, by name; nothing of those that are not named.
pub async fn list(pool: &PgPool) -> Result<Vec<(String, Order)>, Error> {
    let rows = sqlx::query!("select projection, is_paused, per_second from projection_orders")
        .fetch_all(pool)
        .await
        .map_err(while_doing("reading what is wanted of projections"))?;
    let order = |is_paused, per_second| Order { is_paused, per_second };
    Ok(rows.into_iter().map(|row| (row.projection, order(row.is_paused, row.per_second))).collect())
}

/// What is wanted of a projection now.
pub(super) async fn of(connection: &mut PgConnection, projection: &str) -> Result<Order, Error> {
    let row = sqlx::query_as!(
        Order,
        "select is_paused, per_second from projection_orders where projection = $1",
        projection,
    )
    .fetch_optional(connection)
    .await
    .map_err(while_doing("reading what is wanted of a projection"))?;
    Ok(row.unwrap_or_default())
}

/// Lets a projection rest, or go on.
pub async fn pause(
    pool: &PgPool,
    projection: &str,
    is_paused: bool,
    at: OffsetDateTime,
) -> Result<(), Error> {
    change(pool, projection, at, |order| Order { is_paused, ..order }).await
}

/// Bounds how many events a second a projection takes; none takes the bound away.
pub async fn throttle(
    pool: &PgPool,
    projection: &str,
    per_second: Option<i32>,
    at: OffsetDateTime,
) -> Result<(), Error> {
    change(pool, projection, at, |order| Order { per_second, ..order }).await
}

async fn change(
    pool: &PgPool,
    projection: &str,
    at: OffsetDateTime,
    change: impl FnOnce(Order) -> Order,
) -> Result<(), Error> {
    let doing = "writing what is wanted of a projection";
    let mut transaction = pool.begin().await.map_err(while_doing(doing))?;
    // Of two who change it at once, the second sees what the first wrote.
    sqlx::query!("lock table projection_orders in share row exclusive mode")
        .execute(&mut *transaction)
        .await
        .map_err(while_doing(doing))?;
    let order = change(of(&mut transaction, projection).await?);
    if order == Order::default() {
        sqlx::query!("delete from projection_orders where projection = $1", projection)
            .execute(&mut *transaction)
            .await
    } else {
        sqlx::query!(
            "insert into projection_orders (projection, is_paused, per_second, since) values ($1, $2, $3, $4)
             on conflict (projection) do update
                set is_paused = excluded.is_paused, per_second = excluded.per_second, since = excluded.since",
            projection,
            order.is_paused,
            order.per_second,
            at,
        )
        .execute(&mut *transaction)
        .await
    }
    .map_err(while_doing(doing))?;
    transaction.commit().await.map_err(while_doing(doing))
}
