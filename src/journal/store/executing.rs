//! The aggregates' way to the journal: load, decide, append, and again when somebody was faster.

use std::collections::HashMap;
use std::sync::Arc;

use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::EventUpcaster;
use cqrs_es::{Aggregate, AggregateContext, AggregateError, EventEnvelope, EventStore};

use super::snapshots::Snapshots;
use crate::journal::event::{Append, Fence, Metadata, NewEvent, Outcome, Recorded, Side, StreamId};
use crate::journal::upcast::decode;
use crate::journal::{Error, Journal};
use crate::primitives::CommandId;

/// How often a command is decided anew after a conflict before its caller hears of it.
const ATTEMPTS: u32 = 8;
/// Events of one reading while an aggregate is loaded.
const PAGE: i64 = 1000;

/// Aggregates of one kind over the journal. Cheap to clone.
///
/// Also a [`cqrs_es::EventStore`], for tools and tests that bring their own framework.
pub struct Store<A> {
    journal: Journal,
    upcasters: Arc<[Box<dyn EventUpcaster>]>,
    snapshots: Option<Snapshots>,
    subject: fn(&A) -> Option<&str>,
    kind: std::marker::PhantomData<fn() -> A>,
}

impl<A> Clone for Store<A> {
    fn clone(&self) -> Self {
        Self {
            journal: self.journal.clone(),
            upcasters: Arc::clone(&self.upcasters),
            snapshots: self.snapshots,
            subject: self.subject,
            kind: self.kind,
        }
    }
}

/// An aggregate as far as it is recorded.
#[derive(Debug, Clone)]
pub struct Loaded<A> {
    /// Its id.
    pub id: String,
    /// Its state.
    pub aggregate: A,
    /// The last sequence that the state contains; 0 when nothing is recorded.
    pub last: i64,
    /// That of the last snapshot that is known to be kept.
    pub(super) kept: i64,
}

/// What goes along with a command.
#[derive(Debug, Clone)]
pub struct Context {
    /// Who gives it; the command's id makes its repetition harmless.
    pub metadata: Metadata,
    /// For streams that are shared by slots.
    pub fence: Option<Fence>,
    /// What must become durable together with the events.
    pub side: Vec<Side>,
}

impl Context {
    /// A command that needs nothing but its metadata.
    pub const fn new(metadata: Metadata) -> Self {
        Self { metadata, fence: None, side: Vec::new() }
    }
}

/// What a command led to, durably.
#[derive(Debug, Clone)]
pub struct Executed<A: Aggregate> {
    /// The events, in order; none when the aggregate accepted the command without a change.
    pub events: Vec<A::Event>,
    /// The stream's last sequence.
    pub last: i64,
    /// The state after them.
    pub aggregate: A,
}

/// Why a command was not executed.
#[derive(Debug, thiserror::Error)]
pub enum NotExecuted<E: std::error::Error> {
    /// The aggregate refuses.
    #[error(transparent)]
    Refused(E),
    /// Others kept writing to the same stream.
    #[error("others keep changing the same thing: try again")]
    Conflict,
    /// The slot belongs to another worker now.
    #[error("the slot belongs to another worker")]
    Fenced,
    /// The trigger has started another run already.
    #[error("the trigger has started {run} already")]
    ClaimTaken {
        /// That run.
        run: String,
    },
    /// The same request was answered before.
    #[error("a request with this idempotency key was answered before")]
    ReceiptTaken,
    /// What runs are started from has an allowance, and this is no run.
    #[error("the workflow's runs are used up, or it is cooling down")]
    NotAllowed,
    /// The journal failed.
    #[error(transparent)]
    Journal(#[from] Error),
}

impl<A> Store<A>
where
    A: Aggregate<Services = ()>,
{
    /// Aggregates whose events of earlier versions take these steps to the present one.
    pub fn new(journal: Journal, upcasters: Vec<Box<dyn EventUpcaster>>) -> Self {
        let kind = std::marker::PhantomData;
        Self { journal, upcasters: upcasters.into(), snapshots: None, subject: |_| None, kind }
    }

    /// The same, whose long streams are not folded from their beginning each time.
    pub(super) fn with_snapshots(self, snapshots: Snapshots) -> Self {
        Self { snapshots: Some(snapshots), ..self }
    }

    /// The same, whose events are sealed under the key of the subject that they are about.
    pub(super) fn sealed_for(self, subject: fn(&A) -> Option<&str>) -> Self {
        Self { subject, ..self }
    }

    /// The same that believes nothing but events.
    #[must_use]
    pub fn without_snapshots(self) -> Self {
        Self { snapshots: None, ..self }
    }

    /// The journal below.
    pub const fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Folds an aggregate from its events: from all of them, or from those behind its last snapshot.
    pub async fn load(&self, id: &str) -> Result<Loaded<A>, Error> {
        let kept = match self.snapshots {
            Some(snapshots) => snapshots.read(&self.journal, id).await?,
            None => None,
        };
        let mut loaded = kept.unwrap_or_else(|| Loaded::blank(id));
        self.catch_up(&mut loaded, i64::MAX).await?;
        self.keep(&mut loaded).await?;
        Ok(loaded)
    }

    /// Keeps a snapshot, where one is due.
    pub(super) async fn keep(&self, loaded: &mut Loaded<A>) -> Result<(), Error> {
        let due = self.snapshots.filter(|it| loaded.last - loaded.kept >= it.every);
        let Some(snapshots) = due else { return Ok(()) };
        if let [last] = &self.read(&loaded.id, loaded.last - 1, 1).await?[..] {
            snapshots.keep(&self.journal, loaded, last).await;
            loaded.kept = loaded.last;
        }
        Ok(())
    }

    /// Brings an aggregate up to what is recorded by now.
    pub async fn refresh(&self, mut loaded: Loaded<A>) -> Result<Loaded<A>, Error> {
        self.catch_up(&mut loaded, i64::MAX).await?;
        Ok(loaded)
    }

    /// Applies to an aggregate what [`Journal::read_streams`] found of it, and passes over the rest.
    pub fn follow(&self, loaded: &mut Loaded<A>, found: &[Recorded]) -> Result<(), Error> {
        let own = |it: &&Recorded| it.aggregate_type == A::TYPE && it.aggregate_id == loaded.id;
        let own: Vec<&Recorded> = found.iter().filter(own).collect();
        for recorded in own {
            self.apply(loaded, recorded)?;
        }
        Ok(())
    }

    /// Loads, decides and appends. A conflict is decided anew; a command that was recorded before
    /// succeeds with the events of that time.
    pub async fn execute(
        &self,
        id: &str,
        command: A::Command,
        context: Context,
    ) -> Result<Executed<A>, NotExecuted<A::Error>>
    where
        A::Command: Clone,
    {
        self.execute_with(id, command, context, |_| Vec::new()).await
    }

    /// As [`Store::execute`], with side rows that depend on what was decided: a receipt that holds
    /// the answer.
    pub async fn execute_with(
        &self,
        id: &str,
        command: A::Command,
        context: Context,
        side: impl Fn(&Executed<A>) -> Vec<Side>,
    ) -> Result<Executed<A>, NotExecuted<A::Error>>
    where
        A::Command: Clone,
    {
        for _ in 0..ATTEMPTS {
            let mut loaded = self.load(id).await?;
            let before = loaded.last;
            let sink = EventSink::default();
            loaded
                .aggregate
                .handle(command.clone(), &(), &sink)
                .await
                .map_err(NotExecuted::Refused)?;
            let events = sink.collect().await;
            let last = before + events.len() as i64;
            let executed = Executed { events, last, aggregate: loaded.aggregate };
            if executed.events.is_empty() {
                return Ok(executed);
            }
            let mut context = context.clone();
            context.side.extend(side(&executed));
            match self.append((id, &executed.aggregate), before, &executed.events, context).await? {
                Outcome::Appended { .. } => return Ok(executed),
                Outcome::Duplicate { last } => return Ok(self.recall(id, before, last).await?),
                Outcome::Conflict => {}
                Outcome::Fenced => return Err(NotExecuted::Fenced),
                Outcome::ClaimTaken { run } => return Err(NotExecuted::ClaimTaken { run }),
                Outcome::ReceiptTaken => return Err(NotExecuted::ReceiptTaken),
                Outcome::UsedUp | Outcome::Cooling { .. } => return Err(NotExecuted::NotAllowed),
            }
        }
        Err(NotExecuted::Conflict)
    }

    /// As [`Store::execute`], on what is in memory: what is recorded meanwhile is read, and no more. Gives
    /// the events.
    ///
    /// Where it refuses, what is in memory is as it is recorded; where it fails otherwise, that may be ahead
    /// of the ledger, and is to be loaded anew.
    pub async fn execute_on(
        &self,
        loaded: &mut Loaded<A>,
        command: A::Command,
        context: Context,
    ) -> Result<Vec<A::Event>, NotExecuted<A::Error>>
    where
        A::Command: Clone,
    {
        for _ in 0..ATTEMPTS {
            let sink = EventSink::default();
            let decided = loaded.aggregate.handle(command.clone(), &(), &sink).await;
            let events = sink.collect().await;
            if let Err(refused) = decided {
                // What it had decided before is applied already, and is not recorded.
                if !events.is_empty() {
                    *loaded = self.load(&loaded.id).await?;
                }
                return Err(NotExecuted::Refused(refused));
            }
            if events.is_empty() {
                return Ok(events);
            }
            let to = (loaded.id.as_str(), &loaded.aggregate);
            match self.append(to, loaded.last, &events, context.clone()).await? {
                Outcome::Appended { .. } => {
                    loaded.last += events.len() as i64;
                    return Ok(events);
                }
                Outcome::Duplicate { .. } | Outcome::Conflict => {
                    *loaded = self.load(&loaded.id).await?;
                }
                Outcome::Fenced => return Err(NotExecuted::Fenced),
                Outcome::ClaimTaken { run } => return Err(NotExecuted::ClaimTaken { run }),
                Outcome::ReceiptTaken => return Err(NotExecuted::ReceiptTaken),
                Outcome::UsedUp | Outcome::Cooling { .. } => return Err(NotExecuted::NotAllowed),
            }
        }
        Err(NotExecuted::Conflict)
    }

    async fn append(
        &self,
        (id, aggregate): (&str, &A),
        expected: i64,
        events: &[A::Event],
        context: Context,
    ) -> Result<Outcome, Error> {
        let append = Append {
            stream: StreamId::new(A::TYPE, id),
            expected,
            events: events.iter().map(NewEvent::of).collect::<Result<_, _>>()?,
            metadata: context.metadata,
            fence: context.fence,
            subject: (self.subject)(aggregate).map(str::to_owned),
            side: context.side,
        };
        self.journal.append(append).await
    }

    /// What a command led to when it was recorded, between two sequences.
    async fn recall(&self, id: &str, before: i64, last: i64) -> Result<Executed<A>, Error> {
        let mut loaded = Loaded::blank(id);
        self.catch_up(&mut loaded, before).await?;
        let events = self.catch_up(&mut loaded, last).await?;
        Ok(Executed { events, last, aggregate: loaded.aggregate })
    }

    /// Applies what is recorded after the state, up to and including a sequence, and returns it.
    async fn catch_up(&self, loaded: &mut Loaded<A>, until: i64) -> Result<Vec<A::Event>, Error> {
        let mut applied = Vec::new();
        while loaded.last < until {
            let page = self.read(&loaded.id, loaded.last, PAGE.min(until - loaded.last)).await?;
            if page.is_empty() {
                break;
            }
            for recorded in page {
                applied.push(self.apply(loaded, &recorded)?);
            }
        }
        Ok(applied)
    }

    fn apply(&self, loaded: &mut Loaded<A>, recorded: &Recorded) -> Result<A::Event, Error> {
        if recorded.sequence != loaded.last + 1 {
            return Err(Error::Damaged(format!(
                "the event before {} of {} {} is missing",
                recorded.sequence, recorded.aggregate_type, recorded.aggregate_id
            )));
        }
        let event: A::Event = decode(recorded, &self.upcasters)?;
        loaded.aggregate.apply(event.clone());
        loaded.last = recorded.sequence;
        Ok(event)
    }

    async fn read(&self, id: &str, after: i64, limit: i64) -> Result<Vec<Recorded>, Error> {
        self.journal.read_stream(&StreamId::new(A::TYPE, id), after, limit).await
    }
}

impl<A: Aggregate> Loaded<A> {
    /// One of which nothing is recorded.
    pub fn blank(id: impl Into<String>) -> Self {
        Self { id: id.into(), aggregate: A::default(), last: 0, kept: 0 }
    }
}

impl<A: Aggregate> AggregateContext<A> for Loaded<A> {
    fn aggregate(&mut self) -> &mut A {
        &mut self.aggregate
    }
}

impl<A> EventStore<A> for Store<A>
where
    A: Aggregate<Services = ()>,
{
    type AC = Loaded<A>;

    async fn load_events(
        &self,
        id: &str,
    ) -> Result<Vec<EventEnvelope<A>>, AggregateError<A::Error>> {
        let mut envelopes: Vec<EventEnvelope<A>> = Vec::new();
        loop {
            let page = self.read(id, envelopes.len() as i64, PAGE).await.map_err(failed)?;
            if page.is_empty() {
                return Ok(envelopes);
            }
            for recorded in page {
                let metadata = recorded.metadata_map().map_err(failed)?;
                envelopes.push(EventEnvelope {
                    aggregate_id: id.to_owned(),
                    sequence: usize::try_from(recorded.sequence).unwrap_or_default(),
                    payload: decode(&recorded, &self.upcasters).map_err(failed)?,
                    metadata: metadata.into_iter().collect(),
                });
            }
        }
    }

    async fn load_aggregate(&self, id: &str) -> Result<Loaded<A>, AggregateError<A::Error>> {
        self.load(id).await.map_err(failed)
    }

    async fn commit(
        &self,
        events: Vec<A::Event>,
        context: Loaded<A>,
        metadata: HashMap<String, String>,
    ) -> Result<Vec<EventEnvelope<A>>, AggregateError<A::Error>> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let order = Context::new(understood(&metadata).map_err(failed)?);
        let to = (context.id.as_str(), &context.aggregate);
        match self.append(to, context.last, &events, order).await.map_err(failed)? {
            Outcome::Appended { .. } | Outcome::Duplicate { .. } => {}
            Outcome::Conflict
            | Outcome::Fenced
            | Outcome::ClaimTaken { .. }
            | Outcome::UsedUp
            | Outcome::Cooling { .. }
            | Outcome::ReceiptTaken => return Err(AggregateError::AggregateConflict),
        }
        let first = usize::try_from(context.last + 1).unwrap_or_default();
        let envelopes = events.into_iter().zip(first..).map(|(payload, sequence)| EventEnvelope {
            aggregate_id: context.id.clone(),
            sequence,
            payload,
            metadata: metadata.clone(),
        });
        Ok(envelopes.collect())
    }
}

/// The metadata of a foreign framework: it must name the organization; a command without an id gets
/// one.
fn understood(map: &HashMap<String, String>) -> Result<Metadata, Error> {
    let organization = map
        .get("organization_id")
        .and_then(|text| text.parse().ok())
        .ok_or(Error::Unacceptable("its metadata names no organization_id"))?;
    let command = match map.get("command_id") {
        Some(text) => {
            text.parse().map_err(|_| Error::Unacceptable("its metadata's command_id is no id"))?
        }
        None => CommandId::generate(),
    };
    Ok(Metadata {
        organization,
        actor: map.get("actor").cloned().unwrap_or_default(),
        command,
        causation: map.get("causation_id").cloned(),
        correlation: map.get("correlation_id").cloned(),
        allotment: None,
        address: map.get("address").cloned(),
    })
}

fn failed<E: std::error::Error>(error: Error) -> AggregateError<E> {
    match error {
        Error::Decode { .. } => AggregateError::DeserializationError(error.into()),
        Error::Busy(_) | Error::Closed | Error::Unreachable { .. } | Error::Database { .. } => {
            AggregateError::DatabaseConnectionError(error.into())
        }
        Error::Migrate(_)
        | Error::Unacceptable(_)
        | Error::Encode(_)
        | Error::Damaged(_)
        | Error::LeaseLost(_)
        | Error::Segment(_)
        | Error::Personal(_)
        | Error::NoSubjects
        | Error::Shredded => AggregateError::UnexpectedError(error.into()),
    }
}
