//! The list of node types that the engine executes itself.

use std::sync::Arc;

use serde_json::Value;
use time::OffsetDateTime;

use super::plain::{PLAIN, Plain};
use super::{branch, delay, fail, filter, format, log, pluck, wait};
use crate::catalog::NodeType;
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
    /// One of those that make a result of their payload and know nothing else.
    Plain(Plain),
}

/// What an executed node gives.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Done {
    pub(crate) result: Value,
    pub(crate) branch: Option<Arc<str>>,
}

const LOGIC: [(&str, Logic); 8] = [
    ("if", Logic::If),
    ("log", Logic::Log),
    ("format", Logic::Format),
    ("filter", Logic::Filter),
    ("pluck", Logic::Pluck),
    ("fail", Logic::Fail),
    ("delay", Logic::Delay),
    ("wait", Logic::Wait),
];

/// The names of the types that the engine executes itself.
pub fn logic_types() -> impl Iterator<Item = &'static str> {
    let plain = PLAIN.into_iter().map(|plain| plain.name);
    LOGIC.into_iter().map(|(name, _)| name).chain(plain)
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
        Logic::Wait => one(wait::Wait::read(payload).map(drop)),
        Logic::Plain(plain) => (plain.problems)(payload),
    }
}

impl Logic {
    pub(crate) fn named(name: &str) -> Option<Self> {
        let own = LOGIC.into_iter().find(|(known, _)| *known == name).map(|(_, logic)| logic);
        let plain = || PLAIN.into_iter().find(|plain| plain.name == name).map(Self::Plain);
        own.or_else(plain)
    }

    fn branches(self) -> &'static [&'static str] {
        match self {
            Self::If => &branch::BRANCHES,
            Self::Wait => &wait::BRANCHES,
            Self::Log
            | Self::Format
            | Self::Filter
            | Self::Pluck
            | Self::Fail
            | Self::Delay
            | Self::Plain(_) => &[],
        }
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
            Logic::Plain(plain) => Ok((plain.execute)(self.input)?),
            Logic::Delay | Logic::Wait => Err(Problem::new("", "it is not a pure node's").into()),
        }
    }
}
