//! One run in memory: load, decide, append. What it does to the outside is its actor's affair.

use std::sync::Arc;

use cqrs_es::Aggregate;
use engine::{Effect, Json, Refusal, Stimulus};

use super::order::{Context, Placed, Refused};
use super::ownership::Ownership;
use crate::actions::Origin;
use crate::aggregates::run::{self, Run};
use crate::journal::{
    Append, Journal, Metadata, NewEvent, Outcome, Recorded, Side, StreamId, slot_of,
};
use crate::primitives::{Clock, CommandId, OrganizationId, RunId};

/// How many events are read at a time when a run is loaded.
const PAGE: u16 = 1_000;
/// Bytes of events below which a page was not cut short.
const SMALL_PAGE: usize = 1024 * 1024;
/// How often an order is decided anew because somebody else wrote to the run in between.
const MAX_CONFLICTS: u32 = 5;

/// What the runs of a process share.
pub struct Household {
    /// Where events are made durable.
    pub journal: Journal,
    /// Which slots are ours.
    pub ownership: Arc<Ownership>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// A run, its place on the ledger, and the means to go on.
pub(super) struct Resident {
    id: RunId,
    slot: i16,
    stream: StreamId,
    run: Run,
    sequence: i64,
    /// Loaded, and what was interrupted taken up.
    ready: bool,
    organization: OrganizationId,
    correlation: Option<String>,
    house: Arc<Household>,
}

impl Resident {
    /// A run of which nothing is known yet.
    pub(super) fn new(id: RunId, house: Arc<Household>) -> Self {
        Self {
            id,
            slot: slot_of(&id.to_string()),
            stream: StreamId::run(id),
            run: Run::default(),
            sequence: 0,
            ready: false,
            organization: OrganizationId::DEFAULT,
            correlation: None,
            house,
        }
    }

    /// Whose effect it is that this node has.
    pub(super) fn origin(&self, node: String) -> Origin {
        Origin {
            organization: self.organization,
            workflow: self.state().workflow().map(|it| it.id.clone()).unwrap_or_default(),
            run: self.id,
            node,
        }
    }

    /// The run as far as it is known.
    pub(super) const fn state(&self) -> &engine::Run {
        self.run.state()
    }

    /// Where the run stands, as the answer to an order that changed nothing.
    pub(super) const fn repeated(&self) -> Placed {
        Placed { run: self.id, sequence: self.sequence, repeated: true }
    }

    /// Makes the run ready for orders: loaded, and the effects taken up whose worker died.
    ///
    /// Their outcome is unknown. The engine decides whether each is repeated under the same
    /// idempotency key or fails; either way the ledger says so before anything is done.
    pub(super) async fn prepare(&mut self) -> Result<(), Refused> {
        if self.ready {
            return Ok(());
        }
        self.catch_up().await?;
        let interrupted: Vec<_> = self.state().effects_in_flight().collect();
        for Effect { node, attempt, .. } in interrupted {
            let stimulus = Stimulus::EffectInterrupted { node, attempt };
            self.carry_out(self.reaction(stimulus), self.own_context(None)).await?;
        }
        self.ready = self.sequence > 0;
        Ok(())
    }

    /// The effects that are intended and may be performed: none before the run is ready.
    pub(super) fn intended(&self) -> Vec<Effect> {
        if self.ready { self.state().effects_in_flight().collect() } else { Vec::new() }
    }

    /// Begins the run.
    pub(super) async fn start(
        &mut self,
        start: Box<engine::Start>,
        context: Context,
    ) -> Result<Placed, Refused> {
        self.organization = context.organization;
        self.correlation.clone_from(&context.correlation);
        let placed = self.carry_out(run::Command::Start(start), context).await?;
        self.ready = self.sequence > 0;
        if !placed.repeated {
            let (id, request) = (self.id, self.correlation.as_deref().unwrap_or_default());
            tracing::debug!(run.id = %id, request.id = request, "run {id} has begun");
        }
        Ok(placed)
    }

    /// Carries out what somebody of `context.organization` wants of the run.
    pub(super) async fn react(
        &mut self,
        stimulus: Stimulus,
        context: Context,
    ) -> Result<Placed, Refused> {
        self.prepare().await?;
        if self.sequence == 0 || self.organization != context.organization {
            return Err(Refused::UnknownRun);
        }
        self.carry_out(self.reaction(stimulus), context).await
    }

    /// Lets every wait for a signal go on, each by an append of its own.
    pub(super) async fn signal(
        &mut self,
        signal: String,
        data: Json,
        context: Context,
    ) -> Result<Placed, Refused> {
        self.prepare().await?;
        if self.sequence == 0 || self.organization != context.organization {
            return Err(Refused::UnknownRun);
        }
        let mut placed = None;
        for node in self.state().waits_for_signal(&signal) {
            // The first append carries the order's own id, by which it is known when it comes again.
            let mut context = context.clone();
            if placed.is_some() {
                let cause = format!("{} {node}", context.command);
                context.command = CommandId::derived(self.house.clock.now(), &cause);
                context.side.clear();
            }
            let (by, source) = (context.actor.clone(), format!("signal:{signal}"));
            let stimulus = Stimulus::Resume { node, data: Arc::clone(&data), source, by };
            placed = Some(self.react(stimulus, context).await?);
        }
        placed.ok_or(Refused::Run(Refusal::NobodyWaits { signal }))
    }

    /// Writes down what the house itself has seen: an effect's end, a timer.
    pub(super) async fn report(&mut self, stimulus: Stimulus) -> Result<(), Refused> {
        self.prepare().await?;
        let cause = format!("{}#{}", self.id, self.sequence);
        self.carry_out(self.reaction(stimulus), self.own_context(Some(cause))).await?;
        Ok(())
    }

    /// Decides an order and makes its events durable, anew when somebody wrote in between.
    async fn carry_out(
        &mut self,
        command: run::Command,
        context: Context,
    ) -> Result<Placed, Refused> {
        for _ in 0..MAX_CONFLICTS {
            let events = match self.run.decide(command.clone()) {
                Ok(events) if events.is_empty() => return Ok(self.repeated()),
                Ok(events) => events,
                Err(run::Error::Started) => return Ok(self.repeated()),
                Err(refusal) => return Err(refusal.into()),
            };
            match self.append(&events, &context).await? {
                Outcome::Appended { last } => return Ok(self.advance(last, events)),
                Outcome::Duplicate { last } => {
                    return Ok(Placed { repeated: true, ..self.advance(last, events) });
                }
                Outcome::Conflict => self.catch_up().await?,
                Outcome::Fenced => {
                    self.house.ownership.lose(self.slot);
                    return Err(Refused::Moved);
                }
                Outcome::ClaimTaken { run } => {
                    let run = run.parse().map_err(|_| Refused::PassedOver)?;
                    return Ok(Placed { run, sequence: 1, repeated: true });
                }
                Outcome::ReceiptTaken => return Err(Refused::ReceiptTaken),
                Outcome::UsedUp => return Err(Refused::UsedUp),
                Outcome::Cooling { until } => return Err(Refused::Cooling { until }),
            }
        }
        Err(Refused::Contended)
    }

    /// Reads what the ledger has and memory has not.
    async fn catch_up(&mut self) -> Result<(), Refused> {
        loop {
            let page =
                self.house.journal.read_stream(&self.stream, self.sequence, PAGE.into()).await?;
            for recorded in &page {
                self.fold(recorded)?;
            }
            // A page may be short because its events are large; a short and small one is the last.
            let bytes: usize = page.iter().map(|recorded| recorded.payload.len()).sum();
            if page.len() < usize::from(PAGE) && bytes < SMALL_PAGE {
                return Ok(());
            }
        }
    }

    fn fold(&mut self, recorded: &Recorded) -> Result<(), Refused> {
        if self.sequence == 0 {
            self.organization = recorded.organization;
            self.correlation = recorded.metadata_map()?.remove("correlation_id");
        }
        self.run.apply(recorded.fact()?);
        self.sequence = recorded.sequence;
        Ok(())
    }

    fn reaction(&self, stimulus: Stimulus) -> run::Command {
        let at = self.house.clock.now();
        run::Command::React { stimulus, at, chance: rand::random() }
    }

    fn own_context(&self, causation: Option<String>) -> Context {
        Context {
            causation,
            correlation: self.correlation.clone(),
            ..Context::of_the_house(self.organization, "worker")
        }
    }

    async fn append(&self, events: &[run::Event], context: &Context) -> Result<Outcome, Refused> {
        let fence = self.house.ownership.fence(self.slot).ok_or(Refused::Moved)?;
        let subject = events.first().and_then(|first| first.0.subject());
        let subject = subject.or_else(|| self.run.state().subject());
        let events = events.iter().map(NewEvent::of).collect::<Result<_, _>>()?;
        let actor = context.actor.clone();
        let metadata = Metadata {
            causation: context.causation.clone(),
            correlation: context.correlation.clone().or_else(|| self.correlation.clone()),
            allotment: context.side.iter().find_map(allotment),
            ..Metadata::new(self.organization, actor, context.command)
        };
        let append = Append {
            stream: self.stream.clone(),
            expected: self.sequence,
            events,
            metadata,
            fence: Some(fence),
            subject: subject.map(str::to_owned),
            side: context.side.clone(),
        };
        Ok(self.house.journal.append(append).await?)
    }

    fn advance(&mut self, last: i64, events: Vec<run::Event>) -> Placed {
        for event in events {
            self.run.apply(event);
        }
        self.sequence = last;
        Placed { run: self.id, sequence: last, repeated: false }
    }
}

/// From which allotment a run is taken, as its first event tells it: `wf_…#7`.
fn allotment(side: &Side) -> Option<String> {
    match side {
        Side::Allowance(it) => it.total.map(|_| format!("{}#{}", it.workflow, it.allotment)),
        Side::Claim { .. } | Side::Receipt(_) | Side::InboxDone(_) => None,
    }
}
