//! Commands for runs that another process owns. The owner drains them; the answer comes back as
//! events through the tail, or as a refusal in the inbox's row.

use sqlx::PgPool;
use time::OffsetDateTime;

use super::Error;
use super::error::while_doing;
use super::wakeup::INBOX;
use crate::primitives::{CommandId, RunId};

/// A command that waits for the owner of its run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Putting the same command twice is putting it once.
    pub command: CommandId,
    /// The run's slot.
    pub slot: i16,
    /// The run that it is for.
    pub run: RunId,
    /// What to do: JSON text that only the actors understand.
    pub payload: String,
    /// When it was put, by the database's clock.
    pub created_at: OffsetDateTime,
}

/// What became of a command that was put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Its owner has not come to it yet.
    Waiting,
    /// It was executed: its events carry its command id.
    Done,
    /// It was refused: JSON text.
    Refused(String),
}

/// The inbox of all runs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Inbox {
    pool: PgPool,
}

impl Inbox {
    /// The inbox of this database.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Puts a command in and wakes the owner.
    pub async fn put(
        &self,
        command: CommandId,
        slot: i16,
        run: RunId,
        payload: &str,
    ) -> Result<(), Error> {
        sqlx::query!(
            "insert into run_inbox (command_id, slot, run_id, payload)
             values ($1, $2, $3, $4::text::json) on conflict (command_id) do nothing",
            command.to_string(),
            slot,
            run.to_string(),
            payload,
        )
        .execute(&self.pool)
        .await
        .map_err(while_doing("putting a command into the inbox"))?;
        // After the commit, and not in it: NOTIFY makes committers wait for each other. If it is
        // lost, the owner's poll finds the command.
        let _ = sqlx::query!("select pg_notify($1, $2)", INBOX, slot.to_string())
            .execute(&self.pool)
            .await;
        Ok(())
    }

    /// The commands that wait for runs of these slots, the oldest first. They stay until the append
    /// that executes them says [`super::Side::InboxDone`], or they are refused or removed.
    pub async fn take(&self, slots: &[i16], limit: i64) -> Result<Vec<Letter>, Error> {
        let rows = sqlx::query!(
            r#"select command_id, slot, run_id, payload::text as "payload!", created_at
                 from run_inbox where refusal is null and slot = any($1)
                order by created_at, command_id limit $2"#,
            slots,
            limit,
        )
        .fetch_all(&self.pool)
        .await
        .map_err(while_doing("draining the inbox"))?;
        rows.into_iter()
            .map(|row| {
                let damaged =
                    || Error::Damaged(format!("{} in the inbox is no id", row.command_id));
                Ok(Letter {
                    command: row.command_id.parse().map_err(|_| damaged())?,
                    slot: row.slot,
                    run: row.run_id.parse().map_err(|_| damaged())?,
                    payload: row.payload,
                    created_at: row.created_at,
                })
            })
            .collect()
    }

    /// Keeps the reason for whoever put the command.
    pub async fn refuse(&self, command: CommandId, refusal: &str) -> Result<(), Error> {
        sqlx::query!(
            "update run_inbox set refusal = $2::text::json where command_id = $1",
            command.to_string(),
            refusal,
        )
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(while_doing("refusing a command of the inbox"))
    }

    /// Removes a command: it changed nothing, or whoever put it has read the refusal.
    pub async fn remove(&self, command: CommandId) -> Result<(), Error> {
        sqlx::query!("delete from run_inbox where command_id = $1", command.to_string())
            .execute(&self.pool)
            .await
            .map(drop)
            .map_err(while_doing("removing a command from the inbox"))
    }

    /// What became of a command.
    pub async fn reply(&self, command: CommandId) -> Result<Reply, Error> {
        let row = sqlx::query!(
            "select refusal::text from run_inbox where command_id = $1",
            command.to_string()
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(while_doing("reading the inbox"))?;
        Ok(match row.map(|row| row.refusal) {
            None => Reply::Done,
            Some(None) => Reply::Waiting,
            Some(Some(refusal)) => Reply::Refused(refusal),
        })
    }

    /// Removes refusals that nobody has fetched for an hour.
    pub async fn purge(&self) -> Result<u64, Error> {
        sqlx::query!(
            "delete from run_inbox
              where refusal is not null and created_at < clock_timestamp() - interval '1 hour'"
        )
        .execute(&self.pool)
        .await
        .map(|done| done.rows_affected())
        .map_err(while_doing("purging the inbox"))
    }
}
