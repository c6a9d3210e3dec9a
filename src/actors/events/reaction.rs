//! From events to the runs that wait for them: an event that is published, or that a run emits at
//! its end, lets every wait go on that was open before it and that it is meant for.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use cqrs_es::Aggregate;
use engine::{EventWait, Fact, Happening, Json};
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Semaphore;

use super::tally::EventTally;
use crate::actors::order::Context;
use crate::actors::reaction::{Mark, Part, Reaction, Trouble};
use crate::actors::run_desk::RunDesk;
use crate::aggregates::event::{Event, Publication, Published};
use crate::aggregates::run::Run;
use crate::journal::Recorded;
use crate::primitives::{Clock, CommandId};
use crate::projections::waits::{self, Projector, Waiting};
use crate::projections::{Positions, Views};

/// The reaction's name, on its checkpoint and as the actor of what it orders.
const NAME: &str = "events";
/// How many waits are looked at in one part: each part has the follower's whole time limit, and
/// with a database that answers it takes a small share of it.
const PAGE: i64 = 512;
/// How many runs are resumed side by side, over all events that are in hand: enough to fill the
/// journal's flushes, and few enough to leave room in the mailboxes of runs.
const SIDE_BY_SIDE: usize = 128;
/// How long is waited for the view of open waits to reach an event. It is milliseconds behind the
/// ledger; when it is not, the event is tried again later.
const VIEW_PATIENCE: Duration = Duration::from_secs(5);

/// The reaction that hands events to those who wait for them.
pub struct EventReaction {
    runs: RunDesk,
    views: Views,
    positions: Positions,
    tally: EventTally,
    clock: Arc<dyn Clock>,
    hands: Semaphore,
}

/// What keeps an event from being delivered.
#[derive(Debug, thiserror::Error)]
enum Obstacle {
    #[error("the view of open waits is behind: it has not reached position {0}")]
    Behind(i64),
    #[error("asking who waits for an event")]
    View(#[source] crate::projections::Error),
    #[error("the mark {0:?} is none of this reaction")]
    Mark(String),
    #[error("the house is closing")]
    Closing,
}

/// How far an event was delivered: who waits for patterns before this one, and of those who wait for
/// this one everyone up to this node, has been looked at.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Delivered {
    pattern: String,
    run: String,
    node: String,
}

impl EventReaction {
    /// The name of its checkpoint: what stands behind it on the ledger is not delivered yet.
    pub const CHECKPOINT: &'static str = NAME;

    /// Hands events to the runs of this desk.
    pub fn new(
        runs: RunDesk,
        views: Views,
        positions: Positions,
        (tally, clock): (EventTally, Arc<dyn Clock>),
    ) -> Self {
        Self { runs, views, positions, tally, clock, hands: Semaphore::new(SIDE_BY_SIDE) }
    }

    /// Hands an event to a page of those who wait for it, and counts that.
    async fn counted(&self, event: &Recorded, from: Option<Mark>) -> Result<Part, Trouble> {
        let delivered = self.deliver(event, from).await;
        match &delivered {
            Ok(Part::Last) => {
                let took = (self.clock.now() - event.recorded_at).whole_milliseconds();
                let took = i64::try_from(took).unwrap_or_default().max(0);
                self.tally.delivered(event.organization, took);
            }
            Ok(Part::UpTo(_)) => {}
            Err(_) => self.tally.failed(event.organization),
        }
        delivered
    }

    /// Hands an event to a page of those who wait for it.
    async fn deliver(&self, event: &Recorded, from: Option<Mark>) -> Result<Part, Trouble> {
        let Some(happening) = happening(event)? else { return Ok(Part::Last) };
        let mut delivered = match from {
            None => {
                self.see_up_to(event.position).await?;
                Delivered::default()
            }
            Some(Mark(text)) => {
                serde_json::from_str(&text).map_err(|_| Trouble::lasting(Obstacle::Mark(text)))?
            }
        };
        let mut left = PAGE;
        for pattern in self.patterns(event, &happening).await? {
            if pattern < delivered.pattern {
                continue;
            }
            if pattern > delivered.pattern {
                delivered = Delivered { pattern, ..Delivered::default() };
            }
            let after = (delivered.run.as_str(), delivered.node.as_str());
            let (organization, before) = (event.organization, event.position);
            let pattern = &delivered.pattern;
            let page = waits::waiting(&self.views, organization, pattern, before, after, left);
            let page = page.await.map_err(unasked)?;
            self.resume_all(event, &happening, &page).await?;
            left -= i64::try_from(page.len()).unwrap_or(left);
            if left <= 0 {
                if let Some(last) = page.last() {
                    delivered.run = last.run.to_string();
                    delivered.node = last.node.to_string();
                }
                let mark = serde_json::to_string(&delivered).map_err(Trouble::lasting)?;
                return Ok(Part::UpTo(Mark(mark)));
            }
        }
        Ok(Part::Last)
    }

    /// Waits until everything that was opened before the event is seen.
    async fn see_up_to(&self, position: i64) -> Result<(), Trouble> {
        let seen = self.positions.wait_for(Projector::NAME, position, VIEW_PATIENCE).await;
        match seen.map_err(unasked)? {
            Some(_) => Ok(()),
            None => Err(Trouble::Passing(Obstacle::Behind(position).into())),
        }
    }

    /// The patterns that match the event and that somebody may wait for, in the order of their text.
    async fn patterns(
        &self,
        event: &Recorded,
        happening: &Happening,
    ) -> Result<BTreeSet<String>, Trouble> {
        let wild = waits::wild_patterns(&self.views, event.organization).await.map_err(unasked)?;
        let matching = wild.iter().filter(|pattern| pattern.matches(happening.name()));
        let mut patterns: BTreeSet<_> =
            matching.map(|pattern| pattern.as_str().to_owned()).collect();
        patterns.insert(happening.name().to_owned());
        Ok(patterns)
    }

    async fn resume_all(
        &self,
        event: &Recorded,
        happening: &Happening,
        page: &[Waiting],
    ) -> Result<(), Trouble> {
        // Runs of one workflow mostly wait for the same: what is the same is judged once.
        let mut answers: HashMap<&str, Option<Json>> = HashMap::new();
        let mut meant = Vec::new();
        for waiting in page {
            let answer = answers
                .entry(waiting.config.as_str())
                .or_insert_with(|| answer(&waiting.config, happening));
            if let Some(answer) = answer {
                meant.push(self.resume(event, happening, waiting, Arc::clone(answer)).boxed());
            }
        }
        let mut resumed = futures::stream::iter(meant).buffer_unordered(SIDE_BY_SIDE);
        let mut trouble = Ok(());
        while let Some(outcome) = resumed.next().await {
            match outcome {
                Err(passing @ Trouble::Passing(_)) => trouble = Err(passing),
                // A run that cannot be resumed harms none of the others, and told so in the log.
                Ok(()) | Err(Trouble::Lasting(_) | Trouble::Hopeless(_)) => {}
            }
        }
        trouble
    }

    async fn resume(
        &self,
        event: &Recorded,
        happening: &Happening,
        waiting: &Waiting,
        answer: Json,
    ) -> Result<(), Trouble> {
        let closing = |_| Trouble::Passing(Obstacle::Closing.into());
        let _hand = self.hands.acquire().await.map_err(closing)?;
        let Waiting { run, node, .. } = waiting;
        // One event orders many things, of which two may go to the same run.
        let cause = format!("{NAME} {} {run} {node}", event.position);
        let command = CommandId::derived(event.recorded_at, &cause);
        let context = Context { command, ..Context::because_of(event, NAME) };
        let source = format!("event:{}", happening.name());
        match self.runs.resume(*run, node.clone(), answer, source, context).await {
            Ok(_) => Ok(()),
            Err(refused) if refused.waits_no_longer() => Ok(()),
            Err(refused) => {
                let trouble = Trouble::from(refused);
                if let Trouble::Lasting(fault) | Trouble::Hopeless(fault) = &trouble {
                    tracing::error!(
                        run.id = %run,
                        error = &**fault as &dyn std::error::Error,
                        "node {node} of run {run} was not resumed by the event at position {}: {trouble}",
                        event.position
                    );
                }
                Err(trouble)
            }
        }
    }
}

/// Whether what was recorded may be an event for others.
pub(super) fn is_happening(kind: &str, name: &str) -> bool {
    (kind == Publication::TYPE && name == "published")
        || (kind == Run::TYPE && name == "event_emitted")
}

/// The event as waits see it; none where what was recorded is no event for others.
pub(super) fn happening(event: &Recorded) -> Result<Option<Happening>, Trouble> {
    if event.aggregate_type == Run::TYPE {
        // Known like the causes of events elsewhere: by its place in its stream.
        let id = format!("{}#{}", event.aggregate_id, event.sequence);
        let Fact::EventEmitted { event: name, payload, .. } = event.fact()?.0 else {
            return Ok(None);
        };
        return Ok(Some(Happening::new(&name, &payload, Some(&event.aggregate_id), &id)));
    }
    let Event::Published(published) = event.published()?;
    let about = published.about();
    let Published { event: name, payload, source, .. } = published;
    let happening = Happening::new(&name, &payload, source.as_deref(), &event.aggregate_id);
    Ok(Some(happening.about(about)))
}

/// What an event gives to those who wait like this; none when it is not meant for them.
fn answer(config: &str, happening: &Happening) -> Option<Json> {
    let config: Value = serde_json::from_str(config).ok()?;
    // What a wait was opened with was read then: it can be read again.
    EventWait::of(&config).ok()?.answer(happening)
}

fn unasked(error: crate::projections::Error) -> Trouble {
    Trouble::Passing(Obstacle::View(error).into())
}

impl Reaction for EventReaction {
    fn name(&self) -> &'static str {
        NAME
    }

    fn concerns(&self, kind: &str, name: &str) -> bool {
        is_happening(kind, name)
    }

    fn react<'a>(&'a self, event: &'a Recorded) -> BoxFuture<'a, Result<(), Trouble>> {
        Box::pin(async move {
            let mut from = None;
            while let Part::UpTo(mark) = self.counted(event, from).await? {
                from = Some(mark);
            }
            Ok(())
        })
    }

    fn react_in_parts<'a>(
        &'a self,
        event: &'a Recorded,
        from: Option<Mark>,
    ) -> BoxFuture<'a, Result<Part, Trouble>> {
        Box::pin(self.counted(event, from))
    }
}
