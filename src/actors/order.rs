//! What is asked of runs, and what comes back.

use std::time::Duration;

use engine::{Compensate, Json, Parent, PayloadProblem, Place, Refusal, Trigger, WaitMark};

use crate::aggregates::run;
use crate::journal::{self, Side};
use crate::primitives::{CommandId, OrganizationId, RunId, WorkflowId};
use crate::triggers::Shortage;

/// The word for a trigger that started nothing because its workflow is cooling down.
pub(super) const COOLING_DOWN: &str = "cooling_down";

/// On whose behalf an order is given, and what is to be written with its events.
#[derive(Debug, Clone)]
pub struct Context {
    /// The organization to which the run must belong.
    pub organization: OrganizationId,
    /// Who gives the order, as an auditor will read it.
    pub actor: String,
    /// The order's own id: the same id is carried out once.
    pub command: CommandId,
    /// The event that led to it, as `stream#sequence`.
    pub causation: Option<String>,
    /// What ties it to a story beyond this run.
    pub correlation: Option<String>,
    /// Rows that belong into the transaction of the events.
    pub side: Vec<Side>,
}

impl Context {
    /// The context of what a part of the house orders by itself, as a command of its own.
    pub fn of_the_house(organization: OrganizationId, part: &str) -> Self {
        Self {
            organization,
            actor: format!("system:{part}"),
            command: CommandId::generate(),
            causation: None,
            correlation: None,
            side: Vec::new(),
        }
    }
}

/// Start a run of a workflow's live version.
#[derive(Debug, Clone)]
pub struct StartRun {
    /// The id that the run will have.
    pub run: RunId,
    /// The workflow.
    pub workflow: WorkflowId,
    /// What set it off.
    pub trigger: Trigger,
    /// Its input.
    pub input: Json,
    /// The trigger's id, of which there is at most one run.
    pub claim: Option<String>,
    /// The run that calls it and waits for it.
    pub parent: Option<Parent>,
    /// Whose personal data it handles because what begins it does; without it, its definition says that.
    pub subject: Option<String>,
}

/// An order that stands on the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// The run.
    pub run: RunId,
    /// The sequence of the last event that the order led to.
    pub sequence: i64,
    /// The order had been carried out before, and changed nothing now.
    pub repeated: bool,
}

/// What became of a resume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resumed {
    /// The wait goes on with the data that was handed in.
    Resumed(Placed),
    /// Nothing was changed.
    Skipped {
        /// Why.
        reason: String,
    },
}

/// Why an order was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// There is no such workflow in the organization.
    #[error("this workflow does not exist")]
    UnknownWorkflow,
    /// It was never published, or it is archived.
    #[error("this workflow is not live: publish it first")]
    NotLive,
    /// Its automatic triggers are stopped.
    #[error("this workflow is paused: resume it first")]
    Paused,
    /// The organization has no compute units left.
    #[error("{0}")]
    OutOfUnits(Shortage),
    /// The workflow has started as many runs as it may.
    #[error("this workflow has started as many runs as it may: refill it, or change `maxRuns`")]
    UsedUp,
    /// The workflow has started a run so recently that a trigger starts none.
    #[error("this workflow is cooling down: triggers start no run until {until}")]
    Cooling {
        /// Until when, as RFC 3339 in UTC.
        until: String,
    },
    /// A firing with this id was passed over before; it is not judged a second time.
    #[error("this firing was passed over when it came first")]
    PassedOver,
    /// Nobody listens under this webhook's URL.
    #[error("nobody listens here")]
    NobodyListens,
    /// The input is not what the workflow declares.
    #[error("the input is not what the workflow asks for")]
    Input(Vec<PayloadProblem>),
    /// There is no such run in the organization.
    #[error("this run does not exist")]
    UnknownRun,
    /// Only a run that is over is executed again from one of its nodes.
    #[error("this run is not over: only a run that has ended can be executed again")]
    NotEnded,
    /// Only a failed run is retried.
    #[error("this run did not fail: only a failed run can be retried")]
    NotFailed,
    /// What the new run would take over is more than an event may hold.
    #[error(
        "what the new run would take over has {bytes} bytes, and at most {limit} can be: re-run \
         from an earlier node, or start the workflow anew"
    )]
    TooMuchToCarry {
        /// How much it is.
        bytes: usize,
        /// How much it may be.
        limit: usize,
    },
    /// The run refuses.
    #[error(transparent)]
    Run(Refusal),
    /// An answer to this idempotency key was stored by somebody else in the meantime.
    #[error("a request with this idempotency key was carried out at the same time")]
    ReceiptTaken,
    /// The house has as much to do as it takes.
    #[error("too many orders wait to be carried out")]
    Busy {
        /// When to come again.
        retry_after: Duration,
    },
    /// Others wrote to the run each time that this order was decided.
    #[error("the run changed again and again while the order was decided")]
    Contended,
    /// Another process owns the run now.
    #[error("the run has moved to another worker")]
    Moved,
    /// The run's owner did not answer in time; the order may still be carried out.
    #[error("the run's worker did not answer in time: the order may still be carried out")]
    Unanswered,
    /// The process that owns the run refused.
    #[error("{message}")]
    Elsewhere {
        /// A stable word for why.
        code: String,
        /// Why, for the one who gave the order.
        message: String,
    },
    /// An order or its answer could not be turned into JSON.
    #[error("writing an order as JSON")]
    Unwritable(#[source] serde_json::Error),
    /// The ledger failed.
    #[error(transparent)]
    Journal(#[from] journal::Error),
}

impl Refused {
    /// The same, with the places of an input's problems below a pointer.
    #[must_use]
    pub fn under(self, prefix: &str) -> Self {
        let Self::Input(mut problems) = self else { return self };
        for problem in &mut problems {
            problem.path.insert_str(0, prefix);
        }
        Self::Input(problems)
    }

    /// Whether the run refuses because it is over, or about to be.
    pub(super) fn run_is_over(&self) -> bool {
        matches!(self.code(), "ended" | "ending")
    }

    /// Whether the run refuses a resumption because it has gone on: by this very one, by its
    /// deadline or by its end.
    pub(super) fn waits_no_longer(&self) -> bool {
        self.run_is_over() || matches!(self.code(), "already_resumed" | "expired" | "not_waiting")
    }

    /// A stable word for it, for machines.
    pub fn code(&self) -> &str {
        match self {
            Self::UnknownWorkflow => "unknown_workflow",
            Self::NotLive => "not_live",
            Self::Paused => "paused",
            Self::OutOfUnits(_) => "out_of_units",
            Self::UsedUp => "runs_used_up",
            Self::Cooling { .. } => COOLING_DOWN,
            Self::PassedOver => "passed_over",
            Self::NobodyListens => "nobody_listens",
            Self::UnknownRun => "unknown_run",
            Self::Input(_) => "invalid_input",
            Self::NotEnded => "not_ended",
            Self::NotFailed => "not_failed",
            Self::TooMuchToCarry { .. } => "too_much_to_carry",
            Self::Run(refusal) => refusal.code(),
            Self::ReceiptTaken => "receipt_taken",
            Self::Busy { .. } => "busy",
            Self::Contended => "contended",
            Self::Moved => "moved",
            Self::Unanswered => "unanswered",
            Self::Elsewhere { code, .. } => code,
            Self::Unwritable(_) | Self::Journal(_) => "internal",
        }
    }
}

impl From<run::Error> for Refused {
    fn from(error: run::Error) -> Self {
        match error {
            run::Error::Unknown => Self::UnknownRun,
            run::Error::Started => Self::Contended,
            run::Error::Refused(refusal) => Self::Run(refusal),
        }
    }
}

/// What a run is ordered to do, in a form that also travels to another process.
#[derive(Debug, Clone)]
pub enum Order {
    /// Begin.
    Start(Box<engine::Start>),
    /// End before its time.
    Cancel {
        /// Why, in the words of the one who asks.
        reason: Option<String>,
        /// Whether what was done is undone.
        compensate: Compensate,
    },
    /// Start nothing new.
    Pause {
        /// Why, in the words of the one who asks.
        reason: Option<String>,
    },
    /// Go on after a pause.
    Unpause,
    /// Go on after every wait for this signal.
    Signal {
        /// Its name.
        signal: String,
        /// What it brings.
        data: Json,
    },
    /// Go on after a wait.
    Resume {
        /// The waiting node.
        node: Place,
        /// What it was waiting for.
        data: Json,
        /// Where that came from.
        source: String,
    },
    /// Wait for something else meanwhile, or again for what the wait was opened for.
    Mark {
        /// The waiting node.
        node: Place,
        /// For what it waits now.
        mark: WaitMark,
        /// Why, in words.
        reason: Option<String>,
        /// Where that came from.
        source: String,
    },
    /// A delay, a retry or a wait is due.
    TimerDue {
        /// The node whose time has come.
        node: Place,
    },
    /// Come back into memory and take up what was interrupted.
    Wake,
}
