//! Every run on the ledger, decided again: the ledger is read once in its order, and each run is decided
//! where it ends. It can be left at any time, and gone on with where it was.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use engine::{Divergence, Fact};
use futures::future::join;
use serde::{Deserialize, Serialize};

use super::Error;
use crate::journal::{self, Journal, Recorded, StreamId};

/// What the ledger calls runs.
const RUN: &str = "run";
/// Events that are read at a time.
const PAGE: i64 = 2_000;
/// Payloads of runs that are not over yet are held up to so many bytes; beyond that a run is read again
/// when it ends.
const HELD: usize = 256 * 1024 * 1024;

/// Where a replay is. With it a later one goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Mark {
    /// Everything up to here was read.
    pub position: i64,
    /// How many runs were decided again, from their beginning to their end.
    pub runs: u64,
    /// How many events they and those that are not over have.
    pub events: u64,
    /// The runs that were not over by then.
    pub open: Vec<String>,
    /// Those that are not what the engine decides, with the number of the first event that is not.
    pub differing: Vec<Differing>,
}

/// A run that is not what the engine decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Differing {
    /// The run.
    pub run_id: String,
    /// The first event that is another one, by its number in the run.
    pub sequence: u64,
}

/// How far a replay is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Up to which position it has read.
    pub position: i64,
    /// Up to which it will.
    pub head: i64,
    /// Events of runs that it has read since it began, or went on.
    pub events: u64,
    /// How long that took.
    pub taken: Duration,
}

/// Who is told what a replay comes to.
pub trait Listener {
    /// It has read on. The mark is whole: what is kept of it can be gone on with.
    fn read(&mut self, pace: Pace, mark: &dyn Fn() -> Mark);
    /// A run is not what the engine decides.
    fn differs(&mut self, run: &str, divergence: &Divergence);
}

/// The runs of a ledger.
#[derive(Debug)]
pub struct Archive {
    journal: Journal,
}

/// A run that is not over, as far as it was read.
enum Open {
    /// All of it.
    Whole { facts: Vec<Fact>, bytes: usize },
    /// It is read again when it ends: it began before this replay, or there was no room.
    Left,
}

/// A replay under way.
struct Replaying<'a, L> {
    journal: &'a Journal,
    listener: &'a mut L,
    mark: Mark,
    open: HashMap<String, Open>,
    held: usize,
}

impl Archive {
    /// The runs of this ledger.
    pub const fn new(journal: Journal) -> Self {
        Self { journal }
    }

    /// Decides every run again, from where a mark says, up to where the ledger ends now. Runs that are not
    /// over are decided as far as they are.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read, or holds an event of a run that this program cannot read. A run that
    /// differs is no error: it stands in the mark.
    pub async fn replay<L: Listener>(&self, from: Mark, listener: &mut L) -> Result<Mark, Error> {
        let head = self.journal.head().await?;
        let began = Instant::now();
        let known = from.events;
        let open = from.open.iter().map(|run| (run.clone(), Open::Left)).collect();
        let mark = Mark { open: Vec::new(), ..from };
        let mut replaying = Replaying { journal: &self.journal, listener, mark, open, held: 0 };
        let mut page = self.journal.read_after(replaying.mark.position, PAGE).await?;
        while replaying.mark.position < head {
            page.retain(|event| event.position <= head);
            let Some(last) = page.last().map(|event| event.position) else { break };
            // The next is on its way while this one is decided.
            let (next, taken) =
                join(self.journal.read_after(last, PAGE), replaying.take(&page)).await;
            taken?;
            replaying.mark.position = last;
            let events = replaying.mark.events - known;
            replaying.tell(Pace { position: last, head, events, taken: began.elapsed() });
            page = next?;
        }
        replaying.finish().await
    }
}

impl<L: Listener> Replaying<'_, L> {
    async fn take(&mut self, page: &[Recorded]) -> Result<(), Error> {
        for event in page.iter().filter(|event| event.aggregate_type == RUN) {
            self.mark.events += 1;
            let fact = event.fact()?.0;
            let ends = fact.ends_run();
            self.hold(event, fact);
            if ends && let Some(open) = self.open.remove(&event.aggregate_id) {
                self.mark.runs += 1;
                self.decide(&event.aggregate_id, open, event.position).await?;
            }
        }
        Ok(())
    }

    fn hold(&mut self, event: &Recorded, fact: Fact) {
        let size = event.payload.len();
        let id = event.aggregate_id.as_str();
        if event.sequence == 1 {
            self.open.insert(id.to_owned(), Open::Whole { facts: Vec::new(), bytes: 0 });
        }
        match self.open.get_mut(id) {
            Some(Open::Whole { facts, bytes }) if self.held + size <= HELD => {
                facts.push(fact);
                *bytes += size;
                self.held += size;
            }
            Some(open @ Open::Whole { .. }) => {
                if let Open::Whole { bytes, .. } = std::mem::replace(open, Open::Left) {
                    self.held -= bytes;
                }
            }
            Some(Open::Left) => {}
            // It has gone on after its end: all of it is decided once more.
            None => {
                self.open.insert(id.to_owned(), Open::Left);
            }
        }
    }

    /// Decides a run again, as far as the ledger goes up to a position.
    async fn decide(&mut self, id: &str, open: Open, up_to: i64) -> Result<(), Error> {
        let facts = match open {
            Open::Whole { facts, bytes } => {
                self.held -= bytes;
                facts
            }
            Open::Left => whole(self.journal, id, up_to).await?,
        };
        if let Some(divergence) = engine::verify(&facts).divergence {
            let sequence = divergence.sequence;
            self.listener.differs(id, &divergence);
            let known = |it: &Differing| it.run_id == id;
            if !self.mark.differing.iter().any(known) {
                self.mark.differing.push(Differing { run_id: id.to_owned(), sequence });
            }
        }
        Ok(())
    }

    fn tell(&mut self, pace: Pace) {
        let (mark, open) = (&self.mark, &self.open);
        self.listener.read(pace, &|| marked(mark, open));
    }

    /// Decides what is not over, as far as it is.
    async fn finish(mut self) -> Result<Mark, Error> {
        let mark = marked(&self.mark, &self.open);
        let open: Vec<_> = self.open.drain().collect();
        for (id, open) in open {
            self.decide(&id, open, mark.position).await?;
        }
        Ok(Mark { differing: self.mark.differing, ..mark })
    }
}

fn marked(mark: &Mark, open: &HashMap<String, Open>) -> Mark {
    let mut open: Vec<String> = open.keys().cloned().collect();
    open.sort_unstable();
    Mark { open, ..mark.clone() }
}

/// All facts of a run up to a position of the ledger.
async fn whole(journal: &Journal, id: &str, up_to: i64) -> Result<Vec<Fact>, journal::Error> {
    let stream = StreamId::new(RUN, id);
    let (mut facts, mut after) = (Vec::new(), 0);
    loop {
        let page = journal.read_stream(&stream, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(facts) };
        after = last.sequence;
        for event in &page {
            if event.position == 0 || event.position > up_to {
                return Ok(facts);
            }
            facts.push(event.fact()?.0);
        }
    }
}
