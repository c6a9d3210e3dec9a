//! Which runs there are, and when each of them begins.

use time::{Duration, OffsetDateTime};

use super::chance::Chance;
use super::story::Teller;
use super::workflows::Published;
use crate::journal::Error;
use crate::journal::bulk::Dated;

/// How far back the first run lies.
pub(super) const SPAN: Duration = Duration::days(85);
/// The last run begins so long before the end of the story.
const QUIET: Duration = Duration::minutes(10);
/// Of so many of the last runs one waits for a person, until there are enough.
const EVERY: u64 = 3;
/// Workflows of the first ranks have more runs, but not all of them.
const FLAT: f64 = 6.0;

/// When a run begins, and its streams.
type Told = (OffsetDateTime, Vec<Vec<Dated>>);

/// All runs of a seed.
#[derive(Debug)]
pub(super) struct Runs<'p> {
    pub(super) teller: Teller,
    pub(super) count: u64,
    /// How many of the last wait for people.
    pub(super) open: u64,
    workflows: &'p [Published],
    /// Those whose runs come to people.
    asking: Vec<&'p Published>,
    /// The shares of the workflows, added up.
    shares: Vec<f64>,
}

impl<'p> Runs<'p> {
    /// Runs of these workflows.
    pub(super) fn of(
        teller: Teller,
        workflows: &'p [Published],
        (count, open): (u64, u64),
    ) -> Self {
        let mut sum = 0.0;
        let shares = (1_u32..).zip(workflows).map(|(rank, _)| {
            sum += 1.0 / (f64::from(rank) + FLAT);
            sum
        });
        let shares = shares.collect();
        let asking: Vec<_> = workflows.iter().filter(|it| it.shape.has_tasks()).collect();
        let open = if asking.is_empty() { 0 } else { open.min(count / EVERY) };
        Self { teller, count, open, workflows, asking, shares }
    }

    /// When the run of this number begins: in the order of their numbers, evenly but for a little.
    fn begins(&self, number: u64, chance: &mut Chance) -> OffsetDateTime {
        let whole = i64::try_from((SPAN - QUIET).whole_milliseconds()).unwrap_or(i64::MAX);
        let share = |number: u64| {
            let part = i128::from(whole) * i128::from(number) / i128::from(self.count.max(1));
            i64::try_from(part).unwrap_or(whole)
        };
        let at = share(number);
        let jitter = chance.between(0, (share(number + 1) - at).max(1));
        self.teller.until - SPAN + Duration::milliseconds(at + jitter)
    }

    /// Whether the run of this number is one that waits.
    fn is_open(&self, number: u64) -> bool {
        let from_end = self.count - 1 - number;
        from_end.is_multiple_of(EVERY) && from_end / EVERY < self.open
    }

    fn workflow(&self, is_open: bool, chance: &mut Chance) -> Option<&'p Published> {
        if is_open {
            return Some(*chance.one(&self.asking));
        }
        let all = self.shares.last()?;
        #[expect(clippy::cast_precision_loss, reason = "a part of a million")]
        let drawn = chance.between(0, 1_000_000) as f64 / 1_000_000.0 * all;
        let index = self.shares.partition_point(|share| *share <= drawn);
        self.workflows.get(index.min(self.workflows.len() - 1))
    }

    /// When the run of this number begins, and its streams.
    pub(super) fn told(&self, number: u64) -> Result<Option<Told>, Error> {
        let mut chance = Chance::of(self.teller.seed, "plan", number);
        let at = self.begins(number, &mut chance);
        let is_open = self.is_open(number);
        let Some(workflow) = self.workflow(is_open, &mut chance) else { return Ok(None) };
        let streams = self.teller.run(number, workflow, at, is_open)?;
        Ok(Some((at, streams)))
    }
}
