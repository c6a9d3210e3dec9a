//! Whether readers see what the ledger makes of some streams, and mending where they do not.
//!
//! A row depends on nothing but the events of its own stream, so that a sample of streams shows
//! without a rebuild whether a view still is what the ledger makes of it.

use sqlx::{Connection, PgConnection};

use super::Error;
use super::builds::{self, Build, Purpose, Unfinished};
use super::concern;
use super::error::while_doing;
use super::projection::Projection;
use super::rebuild::Means;
use super::session;
use crate::journal::{Journal, Recorded, StreamId};

/// Events of a stream that are read at a time.
const CHUNK: i64 = 1024;
/// Differences that are told at most.
const MOST: i32 = 20;

/// What a sample showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// Where in the ledger the view was when it was looked at.
    pub position: i64,
    /// How many events were folded.
    pub events: usize,
    /// The rows that differ, twenty at most.
    pub differences: Vec<Unlike>,
}

/// A row that is not as the ledger makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlike {
    /// The table.
    pub table: String,
    /// The row's key, its columns separated by slashes.
    pub key: String,
    /// The row as readers see it, JSON text; none if it is missing.
    pub live: Option<String>,
    /// The row as the ledger makes it, JSON text; none if there should be none.
    pub made: Option<String>,
}

/// Folds the streams by themselves and compares each row that they make with the live view, at one
/// position. Nothing of it stays, whatever happens.
///
/// None when the live build is of another version: what this program folds says nothing about it.
/// Tables whose rows are of many streams ([`Projection::summed`]) are not looked at.
pub async fn examine(
    means: &Means,
    projection: &dyn Projection,
    streams: &[StreamId],
) -> Result<Option<Examined>, Error> {
    let failed = while_doing("examining a view");
    let mut connection = session::open(&means.database, "public").await?;
    let mut snapshot =
        connection.begin_with("begin isolation level repeatable read").await.map_err(&failed)?;
    let live = builds::live(&mut snapshot, projection.name()).await?;
    if live.version != projection.version() {
        return Ok(None);
    }
    let sample = Sample { projection, journal: &means.journal, streams };
    let (made, events) = sample.fold(&mut snapshot, live.position).await?;
    let differences = sample.differences(&mut snapshot, &live, &made).await?;
    snapshot.rollback().await.map_err(&failed)?;
    connection.close().await.map_err(while_doing("closing a connection"))?;
    Ok(Some(Examined { position: live.position, events, differences }))
}

/// Projects the streams again: in one transaction the rows that readers see are replaced by those
/// that the ledger makes. How many were written.
///
/// The view's projector waits meanwhile; readers see the old rows or the new. None when the live
/// build is of another version.
pub async fn mend(
    means: &Means,
    projection: &dyn Projection,
    streams: &[StreamId],
) -> Result<Option<i64>, Error> {
    let failed = while_doing("projecting streams again");
    let mut connection = session::open(&means.database, "public").await?;
    let mut transaction = connection.begin().await.map_err(&failed)?;
    builds::hold_live(&mut transaction, projection.name()).await.map_err(&failed)?;
    let live = builds::live(&mut transaction, projection.name()).await?;
    if live.version != projection.version() {
        return Ok(None);
    }
    let sample = Sample { projection, journal: &means.journal, streams };
    let (made, _) = sample.fold(&mut transaction, live.position).await?;
    let written = sqlx::query_scalar!(
        r#"select projection_mend($1, $2, $3, $4) as "written!""#,
        live.build_id,
        made.build_id,
        &summed(projection),
        &sample.ids(),
    )
    .fetch_one(&mut *transaction)
    .await
    .map_err(&failed)?;
    builds::drop_build(&mut transaction, made.build_id).await?;
    transaction.commit().await.map_err(&failed)?;
    connection.close().await.map_err(while_doing("closing a connection"))?;
    Ok(Some(written))
}

/// Streams as one view shows them.
struct Sample<'a> {
    projection: &'a dyn Projection,
    journal: &'a Journal,
    streams: &'a [StreamId],
}

impl Sample<'_> {
    /// Makes a build of nothing but these streams, up to a position, within the transaction. How
    /// many events were folded comes with it.
    async fn fold(
        &self,
        transaction: &mut PgConnection,
        to: i64,
    ) -> Result<(Unfinished, usize), Error> {
        let made = builds::begin(transaction, self.projection, Purpose::Verify).await?;
        session::look_at(transaction, &made.schema_name).await?;
        let events = self.events(to).await?;
        let chunk = usize::try_from(CHUNK).unwrap_or(usize::MAX);
        for events in events.chunks(chunk) {
            concern::write(self.projection, transaction, events).await?;
        }
        session::look_at(transaction, "public").await?;
        Ok((made, events.len()))
    }

    /// The events of the streams that have a place on the ledger up to `to`, in its order.
    async fn events(&self, to: i64) -> Result<Vec<Recorded>, Error> {
        let mut events = Vec::new();
        for stream in self.streams {
            let mut after = 0;
            loop {
                let read = self.journal.read_stream(stream, after, CHUNK).await?;
                let Some(last) = read.last() else { break };
                after = last.sequence;
                // What was recorded since has no place yet, or one behind.
                let is_beyond = last.position == 0 || last.position > to;
                events.extend(read.into_iter().filter(|it| (1..=to).contains(&it.position)));
                if is_beyond {
                    break;
                }
            }
        }
        events.sort_by_key(|event| event.position);
        Ok(events)
    }

    async fn differences(
        &self,
        snapshot: &mut PgConnection,
        live: &Build,
        made: &Unfinished,
    ) -> Result<Vec<Unlike>, Error> {
        sqlx::query_as!(
            Unlike,
            r#"select table_name as "table!", row_key as "key!", live, made
                 from projection_differences($1, $2, $3, $4, $5)"#,
            live.build_id,
            made.build_id,
            &summed(self.projection),
            &self.ids(),
            MOST,
        )
        .fetch_all(snapshot)
        .await
        .map(|mut found| {
            found.truncate(usize::try_from(MOST).unwrap_or_default());
            found
        })
        .map_err(while_doing("comparing a sample with a view"))
    }

    fn ids(&self) -> Vec<String> {
        self.streams.iter().map(|stream| stream.aggregate_id.clone()).collect()
    }
}

fn summed(projection: &dyn Projection) -> Vec<String> {
    projection.summed().iter().map(|&table| table.to_owned()).collect()
}
