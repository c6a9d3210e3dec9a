//! The ledger as it is stored, letter by letter, and what of it goes into the tree.

use sqlx::PgPool;
use time::OffsetDateTime;

use super::{Damage, Error};
use crate::journal;
use crate::proof::{Envelope, Hash, sha256};

/// Where the microseconds of the tree begin.
pub(super) fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX)
}

/// What the database could not do.
pub(super) fn asked(doing: &'static str) -> impl Fn(sqlx::Error) -> Error {
    move |source| journal::Error::Database { doing, source: source.into() }.into()
}

/// A leaf, and in words what it is of.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    pub(super) position: u64,
    pub(super) hash: Hash,
    pub(super) of: String,
}

/// The leaves after a position, at most `limit` of them. A hole, and an event that is gone, are told.
pub(super) async fn leaves(pool: &PgPool, after: u64, limit: i64) -> Result<Vec<Leaf>, Error> {
    let from = i64::try_from(after).unwrap_or(i64::MAX);
    let rows = sqlx::query!(
        r#"select log_position as "position!", aggregate_type as "aggregate_type!",
                  aggregate_id as "aggregate_id!", sequence as "sequence!", event_type, event_version,
                  organization_id, payload, metadata, recorded_at
             from journal_read($1, $2)"#,
        from,
        limit,
    )
    .fetch_all(pool)
    .await
    .map_err(asked("reading the ledger for its proofs"))?;
    let mut buffer = Vec::new();
    let mut leaves = Vec::with_capacity(rows.len());
    for (row, position) in rows.into_iter().zip(after + 1..) {
        if u64::try_from(row.position) != Ok(position) {
            return Err(Damage::Event { position, what: "no event has it".to_owned() }.into());
        }
        let of = format!("event {} of {} {}", row.sequence, row.aggregate_type, row.aggregate_id);
        let gone = || Damage::Event { position, what: format!("{of} is gone") };
        let payload = sha256(row.payload.ok_or_else(gone)?.as_bytes());
        let metadata = sha256(row.metadata.ok_or_else(gone)?.as_bytes());
        let envelope = Envelope {
            position: row.position,
            organization: &row.organization_id.ok_or_else(gone)?,
            aggregate_type: &row.aggregate_type,
            aggregate_id: &row.aggregate_id,
            sequence: row.sequence,
            event_type: &row.event_type.ok_or_else(gone)?,
            version: &row.event_version.ok_or_else(gone)?,
            recorded_at: micros(row.recorded_at.ok_or_else(gone)?),
            payload: &payload,
            metadata: &metadata,
        };
        let hash = envelope.leaf(&mut buffer);
        leaves.push(Leaf { position, hash, of });
    }
    Ok(leaves)
}
