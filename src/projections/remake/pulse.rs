//! What others feel of the database: how long a small write takes until it is durable.

use std::time::Duration;

use sqlx::PgConnection;
use sqlx::postgres::PgConnectOptions;
use tokio::time::Instant;

use crate::projections::Error;
use crate::projections::error::while_doing;
use crate::projections::session;

/// A connection that writes a few bytes now and then, as an append does, and keeps nothing.
#[derive(Debug)]
pub(super) struct Pulse(PgConnection);

impl Pulse {
    /// Opens it.
    pub(super) async fn open(database: &PgConnectOptions) -> Result<Self, Error> {
        let mut connection = session::open(database, "public").await?;
        sqlx::query!("select set_config('synchronous_commit', 'on', false)")
            .fetch_one(&mut connection)
            .await
            .map_err(while_doing("preparing to feel how others are"))?;
        Ok(Self(connection))
    }

    /// How long a small write takes now. It leaves a message in the log of the database that nobody reads.
    pub(super) async fn beat(&mut self) -> Result<Duration, Error> {
        let began = Instant::now();
        sqlx::query!("select pg_logical_emit_message(true, 'chainkeel', ''::text)::text as at")
            .fetch_one(&mut self.0)
            .await
            .map_err(while_doing("feeling how others are"))?;
        Ok(began.elapsed())
    }
}
