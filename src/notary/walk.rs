//! The walk of the whole ledger: every event is hashed again, and the root over all must be the one that was
//! signed. It reads the database as it is stored and believes nothing that stands in it.
//!
//! Events and their positions are read side by side in the order of streams, which both have an index for,
//! so that no side is held in memory; 32 bytes an event are.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgConnection};

use super::ledger::{asked, leaf_of_row, signed_leaf};
use super::rows::{Rows, number, text};
use super::{Damage, Error, Log, OutsideCopy};
use crate::journal::reading::{Catalogue, Kept, State};
use crate::journal::{self, blobs_of};
use crate::primitives::unhex;
use crate::proof::{Checkpoint, Envelope, Frontier, Hash, Note, TileId, VerifierKey, sha256};
use crate::segments::Shelf;

/// After how many events it is told how far it is.
const TELL_EVERY: u64 = 16_384;
/// Microseconds from 1970 to 2000, where PostgreSQL begins to count.
const EPOCH_MICROS: i64 = 946_684_800_000_000;
/// What a leaf that nobody has found yet has. No event hashes to it.
const UNSEEN: Hash = [0; 32];

const POSITIONS: &str =
    "copy (select aggregate_type, aggregate_id, sequence, position from event_log
    order by aggregate_type, aggregate_id, sequence) to stdout (format binary)";
const EVENTS: &str =
    "copy (select aggregate_type, aggregate_id, sequence, event_type, event_version,
        organization_id, payload::text, metadata::text, recorded_at from events
    order by aggregate_type, aggregate_id, sequence) to stdout (format binary)";
const BLOBS: &str = "copy (select sha256, content from blobs) to stdout (format binary)";

/// A walk that is to be made.
#[derive(Debug)]
pub struct Walk {
    /// The database.
    pub database: PgConnectOptions,
    /// The log in it.
    pub log: Log,
    /// The copy outside of it.
    pub copy: OutsideCopy,
    /// The key, where it is known from elsewhere.
    pub key: Option<VerifierKey>,
    /// A checkpoint that was kept elsewhere, instead of the copy's.
    pub checkpoint: Option<String>,
    /// What has left the database.
    pub segments: Shelf,
}

/// How far a walk is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// How many events were hashed.
    pub done: u64,
    /// How many there are.
    pub total: u64,
    /// How long it took.
    pub taken: Duration,
}

/// What a walk has shown: the ledger is the one that was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walked {
    /// The checkpoint that it was held against.
    pub checkpoint: Checkpoint,
    /// Where that was kept.
    pub place: String,
    /// Events behind the checkpoint, which nothing is signed of yet.
    pub unsigned: u64,
    /// Large texts that were hashed, too.
    pub blobs: u64,
    /// Of the events, those that were read from segments.
    pub sealed: u64,
    /// Of the events, those that were deleted by order: that they were what was signed, the tiles alone say.
    pub deleted: u64,
    /// How long the events took.
    pub taken: Duration,
}

impl Walk {
    /// Walks. An error of [`Error::Damage`] names the first place that is not as it was signed.
    pub async fn run(&self, mut tell: impl FnMut(Progress)) -> Result<Walked, Error> {
        let (note, place) = self.signed().await?;
        let checkpoint = note.checkpoint().clone();
        let head = self.log.standing().await?.head;
        if head < checkpoint.size {
            let copy = self.copy.place().to_owned();
            return Err(Damage::Shorter { head, signed: checkpoint.size, copy }.into());
        }
        let mut events = self.connection().await?;
        let mut positions = self.connection().await?;
        let blobs = self.blobs(&mut events).await?;
        let began = Instant::now();
        let size = usize::try_from(checkpoint.size).map_err(|_| Error::Unreadable("size"))?;
        let mut hashing = Hashing {
            leaves: vec![UNSEEN; size],
            blobs: &blobs,
            buffer: Vec::with_capacity(1_024),
            done: 0,
            first: None,
        };
        hashing
            .all((&mut events, &mut positions), |done| {
                tell(Progress { done, total: checkpoint.size, taken: began.elapsed() });
            })
            .await?;
        let (sealed, deleted) = self.take_segments(&mut hashing, checkpoint.size).await?;
        tell(Progress { done: hashing.done, total: checkpoint.size, taken: began.elapsed() });
        let Hashing { leaves, first, .. } = hashing;
        if let Some(damage) = first {
            return Err(damage.into());
        }
        let taken = began.elapsed();
        self.must_be_signed(&leaves, &checkpoint, &place, &mut positions).await?;
        for connection in [events, positions] {
            connection.close().await.map_err(asked("ending a connection"))?;
        }
        let (unsigned, blobs) = (head - checkpoint.size, blobs.len() as u64);
        Ok(Walked { checkpoint, place, unsigned, blobs, sealed, deleted, taken })
    }

    /// Hashes what has left the database, file by file; how many events were read, and how many there are no more.
    async fn take_segments(
        &self,
        hashing: &mut Hashing<'_>,
        size: u64,
    ) -> Result<(u64, u64), Error> {
        let (mut sealed, mut deleted, mut buffer) = (0, 0, Vec::new());
        for kept in Catalogue::new(self.log.pool().clone()).list().await? {
            match kept.state {
                // Its rows are in the database still.
                State::Written | State::Sealed => {}
                State::Deleted => deleted += self.take_deleted(&kept, hashing, size).await?,
                State::Detached | State::Moved => {
                    let segment = self.segments.open(&kept.digest).map_err(journal::Error::from)?;
                    segment.must_be(&kept.digest).map_err(journal::Error::from)?;
                    for frame in 0..segment.frames() {
                        let rows = segment.rows(frame).map_err(journal::Error::from)?;
                        for row in &rows {
                            let leaf =
                                leaf_of_row(&segment.header().organization, row, &mut buffer);
                            hashing.put(row.position, leaf, &kept.segment_id);
                            if row.payload.starts_with("{\"$") {
                                let of = (row.sequence, "run", row.aggregate_id.as_str());
                                hashing.must_have_blobs(row.position, row.payload.as_bytes(), of);
                            }
                        }
                        sealed += rows.len() as u64;
                    }
                }
            }
        }
        Ok((sealed, deleted))
    }

    /// The leaves of events that were deleted by order, as the copy outside has them.
    async fn take_deleted(
        &self,
        kept: &Kept,
        hashing: &mut Hashing<'_>,
        size: u64,
    ) -> Result<u64, Error> {
        let positions = sqlx::query_scalar!(
            "select l.position from ledger_segments s
               join sealed_runs r on r.segment = s.no
               join event_log l on l.aggregate_type = 'run' and l.aggregate_id = r.run_id
              where s.segment_id = $1",
            kept.segment_id,
        )
        .fetch_all(self.log.pool())
        .await
        .map_err(asked("looking for the places of what was deleted"))?;
        let (ordered, noted) = (self.ordered(kept).await?, positions.len());
        if i64::try_from(noted).ok() != ordered {
            let position = positions.iter().min().copied().unwrap_or(kept.first_position);
            let position = u64::try_from(position).unwrap_or_default();
            let said = ordered.map_or_else(
                || "no event says that it was".to_owned(),
                |events| format!("the ledger says that it had {events}"),
            );
            let segment = &kept.segment_id;
            let what = format!(
                "its segment {segment} is noted as deleted with {noted} events, and {said}"
            );
            return Err(Damage::Event { position, what }.into());
        }
        for position in &positions {
            let place = u64::try_from(*position).unwrap_or_default();
            if let Some(leaf) = signed_leaf(&self.copy, place, size)? {
                hashing.put(*position, leaf, &kept.segment_id);
            }
        }
        Ok(positions.len() as u64)
    }

    /// How many events a segment had when it was deleted, as the ledger says; nothing where it does not say that it was.
    /// Who only notes it, or notes more runs than it had, hides what he changed.
    async fn ordered(&self, kept: &Kept) -> Result<Option<i64>, Error> {
        sqlx::query_scalar!(
            r#"select coalesce((payload -> 'deleted' ->> 'events')::bigint, -1) as "events!"
                 from events
                where aggregate_type = 'segment' and aggregate_id = $1 and event_type = 'deleted'"#,
            kept.segment_id,
        )
        .fetch_optional(self.log.pool())
        .await
        .map_err(asked("asking whether a segment was deleted by order"))
    }

    /// Reads all that a walk reads, and does nothing with it: what a walk cannot be faster than.
    pub async fn read_only(&self) -> Result<(u64, Duration), Error> {
        let mut events = self.connection().await?;
        let mut positions = self.connection().await?;
        let began = Instant::now();
        let count = {
            let mut events = Rows::<9>::of(&mut events, EVENTS, "reading the events").await?;
            let doing = "reading the positions";
            let mut positions = Rows::<4>::of(&mut positions, POSITIONS, doing).await?;
            let mut count = 0;
            while positions.next().await?.is_some() {
                events.next().await?;
                count += 1;
            }
            while events.next().await?.is_some() {}
            count
        };
        Ok((count, began.elapsed()))
    }

    /// What was signed, and where that was kept: what was handed in, or the copy outside.
    async fn signed(&self) -> Result<(Note, String), Error> {
        let (text, place) = match &self.checkpoint {
            Some(text) => (Some(text.clone()), "the checkpoint that was handed in".to_owned()),
            None => (self.copy.checkpoint()?, self.copy.checkpoint_file().display().to_string()),
        };
        let lacks = || Error::NoCheckpoint(format!("there is no checkpoint in {place}"));
        let text = text.ok_or_else(lacks)?;
        let outside = || self.copy.key().ok().flatten().and_then(|key| key.parse().ok());
        let key = match self.key.clone().or_else(outside) {
            Some(key) => key,
            None => self.log.identity().await?.map(|it| it.key).ok_or(Error::Unreadable("name"))?,
        };
        let note = Note::read(&text, &key);
        let note = note.map_err(|why| Damage::Forged { place: place.clone(), why })?;
        Ok((note, place))
    }

    async fn connection(&self) -> Result<PgConnection, Error> {
        let doing = asked("connecting to the database");
        let mut connection = self.database.connect().await.map_err(&doing)?;
        // Both sides come by their indexes, in the order of bytes; a sort of all would go to the disk.
        connection
            .execute(
                "set default_transaction_read_only = on; set jit = off; set enable_sort = off;
                 set max_parallel_workers_per_gather = 0; set cursor_tuple_fraction = 1",
            )
            .await
            .map_err(&doing)?;
        Ok(connection)
    }

    /// The hashes of all large texts, each of which must be what its hash says.
    async fn blobs(&self, connection: &mut PgConnection) -> Result<HashSet<Hash>, Error> {
        let mut rows = Rows::<2>::of(connection, BLOBS, "reading the blobs").await?;
        let mut found = HashSet::new();
        while let Some([hash, content]) = rows.next().await? {
            let hash: Hash = hash
                .and_then(|hash| hash.as_ref().try_into().ok())
                .ok_or(Error::Unreadable("blobs"))?;
            if sha256(&content.unwrap_or_default()) != hash {
                return Err(Damage::Blob { hash, what: "another text than it was" }.into());
            }
            found.insert(hash);
        }
        Ok(found)
    }

    /// Holds the leaves against the checkpoint; where they differ, looks for the first that does.
    async fn must_be_signed(
        &self,
        leaves: &[Hash],
        checkpoint: &Checkpoint,
        place: &str,
        connection: &mut PgConnection,
    ) -> Result<(), Error> {
        let root = grown(leaves);
        if root == checkpoint.root && !leaves.contains(&UNSEEN) {
            return Ok(());
        }
        let Some(differing) = self.first_differing(leaves)? else {
            let (size, place) = (checkpoint.size, place.to_owned());
            return Err(Damage::Root { size, place }.into());
        };
        let position = differing + 1;
        let what = if leaves[usize::try_from(differing).unwrap_or_default()] == UNSEEN {
            self.named(position, connection)
                .await?
                .map_or_else(|| "no event has it".to_owned(), |named| format!("{named} is gone"))
        } else {
            let named = self.named(position, connection).await?.unwrap_or_default();
            format!("{named} stands there, changed or moved")
        };
        Err(Damage::Event { position, what }.into())
    }

    /// The first leaf that is not the one in the tiles outside; nothing where they are not there.
    fn first_differing(&self, leaves: &[Hash]) -> Result<Option<u64>, Error> {
        let unseen = leaves.iter().position(|leaf| *leaf == UNSEEN).map(|at| at as u64);
        for (index, ours) in leaves.chunks(256).enumerate() {
            let width = u16::try_from(ours.len()).unwrap_or(256);
            let tile = TileId { level: 0, index: index as u64, width };
            let Some(bytes) = self.copy.tile(tile)? else { return Ok(unseen) };
            let pairs = bytes.chunks(32).zip(ours);
            for (at, (signed, ours)) in pairs.enumerate() {
                if signed != ours {
                    return Ok(Some((index * 256 + at) as u64));
                }
            }
        }
        Ok(unseen)
    }

    /// Which event the ledger has at a position, in words.
    async fn named(
        &self,
        position: u64,
        connection: &mut PgConnection,
    ) -> Result<Option<String>, Error> {
        let row = sqlx::query!(
            "select aggregate_type, aggregate_id, sequence from event_log where position = $1",
            i64::try_from(position).unwrap_or(i64::MAX)
        )
        .fetch_optional(connection)
        .await
        .map_err(asked("looking a position up"))?;
        Ok(row.map(|it| {
            format!("event {} of {} {}", it.sequence, it.aggregate_type, it.aggregate_id)
        }))
    }
}

/// The root over leaves.
fn grown(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    for leaf in leaves {
        frontier.push(*leaf, |_, _| ());
    }
    frontier.root()
}

/// Leaves that are being made.
struct Hashing<'a> {
    leaves: Vec<Hash>,
    blobs: &'a HashSet<Hash>,
    buffer: Vec<u8>,
    done: u64,
    first: Option<Damage>,
}

impl Hashing<'_> {
    /// Goes through events and positions side by side.
    async fn all(
        &mut self,
        (events, positions): (&mut PgConnection, &mut PgConnection),
        mut tell: impl FnMut(u64),
    ) -> Result<(), Error> {
        let doing = "reading the positions";
        let mut positions = Rows::<4>::of(positions, POSITIONS, doing).await?;
        let mut events = Rows::<9>::of(events, EVENTS, "reading the events").await?;
        let (mut place, mut event) = (positions.next().await?, events.next().await?);
        while let Some(at) = &place {
            // An event that has no position yet is not in the tree; a position without an event stays
            // unseen.
            let order = event.as_ref().map_or(Ordering::Less, |event| {
                let keys = at[..2].cmp(&event[..2]);
                keys.then_with(|| number(at[2].as_ref()).cmp(&number(event[2].as_ref())))
            });
            match order {
                Ordering::Less => place = positions.next().await?,
                Ordering::Greater => event = events.next().await?,
                Ordering::Equal => {
                    if let (Some(position), Some(row)) = (number(at[3].as_ref()), &event) {
                        self.take(position, row)?;
                        if self.done.is_multiple_of(TELL_EVERY) {
                            tell(self.done);
                        }
                    }
                    place = positions.next().await?;
                    event = events.next().await?;
                }
            }
        }
        tell(self.done);
        Ok(())
    }

    /// Puts the leaf of what has left in its place. Who sees the table and the file, since the month left meanwhile, sees
    /// the same; a row that is another one would be what readers are shown.
    fn put(&mut self, position: i64, leaf: Hash, segment: &str) {
        let at = usize::try_from(position - 1).ok();
        let Some(place) = at.and_then(|at| self.leaves.get_mut(at)) else { return };
        if *place == UNSEEN {
            *place = leaf;
            self.done += 1;
        } else if *place != leaf {
            let what = format!("the segment {segment} has it, and the database another one");
            self.wrong(position, || what);
        }
    }

    /// Remembers the first position at which something is wrong.
    fn wrong(&mut self, position: i64, what: impl FnOnce() -> String) {
        let position = u64::try_from(position).unwrap_or_default();
        let is_earlier = match &self.first {
            Some(Damage::Event { position: before, .. }) => position < *before,
            Some(_) | None => self.first.is_none(),
        };
        if is_earlier {
            self.first = Some(Damage::Event { position, what: what() });
        }
    }

    fn take(&mut self, position: i64, row: &[Option<bytes::Bytes>; 9]) -> Result<(), Error> {
        let Some(leaf) = usize::try_from(position - 1).ok().filter(|it| *it < self.leaves.len())
        else {
            return Ok(());
        };
        let [kind, id, sequence, event, version, organization, payload, metadata, at] =
            row.each_ref().map(Option::as_ref);
        let unreadable = || Error::Unreadable("events");
        let (payload, metadata) =
            (payload.ok_or_else(unreadable)?, metadata.ok_or_else(unreadable)?);
        let envelope = Envelope {
            position,
            organization: text(organization).ok_or_else(unreadable)?,
            aggregate_type: text(kind).ok_or_else(unreadable)?,
            aggregate_id: text(id).ok_or_else(unreadable)?,
            sequence: number(sequence).ok_or_else(unreadable)?,
            event_type: text(event).ok_or_else(unreadable)?,
            version: text(version).ok_or_else(unreadable)?,
            recorded_at: number(at).ok_or_else(unreadable)? + EPOCH_MICROS,
            payload: &sha256(payload),
            metadata: &sha256(metadata),
        };
        self.leaves[leaf] = envelope.leaf(&mut self.buffer);
        self.done += 1;
        if payload.starts_with(b"{\"$") {
            let of = (envelope.sequence, envelope.aggregate_type, envelope.aggregate_id);
            self.must_have_blobs(position, payload, of);
        }
        Ok(())
    }

    /// Remembers the first event whose large texts are gone.
    fn must_have_blobs(
        &mut self,
        position: i64,
        payload: &[u8],
        (sequence, aggregate_type, aggregate_id): (i64, &str, &str),
    ) {
        let named = blobs_of(std::str::from_utf8(payload).unwrap_or_default());
        let is_there = |hash: &String| unhex(hash).is_some_and(|hash| self.blobs.contains(&hash));
        let Some(gone) = named.iter().find(|hash| !is_there(hash)) else { return };
        self.wrong(position, || {
            format!(
                "event {sequence} of {aggregate_type} {aggregate_id} names the blob {gone}, which is gone"
            )
        });
    }
}
