//! The actor around one run: takes orders one at a time, performs what they intend once the
//! intent is durable, and reports back. It rests when there is nothing to do but wait.

use std::collections::HashSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use engine::{Effect, Place, Stimulus};
use tokio::sync::oneshot;

use super::order::{Context as OrderContext, Order, Placed, Refused};
use super::performer::Performer;
use super::resident::{Household, Resident};
use super::run_registry::{Forget, Retire, RunRegistry};
use crate::actions::Origin;
use crate::primitives::RunId;

/// How many orders may wait for one run; the next one is refused as busy.
const MAILBOX: usize = 64;
/// A run whose next timer is further away than this leaves memory; the timer brings it back.
const REST_WHEN_DUE_AFTER: Duration = Duration::from_secs(2);
/// The pause before a report that could not be written is tried again.
const REPORT_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// One run, resident in memory.
pub(super) struct RunActor {
    id: RunId,
    /// `None` only while an order is being carried out.
    resident: Option<Resident>,
    house: Arc<Household>,
    performer: Performer,
    registry: Addr<RunRegistry>,
    /// The effects that are under way, or over and not yet written down: until it is, the ledger
    /// says that they are in flight, and they must not be performed again.
    performing: HashSet<Place>,
    timer: Option<SpawnHandle>,
}

impl RunActor {
    /// An actor that knows nothing of its run until the first order makes it look.
    pub(super) fn new(
        id: RunId,
        house: Arc<Household>,
        performer: Performer,
        registry: Addr<RunRegistry>,
    ) -> Self {
        let resident = Some(Resident::new(id, Arc::clone(&house)));
        Self { id, resident, house, performer, registry, performing: HashSet::new(), timer: None }
    }

    fn perform(&mut self, origin: Origin, effect: Effect, ctx: &mut Context<Self>) {
        if !self.performing.insert(effect.node.clone()) {
            return;
        }
        let (node, attempt) = (effect.node.clone(), effect.attempt);
        let performed = self.performer.perform(origin, effect);
        ctx.spawn(performed.into_actor(self).map(move |outcome, _, ctx| {
            let stimulus = match outcome {
                Ok(result) => Stimulus::EffectSucceeded { node, attempt, result },
                Err(failure) => Stimulus::EffectFailed { node, attempt, failure },
            };
            ctx.notify(Report(stimulus));
        }));
    }

    /// What follows an order: effects whose intent is durable now, the next timer, or rest.
    fn settle(&mut self, ctx: &mut Context<Self>) {
        let Some(resident) = &self.resident else { return };
        let terminal = resident.state().status().is_terminal();
        let next = resident.state().timers().min_by_key(|(_, due_at)| *due_at);
        let of = |effect: &Effect| resident.origin(effect.node.to_string());
        let intended = resident.intended().into_iter().map(|effect| (of(&effect), effect));
        for (origin, effect) in intended.collect::<Vec<_>>() {
            self.perform(origin, effect, ctx);
        }
        if let Some(timer) = self.timer.take() {
            ctx.cancel_future(timer);
        }
        if let Some((node, due_at)) = next.filter(|_| !terminal) {
            let wait = (due_at - self.house.clock.now()).try_into().unwrap_or(Duration::ZERO);
            if wait <= REST_WHEN_DUE_AFTER {
                self.timer = Some(ctx.run_later(wait, move |_, ctx| {
                    ctx.notify(Report(Stimulus::TimerDue { node }));
                }));
                return;
            }
        }
        if self.performing.is_empty() {
            self.rest(ctx);
        }
    }

    /// Leaves memory, if the registry has no more orders for the run: it forgets the address and
    /// answers with [`Retire`], which arrives behind every order that it has sent before.
    fn rest(&self, ctx: &mut Context<Self>) {
        let forget = Forget { run: self.id, address: ctx.address() };
        if self.registry.try_send(forget).is_err() {
            ctx.run_later(REPORT_AGAIN_AFTER, Self::settle);
        }
    }

    /// Carries out one order; the next one waits in the mailbox until this one is durable. When the
    /// order was a report of an effect, that one is over with it.
    fn carry_out<W, T>(
        &mut self,
        reported: Option<Place>,
        work: impl FnOnce(Resident) -> W,
    ) -> Carried<T>
    where
        W: Future<Output = (Resident, Result<T, Refused>)> + 'static,
        T: 'static,
    {
        let Some(resident) = self.resident.take() else {
            return Box::pin(fut::ready(Err(Refused::Unanswered)));
        };
        Box::pin(work(resident).into_actor(self).map(move |(resident, outcome), actor, ctx| {
            actor.resident = Some(resident);
            if let (Some(place), Ok(_) | Err(Refused::Run(_))) = (&reported, &outcome) {
                actor.performing.remove(place);
            }
            actor.settle(ctx);
            outcome
        }))
    }
}

type Carried<T> = Pin<Box<dyn ActorFuture<RunActor, Output = Result<T, Refused>>>>;

impl Actor for RunActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
        metrics::gauge!("chainkeel_runs_resident").increment(1.0);
    }
}

impl Drop for RunActor {
    fn drop(&mut self) {
        metrics::gauge!("chainkeel_runs_resident").decrement(1.0);
    }
}

/// An order from outside, with the place to put the answer.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct Ask {
    /// What is wanted.
    pub(super) order: Order,
    /// By whom.
    pub(super) context: OrderContext,
    /// Where the answer goes; whoever asked may have left.
    pub(super) answer: oneshot::Sender<Result<Placed, Refused>>,
}

impl Handler<Ask> for RunActor {
    type Result = AtomicResponse<Self, ()>;

    fn handle(&mut self, ask: Ask, _: &mut Self::Context) -> Self::Result {
        let Ask { order, context, answer } = ask;
        let work = self.carry_out(None, move |mut resident| async move {
            let outcome = place(&mut resident, order, context).await;
            (resident, outcome)
        });
        AtomicResponse::new(Box::pin(work.map(move |placed, _, _| {
            // Whoever asked may have left: the order stands all the same.
            let _ = answer.send(placed);
        })))
    }
}

async fn place(
    resident: &mut Resident,
    order: Order,
    context: OrderContext,
) -> Result<Placed, Refused> {
    let by = context.actor.clone();
    let stimulus = match order {
        Order::Start(start) => return resident.start(start, context).await,
        Order::Wake => {
            resident.prepare().await?;
            return Ok(resident.repeated());
        }
        Order::Cancel { reason, compensate } => Stimulus::Cancel { by, reason, compensate },
        Order::Pause { reason } => Stimulus::Pause { by, reason },
        Order::Unpause => Stimulus::Unpause { by },
        Order::Signal { signal, data } => return resident.signal(signal, data, context).await,
        Order::Resume { node, data, source } => Stimulus::Resume { node, data, source, by },
        Order::Mark { node, mark, reason, source } => {
            Stimulus::Mark { node, mark, reason, source, by }
        }
        Order::TimerDue { node } => Stimulus::TimerDue { node },
    };
    resident.react(stimulus, context).await
}

/// What the actor tells itself: an effect has ended, a timer is due.
#[derive(Message)]
#[rtype(result = "()")]
struct Report(Stimulus);

impl Handler<Report> for RunActor {
    type Result = AtomicResponse<Self, ()>;

    fn handle(&mut self, Report(stimulus): Report, _: &mut Self::Context) -> Self::Result {
        let again = stimulus.clone();
        let work = self.carry_out(performed(&stimulus), move |mut resident| async move {
            let outcome = resident.report(stimulus).await;
            (resident, outcome)
        });
        AtomicResponse::new(Box::pin(work.map(move |outcome, actor, ctx| match outcome {
            Ok(()) => {}
            Err(Refused::Run(refusal)) => {
                tracing::debug!(run.id = %actor.id, "run {} had no use for a report: {refusal}", actor.id);
            }
            Err(Refused::Moved | Refused::UnknownRun) => ctx.stop(),
            Err(error) => {
                // The effect has happened and must not be forgotten: the ledger is asked again.
                let cause = &error as &dyn std::error::Error;
                tracing::warn!(run.id = %actor.id, error = cause, "what happened in run {} is written again", actor.id);
                ctx.notify_later(Report(again), REPORT_AGAIN_AFTER);
            }
        })))
    }
}

/// The effect whose end this tells of.
fn performed(stimulus: &Stimulus) -> Option<Place> {
    match stimulus {
        Stimulus::EffectSucceeded { node, .. } | Stimulus::EffectFailed { node, .. } => {
            Some(node.clone())
        }
        Stimulus::EffectInterrupted { .. }
        | Stimulus::TimerDue { .. }
        | Stimulus::Resume { .. }
        | Stimulus::Mark { .. }
        | Stimulus::Cancel { .. }
        | Stimulus::Pause { .. }
        | Stimulus::Unpause { .. } => None,
    }
}

impl Handler<Retire> for RunActor {
    type Result = ();

    fn handle(&mut self, _: Retire, ctx: &mut Self::Context) {
        if self.performing.is_empty() && self.resident.is_some() {
            ctx.stop();
        }
    }
}
