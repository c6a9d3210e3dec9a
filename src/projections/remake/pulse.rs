//! What others feel of the database: how long a small write takes until it is durable.

use std::thread;
use std::time::Duration;

use sqlx::PgConnection;
use sqlx::postgres::PgConnectOptions;
use tokio::runtime;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::candidate::Means;
use crate::projections::Error;
use crate::projections::error::while_doing;
use crate::projections::session;

/// A connection that writes a few bytes now and then, as an append does, and keeps nothing. It has a thread of its
/// own: on that of the work, it would wait for whatever is calculated there, and feel that.
#[derive(Debug)]
pub(super) struct Pulse(mpsc::UnboundedSender<Asked>);

type Asked = oneshot::Sender<Result<Duration, Error>>;

impl Pulse {
    /// Opens it. It ends with what is returned.
    pub(super) fn open(means: &Means) -> Result<Self, Error> {
        let starting = while_doing("beginning to feel how others are");
        let (ask, asked) = mpsc::unbounded_channel();
        let database = means.database.clone();
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(sqlx::Error::Io).map_err(&starting)?;
        thread::Builder::new()
            .name("pulse".to_owned())
            .spawn(move || runtime.block_on(answer(&database, asked)))
            .map_err(sqlx::Error::Io)
            .map_err(&starting)?;
        Ok(Self(ask))
    }

    /// How long a small write takes now. It leaves a message in the log of the database that nobody reads.
    pub(super) async fn beat(&self) -> Result<Duration, Error> {
        let (reply, answer) = oneshot::channel();
        let gone = || while_doing("feeling how others are")(sqlx::Error::WorkerCrashed);
        self.0.send(reply).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

/// Answers until nobody can ask any more.
async fn answer(database: &PgConnectOptions, mut asked: mpsc::UnboundedReceiver<Asked>) {
    let mut open = None;
    while let Some(reply) = asked.recv().await {
        // Who asked may have gone.
        let _ = reply.send(beat(database, &mut open).await);
    }
}

async fn beat(
    database: &PgConnectOptions,
    open: &mut Option<PgConnection>,
) -> Result<Duration, Error> {
    let connection = match open {
        Some(connection) => connection,
        None => open.insert(connect(database).await?),
    };
    let began = Instant::now();
    sqlx::query!("select pg_logical_emit_message(true, 'chainkeel', ''::text)::text as at")
        .fetch_one(connection)
        .await
        .map_err(while_doing("feeling how others are"))?;
    Ok(began.elapsed())
}

async fn connect(database: &PgConnectOptions) -> Result<PgConnection, Error> {
    let mut connection = session::open(database, "public").await?;
    sqlx::query!("select set_config('synchronous_commit', 'on', false)")
        .fetch_one(&mut connection)
        .await
        .map_err(while_doing("preparing to feel how others are"))?;
    Ok(connection)
}
