//! What is thought of one endpoint, and why: pure, with the time as an argument.

use std::time::Duration as Pause;

use serde::Serialize;
use time::{Duration, OffsetDateTime};

use super::fault::{Blame, Fault};
use super::pace::Pace;

/// Faults in a row that open the breaker.
const FAULTS: u32 = 5;
/// How long the breaker is open the first time; each further time twice as long.
const FIRST_BREAK: Duration = Duration::seconds(2);
/// The longest time that it is open.
const LONGEST_BREAK: Duration = Duration::minutes(2);
/// How long a busy node rests that does not say so itself; each further time twice as long.
const FIRST_REST: Duration = Duration::seconds(1);
/// The longest of these rests.
const LONGEST_REST: Duration = Duration::minutes(1);
/// When an endpoint of another chain is looked at again: somebody may have set it right.
const WRONG_FOR: Duration = Duration::minutes(5);

/// How long a head that does not rise is believed while others rise, and one that nobody has any
/// more.
pub(super) const STALE: Duration = Duration::seconds(30);

/// What an endpoint is at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It has to prove of which chain it is.
    Checking,
    /// It answers, and has what the others have.
    Alive,
    /// It answers, and is behind. It is asked where nobody else can be.
    Lagging,
    /// It wants not to be asked until then.
    RateLimited(OffsetDateTime),
    /// It failed too often in a row, and is not asked until then.
    Broken(OffsetDateTime),
    /// It is of another chain, and is looked at again then.
    WrongChain(OffsetDateTime),
}

impl State {
    /// Its name for people and programs.
    pub(super) fn name(self) -> StateName {
        match self {
            Self::Checking => StateName::Checking,
            Self::Alive => StateName::Alive,
            Self::Lagging => StateName::Lagging,
            Self::RateLimited(_) => StateName::RateLimited,
            Self::Broken(_) => StateName::Broken,
            Self::WrongChain(_) => StateName::WrongChain,
        }
    }
}

/// What an endpoint is taken for, by its name alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the variants of State say it")]
pub enum StateName {
    Checking,
    Alive,
    Lagging,
    RateLimited,
    Broken,
    WrongChain,
}

/// An endpoint as it is known from its answers.
#[derive(Debug, Clone)]
pub(super) struct Health {
    state: State,
    pace: Pace,
    /// What it was before it became busy.
    rested: State,
    faults: u32,
    breaks: u32,
    rests: u32,
    head: Option<u64>,
    /// When its head last rose.
    rose: OffsetDateTime,
    /// Since when it says less than it had.
    fell: Option<OffsetDateTime>,
}

impl Health {
    pub(super) fn new(now: OffsetDateTime) -> Self {
        Self {
            state: State::Checking,
            pace: Pace::new(now),
            rested: State::Checking,
            faults: 0,
            breaks: 0,
            rests: 0,
            head: None,
            rose: now,
            fell: None,
        }
    }

    /// What it is now: rests and breaks end by themselves, and whoever was away proves again of
    /// which chain it is.
    pub(super) fn state(&mut self, now: OffsetDateTime) -> State {
        self.state = match self.state {
            State::RateLimited(until) if until <= now => self.rested,
            State::Broken(until) | State::WrongChain(until) if until <= now => State::Checking,
            State::Checking
            | State::Alive
            | State::Lagging
            | State::RateLimited(_)
            | State::Broken(_)
            | State::WrongChain(_) => self.state,
        };
        self.state
    }

    /// The highest block that it had, as it said.
    pub(super) fn head(&self) -> Option<u64> {
        self.head
    }

    /// How long its head has not risen.
    pub(super) fn stuck_for(&self, now: OffsetDateTime) -> Duration {
        now - self.rose
    }

    /// Takes leave to ask it once, or says how long to wait.
    pub(super) fn take(&mut self, now: OffsetDateTime) -> Result<(), Pause> {
        self.pace.take(now).map_err(|wait| wait.try_into().unwrap_or(Pause::ZERO))
    }

    /// It proved of which chain it is.
    pub(super) fn is_right(&mut self) {
        self.state = State::Alive;
    }

    /// Its word is about to count for much: it proves once more of which chain it is.
    pub(super) fn must_prove_itself(&mut self) {
        match self.state {
            State::Alive | State::Lagging => self.state = State::Checking,
            State::Checking | State::RateLimited(_) | State::Broken(_) | State::WrongChain(_) => {}
        }
    }

    /// It is of another chain.
    pub(super) fn is_wrong(&mut self, now: OffsetDateTime) {
        self.state = State::WrongChain(now + WRONG_FOR);
        (self.head, self.fell) = (None, None);
    }

    /// It answered.
    pub(super) fn answered(&mut self) {
        (self.faults, self.breaks, self.rests) = (0, 0, 0);
        self.pace.gain();
    }

    /// It did not answer, or not well.
    pub(super) fn failed(&mut self, fault: &Fault, now: OffsetDateTime) {
        match fault.blame() {
            Blame::Nobody => self.answered(),
            Blame::Pace => self.rest(fault, now),
            Blame::Node => {
                self.faults += 1;
                // One that has yet to prove itself, or to prove itself again, gets one chance.
                if self.faults >= FAULTS || self.state == State::Checking {
                    self.state =
                        State::Broken(now + doubled(FIRST_BREAK, self.breaks, LONGEST_BREAK));
                    self.breaks += 1;
                    self.faults = 0;
                }
            }
        }
    }

    fn rest(&mut self, fault: &Fault, now: OffsetDateTime) {
        let told = match fault {
            Fault::Busy(told) => *told,
            Fault::Silent(_)
            | Fault::TooMuch(_)
            | Fault::Refused(_)
            | Fault::Missing
            | Fault::Pruned
            | Fault::Unserved
            | Fault::Ill(_)
            | Fault::Invented(_) => None,
        };
        let rest = told.and_then(|told| Duration::try_from(told).ok());
        let rest = rest.unwrap_or_else(|| doubled(FIRST_REST, self.rests, LONGEST_REST));
        match self.state {
            State::Checking | State::Alive | State::Lagging => self.rested = self.state,
            State::RateLimited(_) | State::Broken(_) | State::WrongChain(_) => {}
        }
        self.state = State::RateLimited(now + rest);
        self.rests += 1;
        self.pace.lose();
    }

    /// It says that this is the highest block it has. Less than it had before means that it has
    /// fallen behind, or that another machine answers; what the chain has does not change by it.
    /// One that has said less for so long has lost what it had, or never had it.
    pub(super) fn reported(&mut self, head: u64, now: OffsetDateTime) {
        match self.head {
            Some(before) if head < before => {
                self.state = State::Lagging;
                let fell = *self.fell.get_or_insert(now);
                if now - fell >= STALE {
                    (self.head, self.rose, self.fell) = (Some(head), now, None);
                }
            }
            Some(before) if head == before => self.fell = None,
            Some(_) | None => (self.head, self.rose, self.fell) = (Some(head), now, None),
        }
    }

    /// It is too far behind the others.
    pub(super) fn lags(&mut self) {
        self.state = State::Lagging;
    }

    /// It has what the others have.
    pub(super) fn keeps_up(&mut self) {
        self.state = State::Alive;
    }
}

fn doubled(first: Duration, times: u32, longest: Duration) -> Duration {
    (first * 2_i32.pow(times.min(16))).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn alive() -> Health {
        let mut health = Health::new(START);
        health.is_right();
        health
    }

    fn at(seconds: i64) -> OffsetDateTime {
        START + Duration::seconds(seconds)
    }

    #[test]
    fn an_endpoint_rests_for_as_long_as_it_says_and_is_then_what_it_was() {
        let mut health = alive();
        health.failed(&Fault::Busy(Some(Pause::from_secs(7))), START);
        assert_eq!(health.state(at(6)), State::RateLimited(at(7)));
        assert_eq!(health.state(at(7)), State::Alive);
    }

    #[test]
    fn rests_that_nobody_names_grow_until_there_is_an_answer() {
        let mut health = alive();
        health.failed(&Fault::Busy(None), START);
        assert_eq!(health.state(START), State::RateLimited(at(1)));
        health.failed(&Fault::Busy(None), at(1));
        assert_eq!(health.state(at(1)), State::RateLimited(at(3)));
        health.answered();
        health.failed(&Fault::Busy(None), at(9));
        assert_eq!(health.state(at(9)), State::RateLimited(at(10)));
    }

    #[test]
    fn faults_in_a_row_open_the_breaker_and_a_single_one_opens_it_again() {
        let mut health = alive();
        let ill = Fault::Ill("status 500".into());
        (1..FAULTS).for_each(|_| health.failed(&ill, START));
        assert_eq!(health.state(START), State::Alive);
        health.failed(&ill, START);
        assert_eq!(health.state(START), State::Broken(at(2)));
        assert_eq!(health.state(at(2)), State::Checking, "it proves itself again");
        health.failed(&ill, at(2));
        assert_eq!(health.state(at(2)), State::Broken(at(6)));
    }

    #[test]
    fn reverts_and_large_questions_never_open_the_breaker() {
        let mut health = alive();
        for _ in 0..100 {
            let words = "execution reverted".into();
            health
                .failed(&Fault::Refused(super::super::fault::Refusal { words, data: None }), START);
            health.failed(&Fault::TooMuch(super::super::fault::Advice::None), START);
            health.failed(&Fault::Missing, START);
        }
        assert_eq!(health.state(START), State::Alive);
    }

    #[test]
    fn an_endpoint_whose_head_goes_back_lags_and_its_head_stays() {
        let mut health = alive();
        health.reported(100, START);
        health.reported(97, START);
        assert_eq!((health.state(START), health.head()), (State::Lagging, Some(100)));
    }

    #[test]
    fn a_head_that_an_endpoint_has_not_had_for_long_was_never_there() {
        let mut health = alive();
        health.reported(1_000_000, START);
        health.reported(100, at(1));
        health.reported(101, at(30));
        assert_eq!(health.head(), Some(1_000_000), "a machine behind it may be late");
        health.reported(102, at(31));
        assert_eq!(health.head(), Some(102));
    }

    #[test]
    fn an_endpoint_of_another_chain_is_looked_at_again_later() {
        let mut health = alive();
        health.is_wrong(START);
        assert_eq!(health.state(at(299)), State::WrongChain(at(300)));
        assert_eq!(health.state(at(300)), State::Checking);
    }
}
