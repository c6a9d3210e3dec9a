//! Many events at once, recorded as of times of their own: how a ledger is filled whose runs lie in the past.
//!
//! Nothing is fenced and nothing is claimed: it is for streams that nobody else writes. The sequencer gives
//! them their positions as it does all others.

use std::sync::Arc;

use sqlx::{Connection as _, PgConnection, PgPool};
use time::OffsetDateTime;

use super::error::while_doing;
use super::event::{NewEvent, StreamId};
use super::{Error, Metadata};
use crate::primitives::OrganizationId;

/// An event of a stream, with the moment at which it counts as recorded.
#[derive(Debug, Clone)]
pub struct Dated {
    stream: Arc<str>,
    aggregate_type: &'static str,
    sequence: i64,
    event: NewEvent,
    metadata: Arc<str>,
    recorded_at: OffsetDateTime,
}

impl Dated {
    /// A whole stream: its events, each with its moment. One that lies before that of the event before it counts
    /// as recorded at that one's.
    ///
    /// # Errors
    /// [`Error::Encode`] where the metadata are no JSON.
    pub fn stream(
        stream: &StreamId,
        metadata: &Metadata,
        events: impl IntoIterator<Item = (NewEvent, OffsetDateTime)>,
    ) -> Result<Vec<Self>, Error> {
        let metadata = serde_json::to_string(metadata);
        let metadata: Arc<str> = metadata.map_err(|source| Error::Encode(source.into()))?.into();
        let id: Arc<str> = stream.aggregate_id.as_str().into();
        let mut latest = OffsetDateTime::UNIX_EPOCH;
        let events = (1..).zip(events).map(|(sequence, (event, at))| {
            latest = latest.max(at);
            Self {
                stream: Arc::clone(&id),
                aggregate_type: stream.aggregate_type,
                sequence,
                event,
                metadata: Arc::clone(&metadata),
                recorded_at: latest,
            }
        });
        Ok(events.collect())
    }

    /// When it counts as recorded.
    pub const fn recorded_at(&self) -> OffsetDateTime {
        self.recorded_at
    }
}

/// Records the events in one transaction, which is not awaited to be on disk: whoever fills a ledger begins anew
/// after a crash of the database. Events of a stream must come in their order, and by one connection.
///
/// # Errors
/// [`Error::Database`], also where one of them was recorded before: then none of them is.
pub async fn record(connection: &mut PgConnection, events: &[Dated]) -> Result<(), Error> {
    let doing = "recording many events at once";
    let types: Vec<&str> = events.iter().map(|it| it.aggregate_type).collect();
    let streams: Vec<&str> = events.iter().map(|it| it.stream.as_ref()).collect();
    let sequences: Vec<i64> = events.iter().map(|it| it.sequence).collect();
    let names: Vec<&str> = events.iter().map(|it| it.event.event_type.as_ref()).collect();
    let versions: Vec<&str> = events.iter().map(|it| it.event.event_version.as_ref()).collect();
    let payloads: Vec<&str> = events.iter().map(|it| it.event.payload.as_str()).collect();
    let metadata: Vec<&str> = events.iter().map(|it| it.metadata.as_ref()).collect();
    let times: Vec<OffsetDateTime> = events.iter().map(|it| it.recorded_at).collect();
    sqlx::query!(
        "insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version,
                             payload, metadata, recorded_at)
         select e.kind, e.id, e.sequence, e.name, e.version, e.payload::json, e.metadata::json, e.at
           from unnest($1::text[], $2::text[], $3::int8[], $4::text[], $5::text[], $6::text[], $7::text[],
                       $8::timestamptz[]) e (kind, id, sequence, name, version, payload, metadata, at)",
        &types as &[&str],
        &streams as &[&str],
        &sequences,
        &names as &[&str],
        &versions as &[&str],
        &payloads as &[&str],
        &metadata as &[&str],
        &times,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing(doing))
}

/// Lets commits of this connection not wait for the disk.
///
/// # Errors
/// [`Error::Database`].
pub async fn hurry(connection: &mut PgConnection) -> Result<(), Error> {
    sqlx::query!("select set_config('synchronous_commit', 'off', false)")
        .fetch_one(connection)
        .await
        .map(drop)
        .map_err(while_doing("letting commits not wait"))
}

/// Closes the connection once all that it recorded is on the disk.
///
/// # Errors
/// [`Error::Database`].
pub async fn settle(mut connection: PgConnection) -> Result<(), Error> {
    let failed = while_doing("waiting for the disk");
    sqlx::query!("select set_config('synchronous_commit', 'on', false)")
        .fetch_one(&mut connection)
        .await
        .map_err(&failed)?;
    // A commit that is awaited, and with it all before it.
    sqlx::query!("select pg_logical_emit_message(true, 'chainkeel', ''::text)::text as at")
        .fetch_one(&mut connection)
        .await
        .map_err(&failed)?;
    connection.close().await.map_err(&failed)
}

/// Whether an organization has runs whose events are in the database.
///
/// # Errors
/// [`Error::Database`].
pub async fn has_runs(pool: &PgPool, organization: OrganizationId) -> Result<bool, Error> {
    sqlx::query_scalar!(
        r#"select exists (select from events where aggregate_type = 'run' and organization_id = $1) as "is!""#,
        organization.to_string(),
    )
    .fetch_one(pool)
    .await
    .map_err(while_doing("asking whether an organization has runs"))
}

/// Whether a process that executes runs is at work on this database.
///
/// # Errors
/// [`Error::Database`].
pub async fn are_executed(pool: &PgPool) -> Result<bool, Error> {
    sqlx::query_scalar!(
        r#"select exists (select from workers where takes_slots and lease_until > clock_timestamp()) as "is!""#,
    )
    .fetch_one(pool)
    .await
    .map_err(while_doing("asking whether runs are executed"))
}
