//! What reactions to the ledger keep: how far each has come, and what it could not carry out.
//!
//! A checkpoint moves by compare-and-swap, behind what was carried out. Two processes that follow
//! for the same reaction, because one does not know yet that it was taken for dead, repeat each
//! other's orders, which changes nothing, and never skip an event.

use std::time::Duration;

use sqlx::PgPool;

use super::Error;
use super::error::while_doing;
use super::event::Recorded;
use super::lease::interval;

/// Reasons are for people: what is longer tells them no more.
const REASON_BYTES: usize = 2 * 1024;

/// The checkpoints and arrears of all reactions. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Reactions {
    pool: PgPool,
}

/// An event that is to be tried again: the first of its stream that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrear {
    /// The event's position.
    pub position: i64,
    /// The type of its stream.
    pub aggregate_type: String,
    /// The id of its stream.
    pub aggregate_id: String,
    /// How often it was tried in vain since it was set aside.
    pub tries: i32,
}

/// What becomes of an event that could not be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is tried again after this pause.
    Again(Duration),
    /// It stays until a person has looked.
    Parked,
}

/// How a reaction stands, for operators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The reaction.
    pub name: String,
    /// Up to where it has followed the ledger.
    pub position: i64,
    /// Events that it tries again.
    pub again: i64,
    /// Events that it has given up.
    pub parked: i64,
    /// Why, for the first that is parked.
    pub reason: Option<String>,
}

impl Reactions {
    /// The reactions of this database.
    pub const fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Where a reaction goes on. One that was never heard of begins with the ledger.
    pub async fn position(&self, name: &str) -> Result<i64, Error> {
        sqlx::query_scalar!(
            r#"with new as (
                 insert into reactions (name, position) values ($1, 0)
                     on conflict (name) do nothing returning position)
               select coalesce((select position from reactions where name = $1),
                               (select position from new), 0) as "position!""#,
            name,
        )
        .fetch_one(&self.pool)
        .await
        .map_err(while_doing("reading how far a reaction has come"))
    }

    /// How far a reaction has come; zero when it was never heard of.
    pub async fn reached(&self, name: &str) -> Result<i64, Error> {
        sqlx::query_scalar!("select position from reactions where name = $1", name)
            .fetch_optional(&self.pool)
            .await
            .map(Option::unwrap_or_default)
            .map_err(while_doing("asking how far a reaction has come"))
    }

    /// Whether a living process follows for a reaction.
    pub async fn is_followed(&self, name: &str) -> Result<bool, Error> {
        sqlx::query_scalar!(
            r#"select exists (
                 select from leases join workers on worker_id = owner
                  where kind = 'reaction' and key = $1
                    and lease_until > clock_timestamp()) as "exists!""#,
            name,
        )
        .fetch_one(&self.pool)
        .await
        .map_err(while_doing("asking who follows for a reaction"))
    }

    /// Moves a checkpoint. False when it is not where the caller believes: another process moved
    /// it.
    pub async fn advance(&self, name: &str, from: i64, to: i64) -> Result<bool, Error> {
        sqlx::query!(
            "update reactions set position = $3, moved_at = clock_timestamp()
              where name = $1 and position = $2",
            name,
            from,
            to,
        )
        .execute(&self.pool)
        .await
        .map(|done| done.rows_affected() == 1)
        .map_err(while_doing("moving a reaction's checkpoint"))
    }

    /// Sets an event aside, to be tried again or parked. What follows in its line, mostly its stream,
    /// waits behind it.
    pub async fn set_aside(
        &self,
        name: &str,
        event: &Recorded,
        (kind, id): &(String, String),
        fate: Fate,
        reason: &str,
    ) -> Result<(), Error> {
        sqlx::query!(
            "insert into reaction_arrears
               (name, position, aggregate_type, aggregate_id, tries, reason, next_try_at, history)
             values ($1, $2, $3, $4, 0, $5, clock_timestamp() + $6,
                     json_build_array(json_build_object('at', clock_timestamp(), 'reason', $5::text)))
                 on conflict (name, position) do nothing",
            name,
            event.position,
            kind,
            id,
            shortened(reason),
            pause(fate),
        )
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(while_doing("setting an event aside"))
    }

    /// Notes that an event which was set aside was tried in vain once more.
    pub async fn failed_again(
        &self,
        name: &str,
        position: i64,
        fate: Fate,
        reason: &str,
    ) -> Result<(), Error> {
        sqlx::query!(
            "update reaction_arrears
                set tries = tries + 1, reason = $3, next_try_at = clock_timestamp() + $4,
                    history = arrear_history(history, $3)
              where name = $1 and position = $2",
            name,
            position,
            shortened(reason),
            pause(fate),
        )
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(while_doing("setting an event aside once more"))
    }

    /// Removes an event that was carried out after all.
    pub async fn settle(&self, name: &str, position: i64) -> Result<(), Error> {
        sqlx::query!(
            "delete from reaction_arrears where name = $1 and position = $2",
            name,
            position
        )
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(while_doing("removing an event that was set aside"))
    }

    /// The streams of which events wait to be tried again, by type and id: what follows in them has
    /// to wait, too.
    pub async fn held_streams(&self, name: &str) -> Result<Vec<(String, String)>, Error> {
        let rows = sqlx::query!(
            "select distinct aggregate_type, aggregate_id from reaction_arrears
              where name = $1 and next_try_at is not null",
            name,
        )
        .fetch_all(&self.pool)
        .await
        .map_err(while_doing("reading what was set aside"))?;
        Ok(rows.into_iter().map(|row| (row.aggregate_type, row.aggregate_id)).collect())
    }

    /// Of each stream the first event that waits, where its time has come; at most `limit`.
    pub async fn due(&self, name: &str, limit: i64) -> Result<Vec<Arrear>, Error> {
        sqlx::query_as!(
            Arrear,
            r#"select position as "position!", aggregate_type as "aggregate_type!",
                      aggregate_id as "aggregate_id!", tries as "tries!"
                 from (select distinct on (aggregate_type, aggregate_id)
                              position, aggregate_type, aggregate_id, tries, next_try_at
                         from reaction_arrears
                        where name = $1 and next_try_at is not null
                        order by aggregate_type, aggregate_id, position) first
                where next_try_at <= clock_timestamp()
                order by next_try_at limit $2"#,
            name,
            limit,
        )
        .fetch_all(&self.pool)
        .await
        .map_err(while_doing("reading what is due to be tried again"))
    }

    /// How many events of a reaction are set aside and tried again. What was given up is not among
    /// them: whoever sends what nobody can carry out must not stop the others.
    pub async fn arrears(&self, name: &str) -> Result<i64, Error> {
        sqlx::query_scalar!(
            r#"select count(*) as "count!" from reaction_arrears
                where name = $1 and next_try_at is not null"#,
            name
        )
        .fetch_one(&self.pool)
        .await
        .map_err(while_doing("counting what was set aside"))
    }

    /// How all reactions stand.
    pub async fn list(pool: &PgPool) -> Result<Vec<Standing>, Error> {
        sqlx::query_as!(
            Standing,
            r#"select r.name as "name!", r.position as "position!",
                      count(a.position) filter (where a.next_try_at is not null) as "again!",
                      count(a.position) filter (where a.next_try_at is null and a.discarded_at is null)
                        as "parked!",
                      (array_agg(a.reason order by a.position)
                        filter (where a.position is not null and a.next_try_at is null
                                and a.discarded_at is null))[1] as reason
                 from reactions r left join reaction_arrears a using (name)
                group by r.name, r.position order by r.name"#
        )
        .fetch_all(pool)
        .await
        .map_err(while_doing("asking how reactions stand"))
    }
}

fn pause(fate: Fate) -> Option<sqlx::postgres::types::PgInterval> {
    match fate {
        Fate::Again(pause) => Some(interval(pause)),
        Fate::Parked => None,
    }
}

fn shortened(reason: &str) -> &str {
    let end = reason.floor_char_boundary(REASON_BYTES);
    &reason[..end]
}
