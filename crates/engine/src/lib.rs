//! Definition in, decisions out.
//!
//! The pure core of Chainkeel: no I/O, no clock, no randomness, no async. Time and chance come in
//! as arguments, so that the same facts lead to the same decisions for ever.
//!
//! - [`parse`] reads a [`Definition`]; [`validate`] lists what keeps it from being published.
//! - [`start`] makes a run's first [`Fact`]s; [`decide`] says what follows from a [`Stimulus`].
//! - [`rehearsal`] plays a run in virtual time, with answers instead of a world.
//! - [`Run::apply`] folds facts into a [`Run`]; [`verify`] replays them and decides all again.

mod batch;
mod begin;
mod catalog;
mod condition;
mod decide;
mod definition;
mod diagnostic;
mod diff;
mod duration;
mod ending;
mod expression;
mod fact;
mod failure;
mod finish;
mod fold;
mod frame;
mod graph;
mod input;
mod instant;
mod json;
mod limits;
mod loops;
mod node;
mod node_state;
mod number;
mod parse;
mod personal;
mod place;
mod plan;
pub mod pointer;
mod preview;
pub mod rehearsal;
mod remedy;
mod retrial;
mod retry;
mod run;
mod schedule;
mod scopes;
mod status;
mod stimulus;
mod validate;
mod verify;

pub use catalog::{Catalog, NodeType, PayloadProblem, Role};
pub use decide::{decide, start};
pub use definition::{
    Connector, Definition, InputField, InputType, Lane, MAX_DEFINITION_DEPTH, MAX_NODE_ID_LENGTH,
    MAX_NODES, Node, NodeId, RetryPolicy, Strategy, Visibility,
};
pub use diagnostic::{Diagnostic, DiagnosticCode, MAX_DIAGNOSTICS};
pub use diff::{Diff, EdgeChange, EdgeFate, NodeChange, ValueChange};
pub use duration::duration;
pub use ending::{Emission, is_event_name};
pub use expression::{expression_reference, has_expression};
pub use fact::{Carried, Compensate, Fact, Parent, Trigger, WorkflowRef};
pub use failure::{Failure, FailureCategory, MAX_MESSAGE_BYTES};
pub use finish::ERROR_TRIGGER;
pub use input::input_problems;
pub use json::{Excess, Json, MAX_VALUE_BYTES, MAX_VALUE_DEPTH, within_limits};
pub use limits::{
    HISTORY_WARNING, MAX_CHILD_DEPTH, MAX_HISTORY, MAX_ITERATIONS, MAX_LOOP_NODES, MAX_SLEEPING,
};
pub use node::{
    Audience, Escalation, EventPattern, EventWait, Happening, MAX_EVENT_PAYLOAD, ManualTask,
    Priority, SIGN_TYPED_DATA, SIGNER_SOURCE, TASK_SOURCE, TRANSACTING, is_answered, logic_type,
    logic_types, waits_for_signer,
};
pub use node_state::NodeState;
pub use parse::parse;
pub use personal::{MAX_SUBJECT_BYTES, Personal, keeps_elsewhere, subject_of};
pub use place::{Iteration, MAX_LOOP_DEPTH, Place};
pub use preview::{condition_holds, condition_names, evaluate, fill, template_problems};
pub use remedy::{Handler, OnFailure, Remedy};
pub use retrial::Retrial;
pub use retry::MAX_REPEATS;
pub use run::{Effect, Pause, Run};
pub use schedule::{Schedule, ScheduleError};
pub use status::{ExecutionStatus, RunStatus, WaitMark};
pub use stimulus::{Refusal, Start, Stimulus};
pub use validate::{check, validate};
pub use verify::{Divergence, Replay, Step, verify};
