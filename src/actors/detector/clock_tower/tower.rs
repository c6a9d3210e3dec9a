//! The loop: waits for the next time, sends errands out, and stores how far schedules have come.

use std::sync::Arc;
use std::time::Duration;

use futures::future::{BoxFuture, OptionFuture};
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::board::{Board, Outcome};
use super::striking::Striker;
use crate::actors::detector::Gate;
use crate::actors::detector::office::{Office, hold};
use crate::actors::run_desk::RunDesk;
use crate::journal::{Error, Journal, Leases, ScheduleCursor};
use crate::primitives::Clock;
use crate::triggers::schedule::SCHEDULES;
use crate::triggers::{Key, TriggerIndex};

/// The office that one process holds.
const OFFICE: Office = Office("schedules");
/// The longest look away: a clock that was set is noticed so late.
const LOOK: Duration = Duration::from_millis(100);
/// How many schedules are fired at a time. The gate takes more, of all sources together.
const SIDE_BY_SIDE: usize = 64;
/// How many cursors are read, or stored, at a time.
const PAGE: usize = 1_000;

/// What fires schedules.
#[derive(Clone)]
pub struct ClockTower {
    /// The live triggers.
    pub index: Arc<TriggerIndex>,
    /// Where firings are decided.
    pub gate: Gate,
    /// Where it is written down what is not made up for.
    pub desk: RunDesk,
    /// How far schedules have come.
    pub journal: Journal,
    /// Under which leases this process acts, while it does.
    pub standing: watch::Receiver<Option<Leases>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

type Saving = BoxFuture<'static, Result<Vec<Outcome>, Error>>;

struct Tending {
    tower: ClockTower,
    striker: Striker,
    leases: Leases,
    board: Board,
    under_way: FuturesUnordered<BoxFuture<'static, Result<Outcome, Error>>>,
    /// What has been carried out and is not stored.
    unsaved: Vec<Outcome>,
    saving: Option<Saving>,
}

impl ClockTower {
    /// Fires schedules, or waits until it may, until it is told to stop.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        hold(OFFICE, self.standing.clone(), stop, async |leases| self.tend(leases).await).await
    }

    async fn tend(&self, leases: Leases) -> Result<(), Error> {
        let cursors = self.cursors().await?;
        let striker = Striker {
            gate: self.gate.clone(),
            desk: self.desk.clone(),
            journal: self.journal.clone(),
            clock: Arc::clone(&self.clock),
        };
        let mut tending = Tending {
            tower: self.clone(),
            striker,
            leases,
            board: Board::new(cursors),
            under_way: FuturesUnordered::new(),
            unsaved: Vec::new(),
            saving: None,
        };
        let [mut one, mut other] = SCHEDULES.map(|kind| self.index.changes(kind));
        tending.look();
        loop {
            tending.begin()?;
            let pause = tending.pause();
            tokio::select! {
                _ = one.changed() => tending.look(),
                _ = other.changed() => tending.look(),
                Some(outcome) = tending.under_way.next() => tending.end(outcome?),
                Some(saved) = OptionFuture::from(tending.saving.as_mut()) => tending.saved(saved?),
                () = sleep(pause) => {}
            }
        }
    }

    async fn cursors(&self) -> Result<Vec<ScheduleCursor>, Error> {
        let mut cursors: Vec<ScheduleCursor> = Vec::new();
        loop {
            let after = cursors.last().map(|it| it.workflow);
            let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
            let page = self.journal.schedule_cursors(after, limit).await?;
            let is_last = page.len() < PAGE;
            cursors.extend(page);
            if is_last {
                return Ok(cursors);
            }
        }
    }
}

impl Tending {
    /// Looks at which schedules are live.
    #[expect(clippy::cast_precision_loss, reason = "a gauge; there are far fewer than 2^52")]
    fn look(&mut self) {
        let of_kind = |kind| self.tower.index.under(&Key::Kind(kind));
        let live = SCHEDULES.into_iter().flat_map(of_kind).collect();
        self.board.show(live, self.tower.clock.now());
        metrics::gauge!("chainkeel_schedules").set(self.board.len() as f64);
    }

    /// Sends out what is due, as much as there is room for.
    fn begin(&mut self) -> Result<(), Error> {
        if !self.leases.alive() {
            return Err(Error::LeaseLost("the clock tower"));
        }
        let now = self.tower.clock.now();
        while self.under_way.len() < SIDE_BY_SIDE
            && let Some(errand) = self.board.take(now)
        {
            self.under_way.push(self.striker.clone().strike(errand).boxed());
        }
        Ok(())
    }

    /// How long nothing is due.
    fn pause(&self) -> Duration {
        if self.under_way.len() >= SIDE_BY_SIDE {
            return LOOK;
        }
        let until = self.board.next_at().map(|at| at - self.tower.clock.now());
        until.map_or(LOOK, |until| until.try_into().unwrap_or(Duration::ZERO).min(LOOK))
    }

    fn end(&mut self, outcome: Outcome) {
        self.unsaved.push(outcome);
        self.save();
    }

    /// Stores what is not stored, together, unless something is being stored.
    fn save(&mut self) {
        if self.saving.is_some() || self.unsaved.is_empty() {
            return;
        }
        let more = self.unsaved.split_off(self.unsaved.len().min(PAGE));
        let outcomes = std::mem::replace(&mut self.unsaved, more);
        self.saving = Some(store(self.tower.journal.clone(), outcomes).boxed());
    }

    fn saved(&mut self, outcomes: Vec<Outcome>) {
        self.saving = None;
        let now = self.tower.clock.now();
        for outcome in outcomes {
            self.board.back(outcome, now);
        }
        self.save();
    }
}

/// Stores the cursors of those that fired; where somebody else moved one, that one fires from now
/// on.
async fn store(journal: Journal, mut outcomes: Vec<Outcome>) -> Result<Vec<Outcome>, Error> {
    let fired = |outcome: &Outcome| outcome.trouble.is_none() && outcome.cursor.plan.is_none();
    let cursors: Vec<_> =
        outcomes.iter().filter(|it| fired(it)).map(|it| it.cursor.clone()).collect();
    if cursors.is_empty() {
        return Ok(outcomes);
    }
    let moved = journal.move_schedule_cursors(&cursors).await?;
    if moved.len() < cursors.len() {
        return Err(Error::LeaseLost("the clock tower"));
    }
    for outcome in outcomes.iter_mut().filter(|it| fired(it)) {
        outcome.cursor.revision += 1;
    }
    Ok(outcomes)
}
