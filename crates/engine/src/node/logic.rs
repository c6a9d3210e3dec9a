//! The list of node types that the engine executes itself.

use std::sync::Arc;

use serde_json::Value;
use time::OffsetDateTime;

use super::branch::LeftSides;
use super::plain::{PLAIN, Plain};
use super::{
    branch, call_workflow, delay, fail, filter, for_each, format, join, log, manual_task, pluck,
    set_variable, switch, transact, wait,
};
use crate::catalog::NodeType;
use crate::definition::{Definition, Node, NodeId};
use crate::expression::{Problem, Scope, Template};
use crate::failure::Failure;
use crate::json::Json;

/// A type of node that the engine executes itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Logic {
    If,
    Log,
    Format,
    Filter,
    Pluck,
    Fail,
    Delay,
    Wait,
    Switch,
    ForEach,
    Join,
    SetVariable,
    CallWorkflow,
    TriggerWorkflow,
    ManualTask,
    /// One of those that have a wallet send a transaction.
    Transact,
    /// One of those that make a result of their payload and know nothing else.
    Plain(Plain),
}

/// What an executed node gives.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Done {
    pub(crate) result: Value,
    pub(crate) branch: Option<Arc<str>>,
}

const LOGIC: [(&str, Logic); 15] = [
    ("if", Logic::If),
    ("log", Logic::Log),
    ("format", Logic::Format),
    ("filter", Logic::Filter),
    ("pluck", Logic::Pluck),
    ("fail", Logic::Fail),
    ("delay", Logic::Delay),
    ("wait", Logic::Wait),
    ("switch", Logic::Switch),
    ("for-each", Logic::ForEach),
    ("join", Logic::Join),
    (set_variable::SET_VARIABLE, Logic::SetVariable),
    ("call-workflow", Logic::CallWorkflow),
    ("trigger-workflow", Logic::TriggerWorkflow),
    ("manual-task", Logic::ManualTask),
];

/// The names of the types that the engine executes itself.
pub fn logic_types() -> impl Iterator<Item = &'static str> {
    let plain = PLAIN.into_iter().map(|plain| plain.name);
    LOGIC.into_iter().map(|(name, _)| name).chain(transact::types()).chain(plain)
}

/// The type of that name, if the engine executes it itself.
pub fn logic_type(name: &str) -> Option<NodeType> {
    Logic::named(name).map(|logic| NodeType::logic(logic.branches()))
}

/// What is wrong with the authored payload of a logic node, as far as it is known before the
/// expressions in it have values.
pub(crate) fn problems(logic: Logic, payload: &Value) -> Vec<Problem> {
    let one = |checked: Result<(), Problem>| checked.err().into_iter().collect();
    match logic {
        Logic::If => branch::problems(payload),
        Logic::Filter => filter::problems(payload),
        Logic::Log => one(log::check(payload)),
        Logic::Format => one(format::check(payload)),
        Logic::Pluck => one(pluck::check(payload)),
        Logic::Fail => one(fail::check(payload)),
        Logic::Delay => one(delay::period(payload).map(drop)),
        Logic::Wait => wait::problems(payload),
        Logic::Switch => switch::problems(payload),
        Logic::ForEach => for_each::problems(payload),
        Logic::Join => one(join::check(payload)),
        Logic::SetVariable => one(set_variable::check(payload)),
        Logic::CallWorkflow => one(call_workflow::patience(payload).map(drop)),
        Logic::TriggerWorkflow => one(call_workflow::beginning(payload).map(drop)),
        Logic::ManualTask => one(manual_task::ManualTask::read(payload).map(drop)),
        Logic::Transact => one(transact::patience(payload).map(drop)),
        Logic::Plain(plain) => (plain.problems)(payload),
    }
}

impl Logic {
    pub(crate) fn named(name: &str) -> Option<Self> {
        let own = LOGIC.into_iter().find(|(known, _)| *known == name).map(|(_, logic)| logic);
        let plain = || PLAIN.into_iter().find(|plain| plain.name == name).map(Self::Plain);
        let transact = || transact::waits_for_signer(name).then_some(Self::Transact);
        own.or_else(transact).or_else(plain)
    }

    /// How the engine executes a node of a definition; none for triggers and effects.
    ///
    /// A variable that is kept between runs is written by an effect.
    pub(crate) fn of(definition: &Definition, id: &NodeId, node: &Node) -> Option<Self> {
        let logic = Self::named(&node.kind).filter(|_| !id.is_root())?;
        let name = node.payload.get("name").and_then(Value::as_str);
        let is_kept =
            logic == Self::SetVariable && name.is_some_and(|name| definition.keeps_variable(name));
        (!is_kept).then_some(logic)
    }

    fn branches(self) -> &'static [&'static str] {
        match self {
            Self::If => &branch::BRANCHES,
            Self::Wait => &wait::BRANCHES,
            Self::CallWorkflow => &[wait::TIMED_OUT],
            Self::ManualTask => &manual_task::BRANCHES,
            // What the author names, beside this one.
            Self::Switch => &[switch::DEFAULT],
            Self::Log
            | Self::Format
            | Self::Filter
            | Self::Pluck
            | Self::Fail
            | Self::Delay
            | Self::ForEach
            | Self::Join
            | Self::SetVariable
            | Self::TriggerWorkflow
            | Self::Transact
            | Self::Plain(_) => &[],
        }
    }

    /// Where a resumption must come from; none when anybody may resume the node.
    pub(crate) fn is_resumed_by(self) -> Option<&'static str> {
        match self {
            Self::CallWorkflow | Self::TriggerWorkflow => Some(call_workflow::CALLED_RUN),
            Self::ManualTask => Some(manual_task::TASK_SOURCE),
            Self::Transact => Some(transact::SIGNER_SOURCE),
            Self::If
            | Self::Switch
            | Self::Log
            | Self::Format
            | Self::Filter
            | Self::Pluck
            | Self::Fail
            | Self::Delay
            | Self::Wait
            | Self::ForEach
            | Self::Join
            | Self::SetVariable
            | Self::Plain(_) => None,
        }
    }
}

/// Whether a node of a definition is answered from outside the engine: it performs an effect, or
/// waits for somebody, for something or for another run. Nodes that only sleep are not.
pub fn is_answered(definition: &Definition, id: &NodeId) -> bool {
    let Some(node) = definition.node(id).filter(|_| !id.is_root()) else { return false };
    match Logic::of(definition, id, node) {
        None
        | Some(
            Logic::Wait
            | Logic::ManualTask
            | Logic::CallWorkflow
            | Logic::TriggerWorkflow
            | Logic::Transact,
        ) => true,
        Some(
            Logic::If
            | Logic::Switch
            | Logic::Log
            | Logic::Format
            | Logic::Filter
            | Logic::Pluck
            | Logic::Fail
            | Logic::Delay
            | Logic::ForEach
            | Logic::Join
            | Logic::SetVariable
            | Logic::Plain(_),
        ) => false,
    }
}

/// The branches that a node offers its children.
pub(crate) fn branches<'a>(node: &'a Node, known: &NodeType) -> Vec<&'a str> {
    match Logic::named(&node.kind) {
        Some(Logic::Switch) => switch::branches(&node.payload),
        Some(_) | None => known.branches.to_vec(),
    }
}

/// The left sides of the conditions in a payload.
pub(crate) fn left_sides(logic: Logic, payload: &Value) -> LeftSides {
    match logic {
        Logic::Switch => branch::left_sides(&switch::conditions(payload)),
        Logic::If => branch::left_sides(&payload.get("condition").into_iter().collect::<Vec<_>>()),
        Logic::Log
        | Logic::Format
        | Logic::Filter
        | Logic::Pluck
        | Logic::Fail
        | Logic::Delay
        | Logic::Wait
        | Logic::ForEach
        | Logic::Join
        | Logic::SetVariable
        | Logic::CallWorkflow
        | Logic::TriggerWorkflow
        | Logic::ManualTask
        | Logic::Transact
        | Logic::Plain(_) => LeftSides::default(),
    }
}

/// How long a node sleeps that begins then, in milliseconds.
pub(crate) fn patience(logic: Logic, payload: &Value, at: OffsetDateTime) -> Result<u64, Problem> {
    match logic {
        Logic::Delay => delay::period(payload),
        Logic::CallWorkflow => call_workflow::patience(payload),
        Logic::TriggerWorkflow => call_workflow::beginning(payload),
        Logic::ManualTask => manual_task::ManualTask::read(payload).map(|task| task.limit_ms()),
        Logic::Transact => transact::patience(payload),
        Logic::Wait => wait::Wait::read(payload).map(|wait| wait.period(at)),
        Logic::If
        | Logic::Switch
        | Logic::Log
        | Logic::Format
        | Logic::Filter
        | Logic::Pluck
        | Logic::Fail
        | Logic::ForEach
        | Logic::Join
        | Logic::SetVariable
        | Logic::Plain(_) => Err(Problem::new("", "a node of this type does not sleep")),
    }
}

/// Whether a node that chose this branch was resumed: its wait had not run out.
pub(crate) fn is_answer(branch: &str) -> bool {
    [wait::RESUMED, manual_task::COMPLETED, manual_task::REJECTED].contains(&branch)
}

/// A node that slept, and what has become of it.
pub(crate) struct Awoken<'a> {
    pub(crate) logic: Option<Logic>,
    /// Its resolved payload.
    pub(crate) input: &'a Value,
    /// Whether one of its children stands under that branch.
    pub(crate) has_branch: &'a dyn Fn(&str) -> bool,
}

impl Awoken<'_> {
    /// What the node gives when somebody or something has resumed it.
    pub(crate) fn resumed(&self, data: &Value, source: &str) -> Result<Done, Failure> {
        match self.logic {
            Some(Logic::CallWorkflow) => call_workflow::returned(data),
            Some(Logic::TriggerWorkflow) => call_workflow::triggered(self.input, data),
            Some(Logic::ManualTask) => {
                manual_task::answered(data, (self.has_branch)(manual_task::REJECTED))
            }
            Some(Logic::Transact) => transact::settled(data),
            Some(_) | None => Ok(wait::resumed(self.input, data, source)),
        }
    }

    /// What it gives when its time is up; none when no child wants to know.
    pub(crate) fn missed(&self) -> Option<Done> {
        (self.has_branch)(wait::TIMED_OUT).then(|| match self.logic {
            Some(Logic::ManualTask) => manual_task::missed(),
            Some(_) | None => wait::timed_out(self.input),
        })
    }
}

impl Done {
    /// A result of these fields. Values are moved in, where `json!` would copy them.
    pub(crate) fn with<const N: usize>(fields: [(&str, Value); N]) -> Self {
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value));
        Self { result: Value::Object(fields.collect()), branch: None }
    }
}

/// A pure node ready to be executed: what it is, and its payload with the values filled in.
pub(crate) struct Pure<'a> {
    pub(crate) logic: Logic,
    pub(crate) template: &'a Template,
    pub(crate) scope: Scope<'a>,
    pub(crate) input: &'a Json,
    pub(crate) at: OffsetDateTime,
}

impl Pure<'_> {
    /// Executes the node. Delays and waits are not pure: they end later.
    pub(crate) fn execute(&self) -> Result<Done, Failure> {
        match self.logic {
            Logic::If => Ok(branch::choose(self.input)?),
            Logic::Log => Ok(log::log(self.input, self.at)?),
            Logic::Format => Ok(format::format(self.template, self.scope, self.input)?),
            Logic::Filter => Ok(filter::filter(self.input)?),
            Logic::Pluck => Ok(pluck::pluck(self.input)?),
            Logic::Fail => Err(fail::failure(self.input)?),
            Logic::Switch => Ok(switch::choose(self.input)?),
            Logic::SetVariable => Ok(set_variable::set(self.input)?),
            Logic::Plain(plain) => Ok((plain.execute)(self.input)?),
            Logic::Delay
            | Logic::Wait
            | Logic::ForEach
            | Logic::Join
            | Logic::CallWorkflow
            | Logic::TriggerWorkflow
            | Logic::Transact
            | Logic::ManualTask => Err(Problem::new("", "it is not a pure node's").into()),
        }
    }
}
