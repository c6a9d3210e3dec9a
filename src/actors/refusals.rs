//! What was refused at the door, on its way to the ledger: counted by who, what and from where, so
//! that a flood becomes numbers and not events.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use super::rhythm::Rhythm;
use crate::aggregates::audit::Event;
use crate::journal::{Append, Error, Journal, Metadata, NewEvent, StreamId};
use crate::primitives::{AuditId, Clock, CommandId, OrganizationId};

/// How often the book is looked at: what is new in it is recorded that soon.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long refusals of one kind are counted after one was recorded.
const COUNTED_FOR: time::Duration = time::Duration::minutes(1);
/// How many kinds that are new are told apart in a minute. What comes beyond is counted together, an
/// organization at a time: that bounds what a flood of addresses writes.
const NEW_KINDS: usize = 100;
/// What stands for whatever is not told apart.
const SEVERAL: &str = "*";
/// Who an auditor reads that noted it.
const NAME: &str = "system:door";

/// A kind of refusals.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Refusal {
    /// In whose log it stands: the organization that the credential opens; the first one of the
    /// installation where there was none.
    pub organization: OrganizationId,
    /// The code of the problem.
    pub reason: &'static str,
    /// Method and pattern of the route.
    pub route: String,
    /// Who it was.
    pub actor: Option<String>,
    /// From where.
    pub address: Option<String>,
}

#[derive(Debug)]
struct Tally {
    times: u64,
    since: OffsetDateTime,
    at: OffsetDateTime,
    due: OffsetDateTime,
}

/// What was refused and is not recorded yet. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Refusals(Arc<Mutex<Book>>);

#[derive(Debug, Default)]
struct Book {
    tallies: HashMap<Refusal, Tally>,
    /// When the present minute of new kinds began, and how many there were in it.
    minute: Option<(OffsetDateTime, usize)>,
}

impl Refusals {
    /// Notes one.
    pub fn note(&self, refusal: Refusal, at: OffsetDateTime) {
        self.book().note(refusal, at);
    }

    /// Records what is due at this time.
    pub async fn record(&self, journal: &Journal, now: OffsetDateTime) -> Result<(), Error> {
        let due = self.book().due(now);
        self.append(journal, due).await
    }

    /// Records all of it, since the process ends.
    pub async fn record_all(&self, journal: &Journal) -> Result<(), Error> {
        let all = self.book().all();
        self.append(journal, all).await
    }

    async fn append(
        &self,
        journal: &Journal,
        due: HashMap<OrganizationId, Vec<Event>>,
    ) -> Result<(), Error> {
        for (organization, events) in due {
            let append = Append {
                stream: StreamId::audit(AuditId::generate()),
                expected: 0,
                events: events.iter().map(NewEvent::of).collect::<Result<_, _>>()?,
                metadata: Metadata::new(organization, NAME, CommandId::generate()),
                fence: None,
                subject: None,
                side: Vec::new(),
            };
            journal.append(append).await?;
        }
        Ok(())
    }

    fn book(&self) -> std::sync::MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn note(&mut self, refusal: Refusal, at: OffsetDateTime) {
        if let Some(tally) = self.tallies.get_mut(&refusal) {
            tally.count(at);
            return;
        }
        let (began, kinds) = match self.minute {
            Some((began, kinds)) if at - began < COUNTED_FOR => (began, kinds),
            Some(_) | None => (at, 0),
        };
        if kinds < NEW_KINDS {
            self.minute = Some((began, kinds + 1));
            self.tallies.insert(refusal, Tally { times: 1, since: at, at, due: at });
            return;
        }
        let several = Refusal { route: SEVERAL.to_owned(), actor: None, address: None, ..refusal };
        let due = at + COUNTED_FOR;
        let tally = self.tallies.entry(several);
        tally.or_insert(Tally { times: 0, since: at, at, due }).count(at);
    }

    /// What is to be recorded by now. What was silent for a while is forgotten.
    fn due(&mut self, now: OffsetDateTime) -> HashMap<OrganizationId, Vec<Event>> {
        let mut due: HashMap<_, Vec<_>> = HashMap::new();
        self.tallies.retain(|refusal, tally| {
            if now < tally.due {
                return true;
            }
            let is_silent = tally.times == 0;
            if !is_silent {
                due.entry(refusal.organization).or_default().push(tally.take(refusal, now));
            }
            !is_silent
        });
        due
    }

    fn all(&mut self) -> HashMap<OrganizationId, Vec<Event>> {
        let mut all: HashMap<_, Vec<_>> = HashMap::new();
        for (refusal, mut tally) in self.tallies.drain().filter(|(_, tally)| tally.times > 0) {
            let at = tally.at;
            all.entry(refusal.organization).or_default().push(tally.take(&refusal, at));
        }
        all
    }
}

impl Tally {
    fn count(&mut self, at: OffsetDateTime) {
        if self.times == 0 {
            self.since = at;
        }
        self.times += 1;
        self.at = at;
    }

    fn take(&mut self, refusal: &Refusal, now: OffsetDateTime) -> Event {
        self.due = now + COUNTED_FOR;
        Event::Refused {
            reason: refusal.reason.to_owned(),
            route: refusal.route.clone(),
            actor: refusal.actor.clone(),
            address: refusal.address.clone(),
            times: std::mem::take(&mut self.times),
            since: self.since,
            at: self.at,
        }
    }
}

/// What the loop that records needs.
#[derive(Clone)]
pub struct RefusalClerk {
    /// The book.
    pub refusals: Refusals,
    /// The ledger.
    pub journal: Journal,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl RefusalClerk {
    /// Records what is due until it is told to stop. What cannot be recorded now is lost, and said.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        let mut rhythm = Rhythm::new(LOOK_EVERY, stop);
        while rhythm.beat().await {
            self.refusals.record(&self.journal, self.clock.now()).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-28 10:00 UTC);

    fn refusal(address: &str) -> Refusal {
        Refusal {
            organization: OrganizationId::DEFAULT,
            reason: "unauthenticated",
            route: "GET /v1/runs".to_owned(),
            actor: None,
            address: Some(address.to_owned()),
        }
    }

    fn told(due: HashMap<OrganizationId, Vec<Event>>) -> Vec<(Option<String>, u64)> {
        let events = due.into_values().flatten();
        let each = events.map(|event| match event {
            Event::Refused { address, times, .. } => (address, times),
            Event::AssistantAsked { .. } => panic!("nobody asked"),
        });
        each.collect()
    }

    #[test]
    fn the_first_is_told_at_once_and_the_next_ones_by_the_minute() {
        let mut book = Book::default();
        let one = Some("192.0.2.1".to_owned());
        book.note(refusal("192.0.2.1"), NOW);
        assert_eq!(told(book.due(NOW)), [(one.clone(), 1)]);
        for second in 1..50 {
            book.note(refusal("192.0.2.1"), NOW + time::Duration::seconds(second));
            assert_eq!(told(book.due(NOW + time::Duration::seconds(second))), []);
        }
        assert_eq!(told(book.due(NOW + COUNTED_FOR)), [(one, 49)]);
        assert_eq!(told(book.due(NOW + COUNTED_FOR * 2)), []);
        assert!(book.tallies.is_empty(), "what is silent is forgotten");
    }

    #[test]
    fn a_flood_of_addresses_writes_a_bounded_number_of_events() {
        let mut book = Book::default();
        for number in 0..5_000 {
            book.note(refusal(&format!("10.0.{}.{}", number / 256, number % 256)), NOW);
        }
        assert_eq!(book.tallies.len(), NEW_KINDS + 1);
        assert_eq!(told(book.due(NOW)).len(), NEW_KINDS);
        assert_eq!(told(book.due(NOW + COUNTED_FOR)), [(None, 4_900)]);
    }

    #[test]
    fn nothing_that_was_counted_is_lost_at_the_end() {
        let mut book = Book::default();
        book.note(refusal("192.0.2.1"), NOW);
        book.due(NOW);
        book.note(refusal("192.0.2.1"), NOW);
        assert_eq!(told(book.all()), [(Some("192.0.2.1".to_owned()), 1)]);
        assert_eq!(told(book.all()), []);
    }
}
