//! Entries over the journal. The last event of one says all of it, so that an entry with a long
//! history is read as fast as a new one.

use super::event::{Append, NewEvent, Outcome, StreamId};
use super::store::{Context, NotExecuted};
use super::{Error, Journal};
use crate::aggregates::entry::{self, Command, Entry, Place};
use crate::primitives::OrganizationId;

/// How often a change is decided anew after a conflict. Others were faster each time, so that each
/// attempt is a change of theirs: this many at once on one key are more than a key is for.
const ATTEMPTS: u32 = 64;

/// The values that workflows keep. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Entries {
    journal: Journal,
}

/// A change that is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// The sequence of its event; `None` when there was nothing to change.
    pub sequence: Option<i64>,
}

impl Entries {
    /// Those of this journal.
    pub const fn new(journal: Journal) -> Self {
        Self { journal }
    }

    /// The last position of the ledger.
    pub async fn head(&self) -> Result<i64, Error> {
        self.journal.head().await
    }

    /// The entry at a place, as it is now: what was durable before is seen.
    pub async fn read(&self, organization: OrganizationId, place: &Place) -> Result<Entry, Error> {
        Ok(self.load(&stream(organization, place), i64::MAX).await?.1)
    }

    /// The entry as it was after its event of that sequence.
    pub async fn read_at(&self, stream: &StreamId, sequence: i64) -> Result<Entry, Error> {
        Ok(self.load(stream, sequence).await?.1)
    }

    /// Changes an entry. A command that was carried out before changes nothing and is answered as
    /// it was then.
    pub async fn execute(
        &self,
        command: Command,
        context: Context,
    ) -> Result<Written, NotExecuted<entry::Error>> {
        let stream = stream(context.metadata.organization, &command.place);
        for _ in 0..ATTEMPTS {
            let (last, entry) = self.load(&stream, i64::MAX).await?;
            // After the state was read, never before: what the same command wrote in between would
            // be part of the state, and be written again on top of it. What it writes from here on
            // makes this append a conflict, or its duplicate.
            let before = self.journal.sequence_of(&stream, context.metadata.command).await?;
            if before.is_some() {
                return Ok(Written { sequence: before });
            }
            let event = entry.decide(command.clone()).map_err(NotExecuted::Refused)?;
            let Some(event) = event else { return Ok(Written { sequence: None }) };
            let append = Append {
                stream: stream.clone(),
                expected: last,
                events: vec![NewEvent::of(&event)?],
                metadata: context.metadata.clone(),
                fence: context.fence,
                subject: None,
                side: context.side.clone(),
            };
            match self.journal.append(append).await? {
                Outcome::Appended { last } | Outcome::Duplicate { last } => {
                    return Ok(Written { sequence: Some(last) });
                }
                Outcome::Conflict => {}
                Outcome::Fenced => return Err(NotExecuted::Fenced),
                Outcome::ClaimTaken { run } => return Err(NotExecuted::ClaimTaken { run }),
                Outcome::UsedUp | Outcome::Cooling { .. } => return Err(NotExecuted::NotAllowed),
                Outcome::ReceiptTaken => return Err(NotExecuted::ReceiptTaken),
            }
        }
        Err(NotExecuted::Conflict)
    }

    /// The last sequence up to a bound, and the entry after it.
    async fn load(&self, stream: &StreamId, bound: i64) -> Result<(i64, Entry), Error> {
        let Some(last) = self.journal.last_sequence(stream, bound).await? else {
            return Ok((0, Entry::default()));
        };
        let events = self.journal.read_stream(stream, last - 1, 1).await?;
        let recorded = events.first().ok_or_else(|| {
            Error::Damaged(format!("event {last} of {} is missing", stream.aggregate_id))
        })?;
        let sequence = u64::try_from(last).unwrap_or_default();
        Ok((last, Entry::after(sequence, recorded.entry()?)))
    }
}

/// The stream of the entry at a place.
fn stream(organization: OrganizationId, place: &Place) -> StreamId {
    StreamId::entry(place.entry(organization))
}
