//! The schedules that are live, in the order of their next times.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::sync::Arc;

use time::{Duration, OffsetDateTime};

use crate::journal::ScheduleCursor;
use crate::primitives::WorkflowId;
use crate::triggers::schedule::{Plan, Settings, Step};
use crate::triggers::{Subscriber, Subscription};

/// The pause after a firing that was turned away; it doubles with each in a row.
const FIRST_PAUSE: Duration = Duration::seconds(1);
/// How often it doubles at most: a minute.
const MAX_DOUBLINGS: u32 = 6;

/// What is to be done about a schedule whose time has come.
#[derive(Debug, Clone)]
pub(super) enum Task {
    /// This time is fired.
    Fire(OffsetDateTime),
    /// These missed times are dealt with.
    CatchUp(Plan),
}

/// A schedule, with what is to be done about it.
#[derive(Debug, Clone)]
pub(super) struct Errand {
    pub(super) subscription: Arc<Subscription>,
    pub(super) settings: Arc<Settings>,
    /// As it is stored.
    pub(super) cursor: ScheduleCursor,
    pub(super) task: Task,
    /// Which entry of the board it is of.
    pub(super) generation: u64,
}

/// How an errand went.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) cursor: ScheduleCursor,
    pub(super) generation: u64,
    /// Why it is to be tried again, where it is.
    pub(super) trouble: Option<String>,
}

#[derive(Debug)]
struct Entry {
    subscription: Arc<Subscription>,
    settings: Arc<Settings>,
    generation: u64,
    /// How often it was turned away in a row.
    troubles: u32,
    /// It is being fired: nobody else takes it up.
    is_out: bool,
}

/// The board. Pure: it is told the time.
#[derive(Debug, Default)]
pub(super) struct Board {
    entries: HashMap<WorkflowId, Entry>,
    cursors: HashMap<WorkflowId, ScheduleCursor>,
    order: BinaryHeap<Reverse<(OffsetDateTime, WorkflowId, u64)>>,
    generations: u64,
}

impl Board {
    /// A board of these cursors, on which no schedule is live yet.
    pub(super) fn new(cursors: Vec<ScheduleCursor>) -> Self {
        let cursors = cursors.into_iter().map(|cursor| (cursor.workflow, cursor)).collect();
        Self { cursors, ..Self::default() }
    }

    /// These schedules are live, and no others.
    pub(super) fn show(&mut self, live: Vec<Arc<Subscription>>, now: OffsetDateTime) {
        let mut shown = HashSet::with_capacity(live.len());
        for subscription in live {
            let Subscriber::Workflow(workflow) = &subscription.subscriber else { continue };
            let workflow = *workflow;
            shown.insert(workflow);
            if let Some(entry) = self.entries.get_mut(&workflow)
                && entry.subscription.since == subscription.since
                && (Arc::ptr_eq(&entry.subscription.payload, &subscription.payload)
                    || entry.subscription.payload == subscription.payload)
            {
                entry.subscription = subscription;
                continue;
            }
            match Settings::read(&subscription.payload) {
                Ok(settings) => self.put(workflow, subscription, settings, now),
                // It was valid when it was published: this program has forgotten how to read it.
                Err(problem) => {
                    let (place, message) = (problem.path, problem.message);
                    tracing::error!(workflow.id = %workflow, problem = message, "the schedule of workflow {workflow} cannot be read at {place} and does not fire");
                    self.entries.remove(&workflow);
                }
            }
        }
        self.entries.retain(|workflow, _| shown.contains(workflow));
    }

    fn put(
        &mut self,
        workflow: WorkflowId,
        subscription: Arc<Subscription>,
        settings: Settings,
        now: OffsetDateTime,
    ) {
        self.generations += 1;
        let is_out = self.entries.get(&workflow).is_some_and(|entry| entry.is_out);
        let entry = Entry {
            subscription,
            settings: Arc::new(settings),
            generation: self.generations,
            troubles: 0,
            is_out,
        };
        self.entries.insert(workflow, entry);
        self.line_up(workflow, now);
    }

    /// How many schedules are live.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// When the next of them is to be looked at.
    pub(super) fn next_at(&self) -> Option<OffsetDateTime> {
        self.order.peek().map(|Reverse((at, _, _))| *at)
    }

    /// Takes the next one up whose time has come.
    pub(super) fn take(&mut self, now: OffsetDateTime) -> Option<Errand> {
        while self.next_at().is_some_and(|at| at <= now) {
            let Some(Reverse((_, workflow, generation))) = self.order.pop() else { break };
            let is_current = |entry: &&mut Entry| entry.generation == generation && !entry.is_out;
            let Some(entry) = self.entries.get_mut(&workflow).filter(is_current) else { continue };
            let cursor = cursor_of(&self.cursors, workflow, &entry.subscription);
            let task = match task(entry, &cursor, now) {
                Ok(task) => task,
                Err(Some(later)) => {
                    self.order.push(Reverse((later, workflow, generation)));
                    continue;
                }
                Err(None) => continue,
            };
            entry.is_out = true;
            let (subscription, settings) =
                (Arc::clone(&entry.subscription), Arc::clone(&entry.settings));
            return Some(Errand { subscription, settings, cursor, task, generation });
        }
        None
    }

    /// An errand has ended, and its cursor is stored.
    pub(super) fn back(&mut self, outcome: Outcome, now: OffsetDateTime) {
        let Outcome { cursor, generation, trouble } = outcome;
        let workflow = cursor.workflow;
        self.cursors.insert(workflow, cursor);
        let Some(entry) = self.entries.get_mut(&workflow) else { return };
        entry.is_out = false;
        match trouble {
            Some(_) if entry.generation == generation => {
                let doublings = entry.troubles.min(MAX_DOUBLINGS);
                entry.troubles += 1;
                let pause = FIRST_PAUSE * 2_i32.pow(doublings);
                self.order.push(Reverse((now + pause, workflow, generation)));
            }
            Some(_) | None => {
                entry.troubles = 0;
                self.line_up(workflow, now);
            }
        }
    }

    /// Puts an entry where its next time says.
    fn line_up(&mut self, workflow: WorkflowId, now: OffsetDateTime) {
        let Some(entry) = self.entries.get(&workflow).filter(|entry| !entry.is_out) else {
            return;
        };
        let cursor = cursor_of(&self.cursors, workflow, &entry.subscription);
        let at = match task(entry, &cursor, now) {
            Ok(_) => now,
            Err(Some(later)) => later,
            Err(None) => return,
        };
        self.order.push(Reverse((at, workflow, entry.generation)));
    }
}

/// Up to when times are dealt with: what came before the schedule was what it is does not count.
fn cursor_of(
    cursors: &HashMap<WorkflowId, ScheduleCursor>,
    workflow: WorkflowId,
    subscription: &Subscription,
) -> ScheduleCursor {
    // A schedule without a beginning would have to make up for all of the past.
    let since = subscription.since.unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let mut cursor = cursors.get(&workflow).cloned().unwrap_or(ScheduleCursor {
        workflow,
        organization: subscription.organization,
        done_through: since,
        last_due: None,
        last_fired_at: None,
        last_run: None,
        plan: None,
        revision: 0,
    });
    cursor.done_through = cursor.done_through.max(since);
    // What was decided before the schedule changed, or before a pause, has had its time.
    let begun = plan_of(&cursor);
    if begun.is_none_or(|plan| plan.through <= cursor.done_through) {
        cursor.plan = None;
    }
    cursor
}

fn plan_of(cursor: &ScheduleCursor) -> Option<Plan> {
    serde_json::from_value(cursor.plan.clone()?).ok()
}

/// What is to be done now; otherwise when to look again, if ever.
fn task(
    entry: &Entry,
    cursor: &ScheduleCursor,
    now: OffsetDateTime,
) -> Result<Task, Option<OffsetDateTime>> {
    if let Some(plan) = plan_of(cursor) {
        return Ok(Task::CatchUp(plan));
    }
    let workflow = cursor.workflow.to_string();
    match Step::of(&entry.settings, &workflow, cursor.done_through, now) {
        Step::Wait(until) => Err(Some(until)),
        Step::Over => Err(None),
        Step::Fire(due) => Ok(Task::Fire(due)),
        Step::CatchUp(plan) => Ok(Task::CatchUp(plan)),
    }
}

#[cfg(test)]
mod tests {
    use engine::Lane;
    use serde_json::json;

    use super::*;
    use crate::primitives::OrganizationId;

    const START: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn live(workflow: WorkflowId, pattern: &str, since: OffsetDateTime) -> Arc<Subscription> {
        Arc::new(Subscription {
            organization: OrganizationId::DEFAULT,
            subscriber: Subscriber::Workflow(workflow),
            version: 1,
            since: Some(since),
            kind: "schedule",
            payload: Arc::new(json!({ "schedule": pattern })),
            connector: None,
            lane: Lane::Default,
        })
    }

    fn fired(errand: &Errand, trouble: Option<&str>) -> Outcome {
        let mut cursor = errand.cursor.clone();
        if let (Task::Fire(due), None) = (&errand.task, trouble) {
            cursor.done_through = *due;
            cursor.revision += 1;
        }
        let trouble = trouble.map(str::to_owned);
        Outcome { cursor, generation: errand.generation, trouble }
    }

    fn minutes(count: i64) -> OffsetDateTime {
        START + Duration::minutes(count)
    }

    #[test]
    fn schedules_are_taken_up_in_the_order_of_their_times_and_come_back_in_line() {
        let (often, seldom) = (WorkflowId::generate(), WorkflowId::generate());
        let mut board = Board::default();
        board.show(vec![live(seldom, "0 * * * *", START), live(often, "* * * * *", START)], START);
        assert_eq!((board.len(), board.next_at()), (2, Some(minutes(1))));
        assert!(board.take(START + Duration::seconds(59)).is_none());
        let errand = board.take(minutes(1)).expect("one that is due");
        assert!(errand.cursor.workflow == often && matches!(errand.task, Task::Fire(_)));
        assert!(board.take(minutes(1)).is_none(), "it is out");
        board.back(fired(&errand, None), minutes(1));
        assert_eq!(board.next_at(), Some(minutes(2)));
    }

    #[test]
    fn what_was_turned_away_is_taken_up_again_after_a_pause() {
        let mut board = Board::default();
        board.show(vec![live(WorkflowId::generate(), "* * * * *", START)], START);
        let errand = board.take(minutes(1)).expect("due");
        board.back(fired(&errand, Some("busy")), minutes(1));
        assert!(board.take(minutes(1)).is_none());
        let again = board.take(minutes(1) + Duration::seconds(1)).expect("due again");
        assert!(matches!(again.task, Task::Fire(due) if due == minutes(1)));
    }

    #[test]
    fn a_schedule_that_was_changed_or_paused_begins_anew() {
        let (workflow, mut board) = (WorkflowId::generate(), Board::default());
        board.show(vec![live(workflow, "* * * * *", START)], START);
        let errand = board.take(minutes(1)).expect("due");
        // Paused while it is fired, and resumed an hour later.
        board.show(Vec::new(), minutes(1));
        board.back(fired(&errand, None), minutes(1));
        assert!(board.take(minutes(30)).is_none());
        board.show(vec![live(workflow, "* * * * *", minutes(60))], minutes(60));
        assert_eq!(board.next_at(), Some(minutes(61)), "the pause is not made up for");
        board.show(vec![live(workflow, "0 * * * *", minutes(60))], minutes(60));
        assert!(board.take(minutes(61)).is_none(), "the pattern before it is forgotten");
    }

    #[test]
    fn ten_thousand_schedules_cost_what_is_due() {
        let mut board = Board::default();
        let schedules = (0..10_000)
            .map(|n| live(WorkflowId::generate(), &format!("{} 9 * * *", n % 60), START));
        let schedules: Vec<_> = schedules.collect();
        board.show(schedules.clone(), START);
        let begun = std::time::Instant::now();
        for second in 0..10_000 {
            assert!(board.take(START + Duration::seconds(second)).is_none());
        }
        board.show(schedules, START);
        assert!(begun.elapsed().as_secs() < 2, "took {:?}", begun.elapsed());
        let nine = START + Duration::hours(9);
        let due = std::iter::from_fn(|| board.take(nine)).count();
        assert!(due >= 10_000 / 60, "what is due at nine is taken: {due}");
    }
}
