//! What the house does because something stands on the ledger: a child run's end that its parent
//! waits for, a task that a waiting node calls for.

use std::fmt;

use futures::future::BoxFuture;

use super::order::{Context, Refused, Resumed};
use super::supervisor::Fault;
use crate::journal::{self, Metadata, NotExecuted, Recorded};
use crate::primitives::CommandId;

/// Events that are carried out one after the other: the type and the id of what they have in common.
pub type Line = (String, String);

/// Orders that follow from events. A [`super::Follower`] hands them over.
///
/// Each event comes at least once, and the events of one stream, or of whatever else the reaction
/// keeps in order, one after the other: what is ordered must change nothing the second time. [`Context::because_of`] makes the same command each time.
/// An event that cannot be carried out is tried again later, and the events of other streams go on
/// without it; after it was parked, so do the later events of its own.
pub trait Reaction: Send + Sync + 'static {
    /// Its name: that of its checkpoint, which must never change, and of whom auditors read.
    fn name(&self) -> &'static str;

    /// Whether events of this type of an aggregate of this type may be any of its business. No other event is
    /// read for it.
    fn concerns(&self, kind: &str, name: &str) -> bool;

    /// Whether an event that may be is. Asked of each of them: no parsing here.
    fn wants(&self, event: &Recorded) -> bool {
        let _ = event;
        true
    }

    /// What is to stay in order. The events of one line are carried out one after the other, and
    /// where one of them has to wait, those behind it wait, too.
    fn line(&self, event: &Recorded) -> Line {
        (event.aggregate_type.to_string(), event.aggregate_id.clone())
    }

    /// Carries out what follows from an event.
    fn react<'a>(&'a self, event: &'a Recorded) -> BoxFuture<'a, Result<(), Trouble>>;

    /// Carries out a part of what follows from an event, from where the part before it has ended.
    ///
    /// The time that a reaction may take is that of one part. What is ordered in thousands is cut
    /// into parts; most reactions are one.
    fn react_in_parts<'a>(
        &'a self,
        event: &'a Recorded,
        from: Option<Mark>,
    ) -> BoxFuture<'a, Result<Part, Trouble>> {
        drop(from);
        Box::pin(async move { self.react(event).await.map(|()| Part::Last) })
    }
}

/// How far the parts of a reaction have come: a word of its own, which is forgotten with the try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark(pub String);

/// What was carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// All that there was.
    Last,
    /// What came before this mark.
    UpTo(Mark),
}

/// Why an event could not be carried out.
#[derive(Debug)]
pub enum Trouble {
    /// The house is at fault, or busy: the same may succeed later, and is tried for ever.
    Passing(Fault),
    /// The event, or what it meets, is at fault: after some tries it is parked.
    Lasting(Fault),
    /// A bound is reached: trying again soon would only hold up what follows. It is parked at once.
    Hopeless(Fault),
}

impl Trouble {
    /// Trouble with the event itself.
    pub fn lasting(fault: impl Into<Fault>) -> Self {
        Self::Lasting(fault.into())
    }

    /// What is wrong.
    pub fn fault(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
        match self {
            Self::Passing(fault) | Self::Lasting(fault) | Self::Hopeless(fault) => &**fault,
        }
    }
}

impl fmt::Display for Trouble {
    /// The fault with everything that led to it: a reason is read without its log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut error: &dyn std::error::Error = self.fault();
        write!(f, "{error}")?;
        while let Some(source) = error.source() {
            write!(f, ": {source}")?;
            error = source;
        }
        Ok(())
    }
}

impl From<journal::Error> for Trouble {
    fn from(error: journal::Error) -> Self {
        // A journal that is closed, or a lease that is lost, is so for this process alone.
        let here = matches!(error, journal::Error::Closed | journal::Error::LeaseLost(_));
        if here || error.is_transient() {
            Self::Passing(error.into())
        } else {
            Self::Lasting(error.into())
        }
    }
}

impl From<Refused> for Trouble {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Journal(error) => error.into(),
            Refused::Busy { .. }
            | Refused::Contended
            | Refused::Moved
            | Refused::Unanswered
            | Refused::ReceiptTaken => Self::Passing(refused.into()),
            Refused::UnknownWorkflow
            | Refused::NotLive
            | Refused::Paused
            | Refused::OutOfUnits(_)
            | Refused::UsedUp
            | Refused::Cooling { .. }
            | Refused::PassedOver
            | Refused::NobodyListens
            | Refused::Input(_)
            | Refused::UnknownRun
            | Refused::NotEnded
            | Refused::NotFailed
            | Refused::TooMuchToCarry { .. }
            | Refused::Run(_)
            | Refused::Elsewhere { .. }
            | Refused::Unwritable(_) => Self::Lasting(refused.into()),
        }
    }
}

/// What became of letting a node go on. One that waits no longer has been told, or wants to know nothing.
pub(super) fn resumed(told: Result<Resumed, Refused>) -> Result<(), Trouble> {
    match told {
        Ok(_) => Ok(()),
        Err(refused) if refused.waits_no_longer() => Ok(()),
        Err(refused) => Err(refused.into()),
    }
}

/// What became of a reaction's order in a stream. What the aggregate refuses is for `settled` to
/// judge: it may say that nothing is left to do.
pub(super) fn carried_out<T, E>(
    executed: Result<T, NotExecuted<E>>,
    settled: impl FnOnce(E) -> Result<(), Trouble>,
) -> Result<(), Trouble>
where
    E: std::error::Error + Send + Sync + 'static,
{
    match executed {
        Ok(_) => Ok(()),
        Err(NotExecuted::Refused(refusal)) => settled(refusal),
        Err(NotExecuted::Journal(error)) => Err(error.into()),
        Err(error @ NotExecuted::Conflict) => Err(Trouble::Passing(error.into())),
        Err(
            error @ (NotExecuted::Fenced
            | NotExecuted::ClaimTaken { .. }
            | NotExecuted::NotAllowed
            | NotExecuted::ReceiptTaken),
        ) => Err(Trouble::lasting(error)),
    }
}

impl Context {
    /// The same for a stream that is no run's.
    pub(super) fn into_metadata(self) -> Metadata {
        let Self { organization, actor, command, causation, correlation, side: _ } = self;
        Metadata { causation, correlation, ..Metadata::new(organization, actor, command) }
    }

    /// The context of what `part` orders because of an event: the same command whenever the event
    /// comes again, and the event as its cause.
    pub fn because_of(event: &Recorded, part: &str) -> Self {
        let correlation =
            event.metadata_map().ok().and_then(|mut map| map.remove("correlation_id"));
        Self {
            organization: event.organization,
            actor: format!("system:{part}"),
            command: CommandId::derived(event.recorded_at, &format!("{part} {}", event.position)),
            causation: Some(format!("{}#{}", event.aggregate_id, event.sequence)),
            correlation,
            side: Vec::new(),
        }
    }
}
