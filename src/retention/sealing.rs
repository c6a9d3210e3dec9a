//! Writes the segments of a month, proves them, and says so; then the month leaves the ledger's table.
//!
//! | it dies | what there is | what the next pass does |
//! |---|---|---|
//! | while a file is written | a file in `new` | sweeps it away, writes it again |
//! | before the file is entered | a file in its place | writes the same file over it, and proves it |
//! | before the event | a row `written` | gives the order again: it counts once |
//! | before the row says `sealed` | the event | the same |
//! | before the month is detached | rows `sealed` of all its parts | detaches it |
//! | before `detached` is on the ledger | rows `detached` | gives the order again: it counts once |
//! | before the rows are dropped | a table beside the ledger's | reads every file again, drops it |

use futures::TryStreamExt as _;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::archivist::Archivist;
use super::parts::{Part, cut};
use super::proving::Prover;
use super::{Done, Error};
use crate::aggregates::segment::{Contents, Order};
use crate::journal::partitions::{Span, span};
use crate::journal::reading::{Kept, State, YOUNGEST};
use crate::primitives::{CommandId, SegmentId, hex};
use crate::segments::{Fault, Header, Row, Written};

/// Rows that are read ahead of the file.
const AHEAD: usize = 1_024;

impl Archivist {
    /// Gives again the orders of which the catalogue does not say that they were carried out.
    pub(super) async fn catch_up(&self, kept: &[Kept], done: &mut Done) -> Result<(), Error> {
        for kept in kept {
            match kept.state {
                State::Written => {
                    let order = Order::Seal(Box::new(contents(kept)?));
                    self.order(kept, order).await?;
                    self.catalogue.note(&kept.segment_id, &[State::Written], State::Sealed).await?;
                    done.sealed += 1;
                }
                State::Detached => self.order(kept, Order::Detach).await?,
                // A deletion that was left is gone on with where others are made.
                State::Sealed | State::Moved | State::Deleted => {}
            }
        }
        Ok(())
    }

    /// Seals the months that may leave, the oldest first.
    pub(super) async fn seal(&self, prover: &Prover, done: &mut Done) -> Result<(), Error> {
        let Some(after) = self.pace.seal_after else { return Ok(()) };
        let now = self.clock.now();
        let signed = i64::try_from(prover.checkpoint().size).unwrap_or(i64::MAX);
        let mut failed: Result<(), Error> = Ok(());
        for span in self.catalogue.ended_before(now - after.max(YOUNGEST)).await? {
            let standing = self.catalogue.standing(&span, signed, now - YOUNGEST).await?;
            if standing.runs == 0 {
                continue;
            }
            if !standing.may_leave() {
                done.waiting.push((span.month, standing));
                continue;
            }
            // One that cannot leave now holds up no other.
            failed = failed.and(self.let_leave(prover, (&span, standing.events), done).await);
        }
        failed
    }

    /// Seals a month that may leave, and takes it out of the ledger's table.
    async fn let_leave(
        &self,
        prover: &Prover,
        (span, events): (&Span, i64),
        done: &mut Done,
    ) -> Result<(), Error> {
        let kept = self.catalogue.list().await?;
        // Where all of it is in segments, only the lock was not to be had: the month is not read once more.
        let in_segments = kept.iter().filter(|it| it.month == span.month).map(|it| it.events);
        if in_segments.sum::<i64>() != events {
            self.seal_month(prover, span, done).await?;
        }
        let kept = self.catalogue.list().await?;
        self.catch_up(&kept, done).await?;
        if self.catalogue.detach(&span.month).await? {
            done.detached.push(span.month.clone());
            let kept = self.catalogue.list().await?;
            self.catch_up(&kept, done).await?;
        }
        Ok(())
    }

    async fn seal_month(&self, prover: &Prover, span: &Span, done: &mut Done) -> Result<(), Error> {
        let runs = self.catalogue.runs(span).await?;
        let kept = self.catalogue.list().await?;
        let is_kept = |part: &Part| {
            kept.iter().any(|it| {
                it.month == span.month
                    && it.organization == part.organization
                    && u32::try_from(it.part) == Ok(part.number)
            })
        };
        for part in cut(runs).iter().filter(|part| !is_kept(part)) {
            let written = self.write(span, part).await?;
            if i64::try_from(written.events) != Ok(part.events) {
                return Err(Error::Incomplete {
                    organization: part.organization.clone(),
                    month: span.month.clone(),
                    part: part.number,
                    found: written.events,
                    expected: part.events,
                });
            }
            self.read_back(prover, &written).await?;
            let id = SegmentId::derived(span.ended_at, &hex(&written.digest)).to_string();
            let number = i32::try_from(part.number).unwrap_or(i32::MAX);
            let checkpoint = prover.checkpoint();
            self.catalogue
                .enter(
                    &id,
                    (&span.month, &part.organization, number),
                    &written,
                    (checkpoint.size, &checkpoint.root),
                )
                .await?;
            done.written += 1;
        }
        Ok(())
    }

    /// Writes a part, as the database has it.
    async fn write(&self, span: &Span, part: &Part) -> Result<Written, Error> {
        let header = Header::new(&span.month, &part.organization, part.number);
        // Of its own: another process that believes to hold the office writes beside it, and never into it.
        let name = format!("{}-{}-{}", span.month, part.number, CommandId::generate());
        let (sender, mut receiver) = mpsc::channel::<Option<Row>>(AHEAD);
        let files = self.shelf.clone();
        let writing = spawn_blocking(move || {
            let mut writer = files.begin(&header, &name)?;
            loop {
                match receiver.blocking_recv() {
                    Some(Some(row)) => writer.push(&row)?,
                    Some(None) => return writer.finish(),
                    // Whoever read has failed: half of a segment is none.
                    None => {
                        let what = "the database did not give all of it";
                        return Err(Fault::Unfit(what.to_owned()));
                    }
                }
            }
        });
        let mut rows = self.catalogue.rows(&part.runs);
        while let Some(row) = rows.try_next().await? {
            if sender.send(Some(row)).await.is_err() {
                // The writer has failed, and says why.
                break;
            }
        }
        // A writer that has failed takes nothing any more, and says why.
        let _ = sender.send(None).await;
        drop(sender);
        Ok(writing.await.map_err(|_| crate::journal::Error::Closed)??)
    }

    /// Reads a file from its first byte to its last: it must be what its name says, and each row a leaf of the tree.
    async fn read_back(&self, prover: &Prover, written: &Written) -> Result<(), Error> {
        let (files, digest) = (self.shelf.clone(), written.digest);
        let opened = spawn_blocking(move || {
            let segment = files.open(&digest)?;
            segment.must_be(&digest)?;
            Ok::<_, Fault>(segment)
        });
        let segment = opened.await.map_err(|_| crate::journal::Error::Closed)??;
        for frame in 0..segment.frames() {
            let rows = segment.rows(frame)?;
            prover.prove(&segment.header().organization, &rows).await?;
        }
        Ok(())
    }

    /// Drops the rows of months that have been read from their segments for long enough.
    pub(super) async fn drop_rows(&self, done: &mut Done) -> Result<(), Error> {
        let before = self.clock.now() - self.pace.keep_detached;
        let kept = self.catalogue.list().await?;
        let mut months: Vec<&str> = kept.iter().map(|it| it.month.as_str()).collect();
        months.dedup();
        let mut failed: Result<(), Error> = Ok(());
        for month in months {
            let own: Vec<&Kept> = kept.iter().filter(|it| it.month == month).collect();
            let is_due = |it: &&Kept| it.state == State::Detached && it.changed_at <= before;
            if !own.iter().all(is_due) {
                continue;
            }
            failed = failed.and(self.drop_month(month, &own, done).await);
        }
        failed
    }

    /// Drops the rows of a month whose files are all what they were.
    async fn drop_month(&self, month: &str, own: &[&Kept], done: &mut Done) -> Result<(), Error> {
        for it in own {
            let (files, digest) = (self.shelf.clone(), it.digest);
            let read = spawn_blocking(move || files.open(&digest)?.must_be(&digest));
            read.await.map_err(|_| crate::journal::Error::Closed)??;
        }
        if self.catalogue.drop_month(month).await? {
            done.dropped.push(month.to_owned());
        }
        Ok(())
    }
}

/// When a month ended, by its name in the catalogue.
pub(super) fn end_of(kept: &Kept) -> Result<time::OffsetDateTime, Error> {
    let span = span(&kept.month).ok_or_else(|| Error::Unreadable(kept.month.clone()))?;
    Ok(span.ended_at)
}

/// What the ledger is told of a segment.
fn contents(kept: &Kept) -> Result<Contents, Error> {
    let unreadable = |text: &str| Error::Unreadable(text.to_owned());
    let count = |number: i64| u64::try_from(number).unwrap_or_default();
    Ok(Contents {
        segment_id: kept.segment_id.parse().map_err(|_| unreadable(&kept.segment_id))?,
        organization_id: kept.organization.parse().map_err(|_| unreadable(&kept.organization))?,
        month: kept.month.clone(),
        part: u32::try_from(kept.part).unwrap_or_default(),
        sha256: hex(&kept.digest),
        bytes: count(kept.bytes),
        events: count(kept.events),
        runs: count(kept.runs),
        first_position: kept.first_position,
        last_position: kept.last_position,
        checkpoint_size: count(kept.proved_size),
        checkpoint_root: hex(&kept.proved_root),
    })
}
