//! Who listens to the tail, and to what of it: the tail reads no more than that.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::journal::Interest;

/// Those who listen. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Audience(Arc<Mutex<Seats>>);

#[derive(Debug, Default)]
struct Seats {
    next: u64,
    /// What each wants to hear; nothing said is everything.
    taken: BTreeMap<u64, Option<Interest>>,
}

/// What the tail has to read.
pub(super) enum Wanted {
    /// Somebody wants everything.
    Whole,
    /// What is in the interest of one of these, who are named by their numbers.
    Chosen(Arc<[u64]>, Vec<Interest>),
}

/// A listener's seat, until it is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    audience: Audience,
    number: u64,
}

impl Audience {
    /// Takes a seat for somebody who wants to hear this; everything, where nothing is said.
    pub(super) fn join(&self, interest: Option<Interest>) -> Seat {
        let mut seats = self.seats();
        let number = seats.next;
        seats.next += 1;
        seats.taken.insert(number, interest);
        Seat { audience: self.clone(), number }
    }

    /// What is to be read for those who listen now.
    pub(super) fn wanted(&self) -> Wanted {
        let seats = self.seats();
        let all: Option<Vec<_>> = seats.taken.values().cloned().collect();
        match all {
            None => Wanted::Whole,
            Some(interests) => Wanted::Chosen(seats.taken.keys().copied().collect(), interests),
        }
    }

    fn seats(&self) -> MutexGuard<'_, Seats> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// By which number the listener is known.
    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    /// Wants to hear this from now on; everything, where nothing is said.
    pub(super) fn want(&self, interest: Option<Interest>) {
        self.audience.seats().taken.insert(self.number, interest);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.audience.seats().taken.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_long_as_one_wants_everything_everything_is_read() {
        let audience = Audience::default();
        let few = audience.join(Some(Interest::new(|kind, _| kind == "workflow")));
        assert!(matches!(audience.wanted(), Wanted::Chosen(of, _) if *of == [few.number()]));

        let all = audience.join(None);
        assert!(matches!(audience.wanted(), Wanted::Whole));
        drop(all);
        assert!(matches!(audience.wanted(), Wanted::Chosen(..)));

        few.want(None);
        assert!(matches!(audience.wanted(), Wanted::Whole));
    }
}
