//! What happened to a run: the events that the ledger keeps for ever.
//!
//! The JSON of a fact is a published format. A fact that needs another form gets a new version
//! and an upcaster; the forms here never change.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::definition::Definition;
use crate::failure::Failure;
use crate::json::Json;
use crate::place::Place;
use crate::remedy::Remedy;
use crate::status::WaitMark;

/// A past-tense statement about one run. In JSON: `{"node_succeeded": {"node": …}}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Fact {
    /// The run began. The trigger node has succeeded by this, with [`Trigger::result`].
    Started {
        /// The run's id.
        run_id: String,
        /// The workflow, and which version of it.
        workflow: WorkflowRef,
        /// What the run executes, whatever becomes of the workflow later.
        definition: Arc<Definition>,
        /// What set the run off.
        trigger: Trigger,
        /// What expressions read as `$inputs`.
        input: Json,
        /// The failed run that this one continues.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source_run: Option<String>,
        /// What the source run had already settled.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        carried: BTreeMap<Place, Carried>,
        /// The run that called it, and waits for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent: Option<Parent>,
        /// What its variables held when it began, by name, where they are kept between runs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        variables: Option<Json>,
        /// Whose personal data it handles: all its facts are kept sealed under the key of that name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<String>,
        /// When.
        #[serde(with = "crate::instant")]
        at: OffsetDateTime,
    },
    /// An effect is intended: it may be performed as soon as this fact is durable.
    NodeStarted {
        /// The node.
        node: Place,
        /// Its type.
        kind: Arc<str>,
        /// Which attempt this is, from 1.
        attempt: u32,
        /// The payload with its expressions resolved.
        input: Json,
        /// What makes the other side perform the effect once only.
        idempotency_key: String,
        /// How long the effect may take.
        timeout_ms: u64,
        /// When.
        #[serde(with = "crate::instant")]
        at: OffsetDateTime,
    },
    /// The attempt was interrupted with an unknown outcome, and is performed again with its key.
    EffectRepeated {
        /// The node.
        node: Place,
        /// The interrupted attempt.
        attempt: u32,
        /// Which repetition of the attempt this is, from 1.
        repeat: u32,
        /// When.
        #[serde(with = "crate::instant")]
        at: OffsetDateTime,
    },
    /// A node is done.
    NodeSucceeded {
        /// The node.
        node: Place,
        /// Its type.
        kind: Arc<str>,
        /// Which attempt succeeded.
        attempt: u32,
        /// The resolved payload of a pure node; of others the fact that began them has it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        input: Option<Json>,
        /// What later nodes read as `result`.
        result: Json,
        /// Which of its branches the node chose, if it has any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        branch: Option<Arc<str>>,
        /// When.
        #[serde(with = "crate::instant")]
        at: OffsetDateTime,
    },
    /// An attempt failed; for good, unless a [`Fact::RetryScheduled`] follows at once.
    NodeFailed {
        /// The node.
        node: Place,
        /// Its type.
        kind: Arc<str>,
        /// Which attempt failed.
        attempt: u32,
        /// The payload of a pure node, as far as it could be resolved.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        input: Option<Json>,
        /// Why.
        failure: Failure,
        /// When.
        #[serde(with = "crate::instant")]
        at: OffsetDateTime,
    },
    /// The node will be attempted again.
    RetryScheduled {
        /// The node.
        node: Place,
        /// The attempt to come.
        attempt: u32,
        /// When it is due.
        #[serde(with = "crate::instant")]
        due_at: OffsetDateTime,
        /// When this was decided.
        #[serde(with = "crate::instant")]
        at: OffsetDateTime,
    },
    /// What the author wants to follow a failure follows; the run goes on.
    FailureHandled {
        /// The node that had failed.
        node: Place,
        /// What follows.
        remedy: Remedy,
        /// When.
        #[serde(with = "crate::instant")]
        at: OffsetDateTime,
    },
    /// A loop began. Its success follows when all its iterations are over.
    LoopStarted {
        /// The node.
        node: Place,
        /// Its type.
        kind: Arc<str>,
        /// The resolved payload, with the items.
        input: Json,
        /// When.
        #[serde(with = "crate::instant")]
        at: OffsetDateTime,
    },
    /// The nodes of a loop's body are executed for one more item.
    IterationStarted {
        /// The loop.
        node: Place,
        /// Which item, from 0.
        index: u16,
        /// When.
        #[serde(with = "crate::instant")]
        at: OffsetDateTime,
    },
    /// None of the node's parents chose it.
    NodeSkipped {
        /// The node.
        node: Place,
        /// Its type.
        kind: Arc<str>,
        /// When.
        #[serde(with = "crate::instant")]
        at: OffsetDateTime,
    },
    /// The node had not ended when the run was about to end, and never will.
    NodeCancelled {
        /// The node.
        node: Place,
        /// Its type, where somebody else was at work for it: a called run, a task.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<Arc<str>>,
        /// When.
        #[serde(with = "crate::instant")]
        at: OffsetDateTime,
    },
    /// A delay began.
    DelayStarted {
        /// The node.
        node: Place,
        /// Its type.
        kind: Arc<str>,
        /// The resolved payload.
        input: Json,
        /// When it is over.
        #[serde(with = "crate::instant")]
        due_at: OffsetDateTime,
        /// When it began.
        #[serde(with = "crate::instant")]
        at: OffsetDateTime,
    },
    /// A wait began.
    WaitOpened {
        /// The node.
        node: Place,
        /// Its type.
        kind: Arc<str>,
        /// The resolved payload.
        input: Json,
        /// When it expires.
        #[serde(with = "crate::instant")]
        due_at: OffsetDateTime,
        /// When it began.
        #[serde(with = "crate::instant")]
        at: OffsetDateTime,
    },
    /// The wait waits for something else meanwhile, or again for what it was opened for.
    WaitMarked {
        /// The node.
        node: Place,
        /// For what it waits now.
        mark: WaitMark,
        /// Why, in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// Who said so.
        by: String,
        /// When.
        #[serde(with = "crate::instant")]
        at: OffsetDateTime,
    },
    /// What the wait waited for has come. The node's success follows at once.
    WaitResumed {
        /// The node.
        node: Place,
        /// What came.
        data: Json,
        /// From where it came: `manual`, or the type of the trigger.
        source: String,
        /// Who resumed it.
        by: String,
        /// When.
        #[serde(with = "crate::instant")]
        at: OffsetDateTime,
    },
    /// The wait expired. The node's success by `timed_out`, or its failure, follows at once.
    WaitTimedOut {
        /// The node.
        node: Place,
        /// Its type, where somebody else was at work for it: a called run, a task.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<Arc<str>>,
        /// When.
        #[serde(with = "crate::instant")]
        at: OffsetDateTime,
    },
    /// Nothing new starts until somebody lets the run go on.
    Paused {
        /// Who stopped it.
        by: String,
        /// Why, in their words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// When.
        #[serde(with = "crate::instant")]
        at: OffsetDateTime,
    },
    /// The run goes on after a pause.
    Unpaused {
        /// Who let it go on.
        by: String,
        /// When.
        #[serde(with = "crate::instant")]
        at: OffsetDateTime,
    },
    /// The run has a long history, and will be stopped when it grows much longer.
    HistoryGrewLong {
        /// How many events it has.
        events: u32,
        /// At how many it is stopped.
        limit: u32,
        /// When.
        #[serde(with = "crate::instant")]
        at: OffsetDateTime,
    },
    /// The run as a whole hit a limit, and begins to end.
    LimitReached {
        /// Which limit, and what helps.
        failure: Failure,
        /// When.
        #[serde(with = "crate::instant")]
        at: OffsetDateTime,
    },
    /// What the run had done is undone before it ends, in this order.
    CompensationStarted {
        /// The places whose nodes are undone, the last that was done first.
        plan: Vec<Place>,
        /// When.
        #[serde(with = "crate::instant")]
        at: OffsetDateTime,
    },
    /// Everything was undone that could be.
    CompensationEnded {
        /// The places that could not be undone: their compensation failed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        failed: Vec<Place>,
        /// When.
        #[serde(with = "crate::instant")]
        at: OffsetDateTime,
    },
    /// The ending run tells others something.
    EventEmitted {
        /// The event's name.
        event: String,
        /// What it says.
        payload: Json,
        /// When.
        #[serde(with = "crate::instant")]
        at: OffsetDateTime,
    },
    /// Somebody wants the run to end. Nothing new starts from here on.
    CancelRequested {
        /// Who.
        by: String,
        /// Why, in their words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// Whether what was done is undone.
        #[serde(default, skip_serializing_if = "Compensate::is_no")]
        compensate: Compensate,
        /// When.
        #[serde(with = "crate::instant")]
        at: OffsetDateTime,
    },
    /// The run ended well.
    Succeeded {
        /// The results of the leaf nodes that ran, by node id.
        output: Json,
        /// The run that called it and waits for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent: Option<Parent>,
        /// When.
        #[serde(with = "crate::instant")]
        at: OffsetDateTime,
    },
    /// The run ended because a node failed for good.
    Failed {
        /// The node that failed first; none when the definition itself cannot be executed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        node: Option<Place>,
        /// Why.
        failure: Failure,
        /// The workflow that is started to deal with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error_workflow: Option<String>,
        /// The run that called it and waits for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent: Option<Parent>,
        /// When.
        #[serde(with = "crate::instant")]
        at: OffsetDateTime,
    },
    /// The run ended because somebody wanted it to.
    Cancelled {
        /// Who.
        by: String,
        /// Why, in their words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// The run that called it and waits for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent: Option<Parent>,
        /// When.
        #[serde(with = "crate::instant")]
        at: OffsetDateTime,
    },
}

/// Which version of which workflow a run executes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowRef {
    /// The workflow's id.
    pub id: String,
    /// The number of the version.
    pub version: u32,
}

/// What set a run off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trigger {
    /// Its kind: `manual`, `webhook`, `retry`.
    pub kind: String,
    /// From where it came, as expressions read it: `$trigger.source`.
    pub source: String,
    /// What it brought: `$trigger.body`.
    pub body: Json,
    /// Its headers, in lower case and without those that hold secrets: `$trigger.headers`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
}

/// What a run takes over from the run that it continues.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Carried {
    /// The node had succeeded; it is not executed again.
    Succeeded {
        /// Its resolved payload.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        input: Option<Json>,
        /// Its result.
        result: Json,
        /// Which of its branches it had chosen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        branch: Option<Arc<str>>,
    },
    /// The node had been skipped.
    Skipped {},
    /// The node had failed, and what its author wanted to follow had followed.
    Handled {
        /// Its resolved payload.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        input: Option<Json>,
        /// Why it failed.
        failure: Failure,
        /// What followed.
        remedy: Remedy,
    },
    /// The loop had begun: an iteration is taken over where its item is the same again.
    Looping {
        /// Its resolved payload, with the items.
        input: Json,
    },
}

/// The run that called another one, and waits for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    /// The run.
    pub run: String,
    /// The node that called.
    pub node: Place,
    /// How many runs there are above the called one.
    pub depth: u32,
}

/// Whether the end of a run undoes what it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compensate {
    /// It is left as it is.
    #[default]
    No,
    /// Nodes that have a compensation are undone, the last one first.
    Yes,
}

impl Compensate {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
    fn is_no(&self) -> bool {
        *self == Self::No
    }
}

impl Fact {
    /// Whose personal data a run handles, as its first fact tells.
    pub fn subject(&self) -> Option<&str> {
        if let Self::Started { subject, .. } = self { subject.as_deref() } else { None }
    }

    /// The version of the JSON form of all facts above.
    pub const VERSION: &'static str = "1.0";

    /// The fact's name, as its JSON tags it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Started { .. } => "started",
            Self::NodeStarted { .. } => "node_started",
            Self::EffectRepeated { .. } => "effect_repeated",
            Self::NodeSucceeded { .. } => "node_succeeded",
            Self::NodeFailed { .. } => "node_failed",
            Self::RetryScheduled { .. } => "retry_scheduled",
            Self::FailureHandled { .. } => "failure_handled",
            Self::LoopStarted { .. } => "loop_started",
            Self::IterationStarted { .. } => "iteration_started",
            Self::NodeSkipped { .. } => "node_skipped",
            Self::NodeCancelled { .. } => "node_cancelled",
            Self::DelayStarted { .. } => "delay_started",
            Self::WaitOpened { .. } => "wait_opened",
            Self::WaitMarked { .. } => "wait_marked",
            Self::WaitResumed { .. } => "wait_resumed",
            Self::WaitTimedOut { .. } => "wait_timed_out",
            Self::Paused { .. } => "paused",
            Self::Unpaused { .. } => "unpaused",
            Self::HistoryGrewLong { .. } => "history_grew_long",
            Self::LimitReached { .. } => "limit_reached",
            Self::CompensationStarted { .. } => "compensation_started",
            Self::CompensationEnded { .. } => "compensation_ended",
            Self::EventEmitted { .. } => "event_emitted",
            Self::CancelRequested { .. } => "cancel_requested",
            Self::Succeeded { .. } => "succeeded",
            Self::Failed { .. } => "failed",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// When it happened.
    pub fn at(&self) -> OffsetDateTime {
        match self {
            Self::Started { at, .. }
            | Self::NodeStarted { at, .. }
            | Self::EffectRepeated { at, .. }
            | Self::NodeSucceeded { at, .. }
            | Self::NodeFailed { at, .. }
            | Self::RetryScheduled { at, .. }
            | Self::FailureHandled { at, .. }
            | Self::LoopStarted { at, .. }
            | Self::IterationStarted { at, .. }
            | Self::NodeSkipped { at, .. }
            | Self::NodeCancelled { at, .. }
            | Self::DelayStarted { at, .. }
            | Self::WaitOpened { at, .. }
            | Self::WaitMarked { at, .. }
            | Self::WaitResumed { at, .. }
            | Self::WaitTimedOut { at, .. }
            | Self::Paused { at, .. }
            | Self::Unpaused { at, .. }
            | Self::HistoryGrewLong { at, .. }
            | Self::LimitReached { at, .. }
            | Self::CompensationStarted { at, .. }
            | Self::CompensationEnded { at, .. }
            | Self::EventEmitted { at, .. }
            | Self::CancelRequested { at, .. }
            | Self::Succeeded { at, .. }
            | Self::Failed { at, .. }
            | Self::Cancelled { at, .. } => *at,
        }
    }

    /// The node that it is about; facts about the whole run have none.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::NodeStarted { node, .. }
            | Self::EffectRepeated { node, .. }
            | Self::NodeSucceeded { node, .. }
            | Self::NodeFailed { node, .. }
            | Self::RetryScheduled { node, .. }
            | Self::FailureHandled { node, .. }
            | Self::LoopStarted { node, .. }
            | Self::IterationStarted { node, .. }
            | Self::NodeSkipped { node, .. }
            | Self::NodeCancelled { node, .. }
            | Self::DelayStarted { node, .. }
            | Self::WaitOpened { node, .. }
            | Self::WaitMarked { node, .. }
            | Self::WaitResumed { node, .. }
            | Self::WaitTimedOut { node, .. } => Some(node),
            Self::Failed { node, .. } => node.as_ref(),
            Self::Started { .. }
            | Self::Paused { .. }
            | Self::Unpaused { .. }
            | Self::HistoryGrewLong { .. }
            | Self::LimitReached { .. }
            | Self::CompensationStarted { .. }
            | Self::CompensationEnded { .. }
            | Self::EventEmitted { .. }
            | Self::CancelRequested { .. }
            | Self::Succeeded { .. }
            | Self::Cancelled { .. } => None,
        }
    }

    /// Whether the run has ended with this fact.
    pub fn ends_run(&self) -> bool {
        matches!(self, Self::Succeeded { .. } | Self::Failed { .. } | Self::Cancelled { .. })
    }
}

impl Trigger {
    /// What `{{root.result}}` is: source, body and headers.
    ///
    /// Built anew at each call, so that a large body is not kept twice.
    pub fn result(&self) -> Value {
        json!({ "source": self.source, "body": *self.body, "headers": self.headers })
    }
}
