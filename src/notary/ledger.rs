//! The ledger as it is stored, letter by letter, and what of it goes into the tree.

use time::OffsetDateTime;

use super::{Damage, Error, OutsideCopy};
use crate::journal::{self, Journal, Recorded};
use crate::proof::{Envelope, Hash, TileId, sha256};
use crate::segments::Row;

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

/// The leaves after a position, at most `limit` of them. A hole, and an event that is gone, are told. Of an event that
/// was deleted by order the leaf is taken from the copy outside: nobody can make it again.
pub(super) async fn leaves(
    (journal, copy): (&Journal, &OutsideCopy),
    after: u64,
    limit: i64,
) -> Result<Vec<Leaf>, Error> {
    let from = i64::try_from(after).unwrap_or(i64::MAX);
    let placed = journal.placed_after(from, limit).await?;
    let mut buffer = Vec::new();
    let mut leaves = Vec::with_capacity(placed.len());
    for (at, position) in placed.into_iter().zip(after + 1..) {
        if u64::try_from(at.position) != Ok(position) {
            return Err(Damage::Event { position, what: "no event has it".to_owned() }.into());
        }
        let of = format!("event {} of {} {}", at.sequence, at.aggregate_type, at.aggregate_id);
        let hash = if let Some(event) = &at.event {
            leaf_of(event, &mut buffer)
        } else {
            let what =
                || format!("{of} was deleted by order, and the copy outside has no tile of it");
            let lost = || Damage::Event { position, what: what() };
            signed_leaf(copy, position, size_of(copy)?)?.ok_or_else(lost)?
        };
        leaves.push(Leaf { position, hash, of });
    }
    Ok(leaves)
}

/// The leaf of an event as it is stored.
fn leaf_of(event: &Recorded, buffer: &mut Vec<u8>) -> Hash {
    let payload = sha256(event.payload.as_bytes());
    let metadata = sha256(event.metadata.as_bytes());
    let organization = event.organization.to_string();
    let envelope = Envelope {
        position: event.position,
        organization: &organization,
        aggregate_type: &event.aggregate_type,
        aggregate_id: &event.aggregate_id,
        sequence: event.sequence,
        event_type: &event.event_type,
        version: &event.event_version,
        recorded_at: micros(event.recorded_at),
        payload: &payload,
        metadata: &metadata,
    };
    envelope.leaf(buffer)
}

/// The leaf of an event of an organization, as a segment has it.
pub fn leaf_of_row(organization: &str, row: &Row, buffer: &mut Vec<u8>) -> Hash {
    let payload = sha256(row.payload.as_bytes());
    let metadata = sha256(row.metadata.as_bytes());
    let envelope = Envelope {
        position: row.position,
        organization,
        aggregate_type: "run",
        aggregate_id: &row.aggregate_id,
        sequence: row.sequence,
        event_type: &row.event_type,
        version: &row.event_version,
        recorded_at: row.recorded_at,
        payload: &payload,
        metadata: &metadata,
    };
    envelope.leaf(buffer)
}

/// The leaf of a position, as the tiles outside have it for a tree of this size.
pub(super) fn signed_leaf(
    copy: &OutsideCopy,
    position: u64,
    size: u64,
) -> Result<Option<Hash>, Error> {
    let Some(leaf) = position.checked_sub(1).filter(|leaf| *leaf < size) else { return Ok(None) };
    let index = leaf / 256;
    let width = u16::try_from((size - index * 256).min(256)).unwrap_or(256);
    let bytes = copy.tile(TileId { level: 0, index, width })?;
    let at = usize::try_from(leaf % 256 * 32).unwrap_or(usize::MAX);
    Ok(bytes.and_then(|bytes| bytes.get(at..at + 32)?.try_into().ok()))
}

/// How many leaves the tiles outside are of, as the checkpoint there says; whether that counts, others look at.
fn size_of(copy: &OutsideCopy) -> Result<u64, Error> {
    let text = copy.checkpoint()?.unwrap_or_default();
    Ok(text.lines().nth(1).and_then(|line| line.parse().ok()).unwrap_or_default())
}
