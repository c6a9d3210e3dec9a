//! Carries out what is to be done about one schedule.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::Trigger;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::board::{Errand, Outcome, Task};
use crate::actors::detector::{Fired, Firing, Gate};
use crate::actors::order::{Context, Refused};
use crate::actors::run_desk::RunDesk;
use crate::aggregates::skip;
use crate::journal::{Error, Journal, ScheduleCursor};
use crate::primitives::{Clock, CommandId, RunId};
use crate::triggers::Subscription;
use crate::triggers::schedule::{MAX_MISSED, Passed, Plan, Settings, firing_id};

/// From where such triggers come.
const SOURCE: &str = "schedule";

/// What carries errands out. Cheap to clone.
#[derive(Clone)]
pub(super) struct Striker {
    pub(super) gate: Gate,
    pub(super) desk: RunDesk,
    pub(super) journal: Journal,
    pub(super) clock: Arc<dyn Clock>,
}

impl Striker {
    /// Carries an errand out. The cursor of one that fired a single time is not stored yet.
    pub(super) async fn strike(self, mut errand: Errand) -> Result<Outcome, Error> {
        let trouble = match errand.task.clone() {
            Task::Fire(due) => self.fire(&mut errand, due, 0).await.err().map(|it| it.to_string()),
            Task::CatchUp(plan) => self.catch_up(&mut errand, plan).await?,
        };
        let Errand { cursor, generation, .. } = errand;
        if let Some(trouble) = &trouble {
            let workflow = cursor.workflow;
            tracing::warn!(workflow.id = %workflow, trouble, "the schedule of workflow {workflow} is fired again later");
        }
        Ok(Outcome { cursor, generation, trouble })
    }

    /// Fires one due time. When it was fired before, nothing begins a second time.
    async fn fire(
        &self,
        errand: &mut Errand,
        due: OffsetDateTime,
        missed: usize,
    ) -> Result<(), Refused> {
        let (subscription, settings) = (&errand.subscription, &errand.settings);
        let now = self.clock.now();
        let firing = Firing {
            organization: subscription.organization,
            subscriber: subscription.subscriber.clone(),
            id: firing_id(&errand.cursor.workflow.to_string(), due),
            trigger: Trigger {
                kind: subscription.kind.to_owned(),
                source: SOURCE.to_owned(),
                body: Arc::new(settings.told(due, now, missed)),
                headers: BTreeMap::default(),
            },
            lane: subscription.lane,
            causation: None,
            correlation: None,
            at: due,
        };
        let run = begun(&self.gate.fire(firing).await?);
        let late =
            (now - settings.fires_at(&errand.cursor.workflow.to_string(), due)).as_seconds_f64();
        metrics::histogram!("chainkeel_schedule_lateness_seconds").record(late);
        let cursor = &mut errand.cursor;
        cursor.done_through = cursor.done_through.max(due);
        cursor.last_due = Some(due);
        cursor.last_fired_at = Some(now);
        cursor.last_run = run;
        Ok(())
    }

    /// Deals with missed times: writes down what is done about them, does it, and moves on.
    async fn catch_up(&self, errand: &mut Errand, plan: Plan) -> Result<Option<String>, Error> {
        let is_new = errand.cursor.plan.is_none();
        if is_new && self.was_fired(errand).await? {
            // A process died between the firing and its note. What comes behind is looked at anew.
            self.store(&mut errand.cursor).await?;
            return Ok(None);
        }
        if is_new {
            errand.cursor.plan = serde_json::to_value(&plan).ok();
            self.store(&mut errand.cursor).await?;
        }
        let stored = errand.cursor.clone();
        if let Err(refused) = self.carry_out(errand, &plan).await {
            // All of it is done again; what has begun does not begin a second time.
            errand.cursor = stored;
            return Ok(Some(refused.to_string()));
        }
        errand.cursor.done_through = plan.through;
        errand.cursor.plan = None;
        self.store(&mut errand.cursor).await?;
        Ok(None)
    }

    async fn carry_out(&self, errand: &mut Errand, plan: &Plan) -> Result<(), Refused> {
        if let Some(passed) = &plan.passed {
            self.pass_over(&errand.subscription, &errand.settings, &errand.cursor, passed).await?;
        }
        for seconds in &plan.made_up {
            let Ok(due) = OffsetDateTime::from_unix_timestamp(*seconds) else { continue };
            self.fire(errand, due, plan.missed_before(*seconds)).await?;
        }
        Ok(())
    }

    /// Whether the first of the times that seem to have been missed was fired after all; the
    /// cursor is then behind it.
    async fn was_fired(&self, errand: &mut Errand) -> Result<bool, Error> {
        let cursor = &mut errand.cursor;
        let Some(first) = errand.settings.next_after(cursor.done_through) else {
            return Ok(false);
        };
        let id = firing_id(&cursor.workflow.to_string(), first);
        if !self.journal.is_claimed(cursor.organization, &id).await? {
            return Ok(false);
        }
        cursor.done_through = first;
        cursor.last_due = Some(first);
        Ok(true)
    }

    /// Says on the ledger which times are not made up for: once, however often it is said.
    async fn pass_over(
        &self,
        subscription: &Subscription,
        settings: &Settings,
        cursor: &ScheduleCursor,
        passed: &Passed,
    ) -> Result<(), Refused> {
        let Passed { count, first, last } = passed;
        let least = if *count == MAX_MISSED { "at least " } else { "" };
        let catch_up = settings.catch_up.as_str();
        let message = format!(
            "{least}{count} due times from {} to {} were missed while nothing watched, and are \
             passed over (catchUp: {catch_up})",
            text(*first),
            text(*last),
        );
        let workflow = cursor.workflow;
        let skipped = skip::Skipped {
            workflow_id: workflow,
            reason: skip::Reason::Missed,
            kind: subscription.kind.to_owned(),
            source: SOURCE.to_owned(),
            trigger_id: None,
            message,
            at: self.clock.now(),
        };
        let cause = format!("{workflow} missed {}", first.unix_timestamp());
        let context = Context {
            organization: subscription.organization,
            actor: format!("trigger:{}", subscription.kind),
            command: CommandId::derived(*last, &cause),
            causation: None,
            correlation: None,
            side: Vec::new(),
        };
        self.desk.pass_over(skipped, context).await
    }

    /// Stores a cursor as it is.
    async fn store(&self, cursor: &mut ScheduleCursor) -> Result<(), Error> {
        let moved = self.journal.move_schedule_cursors(std::slice::from_ref(cursor)).await?;
        if !moved.contains(&cursor.workflow) {
            return Err(Error::LeaseLost("the clock tower"));
        }
        cursor.revision += 1;
        Ok(())
    }
}

fn text(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_else(|_| at.to_string())
}

/// The run that a firing began; none where it was passed over.
fn begun(fired: &Fired) -> Option<RunId> {
    match fired {
        Fired::Started(placed) | Fired::Resumed(placed) => Some(placed.run),
        Fired::Repeated { run } => *run,
        Fired::Skipped { .. } | Fired::TooLate => None,
    }
}
