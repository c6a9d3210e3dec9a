//! Events that wait to be sent to the outside: arrears under the ids of their subscriptions, so that
//! what is given up is a dead letter like any other.

use std::time::Duration;

use sqlx::PgPool;

use super::Error;
use super::error::while_doing;
use super::event::Recorded;
use super::lease::interval;

/// How many events wait for one endpoint at most, about; what comes beyond is a dead letter.
const MAX_WAITING: i64 = 1_000;
/// How many dead letters an endpoint has at most, about, before nothing is sent to it any more.
pub const MAX_DEAD: i64 = 10_000;

/// Why an event was not even tried.
const OVERFULL: &str =
    "the queue of the endpoint is full: it takes events more slowly than they come";

/// An event that was taken to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// The subscription.
    pub subscription: String,
    /// The event's position.
    pub position: i64,
    /// How often it was tried in vain.
    pub tries: i32,
}

/// How an endpoint stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// How many events wait to be sent.
    pub waiting: i64,
    /// How many were given up, and not discarded.
    pub dead: i64,
}

/// What waits to be sent. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Outbox {
    pool: PgPool,
}

impl Outbox {
    /// That of this database.
    pub const fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Puts an event down for a subscription, once; false when too many wait, and it is a dead
    /// letter at once.
    pub async fn put(&self, subscription: &str, event: &Recorded) -> Result<bool, Error> {
        let waits = sqlx::query_scalar!(
            r#"insert into reaction_arrears
                 (name, position, aggregate_type, aggregate_id, tries, reason, next_try_at)
               select $1, $2, $3, $4, 0, case when waiting < $5 then '' else $6 end,
                      case when waiting < $5 then clock_timestamp() end
                 from (select count(*) as waiting
                         from (select from reaction_arrears
                                where name = $1 and next_try_at is not null limit $5) some_of_them
                      ) counted
                   on conflict (name, position) do nothing
               returning next_try_at is not null as "waits!""#,
            subscription,
            event.position,
            &event.aggregate_type,
            event.aggregate_id,
            MAX_WAITING,
            OVERFULL,
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(while_doing("putting an event down to be sent"))?;
        Ok(waits.unwrap_or(true))
    }

    /// Takes events that are due, at most `each` of an endpoint and none of those in `busy`. They are
    /// due again after `lease`, in whatever process, unless they are settled before.
    pub async fn take(
        &self,
        busy: &[String],
        (each, limit): (i64, i64),
        lease: Duration,
    ) -> Result<Vec<Parcel>, Error> {
        // One look into the index for each endpoint: what waits behind one that is dead is not read.
        sqlx::query_as!(
            Parcel,
            r#"with recursive names (name) as (
                 (select name from reaction_arrears
                   where name >= 'evsub_' and name < 'evsub`' and next_try_at is not null
                   order by name limit 1)
                  union all
                 select (select a.name from reaction_arrears a
                          where a.name > names.name and a.name < 'evsub`'
                            and a.next_try_at is not null
                          order by a.name limit 1)
                   from names where names.name is not null
               ), due as (
                 select found.name, found.position
                   from names cross join lateral (
                     select a.name, a.position, a.next_try_at from reaction_arrears a
                      where a.name = names.name and a.next_try_at <= clock_timestamp()
                      order by a.next_try_at limit $2
                        for update skip locked) found
                  where names.name <> all($1)
                  order by found.next_try_at limit $3
               )
               update reaction_arrears a set next_try_at = clock_timestamp() + $4
                 from due where a.name = due.name and a.position = due.position
               returning a.name as "subscription!", a.position as "position!", a.tries as "tries!""#,
            busy,
            each,
            limit,
            interval(lease),
        )
        .fetch_all(&self.pool)
        .await
        .map_err(while_doing("taking events to be sent"))
    }

    /// How an endpoint stands.
    pub async fn backlog(&self, subscription: &str) -> Result<Backlog, Error> {
        sqlx::query_as!(
            Backlog,
            r#"select count(*) filter (where next_try_at is not null) as "waiting!",
                      count(*) filter (where next_try_at is null and discarded_at is null) as "dead!"
                 from reaction_arrears where name = $1"#,
            subscription,
        )
        .fetch_one(&self.pool)
        .await
        .map_err(while_doing("asking how an endpoint stands"))
    }
}
