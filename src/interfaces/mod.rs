//! Interfaces that are written as data: forms for tasks, and what is shown of runs. What may stand in one, when
//! a part of it is shown, and whether an answer is what it asks for.

mod answer;
mod check;
mod component;
mod condition;
mod fault;
mod layout_check;
mod rule;
#[cfg(test)]
mod tests;

pub use answer::{MAX_FILE_BYTES, problems};
pub use check::check;
pub use component::{
    Action, Column, Component, ComponentType, CustomProps, DisplayType, Field, FieldType, Flag,
    FlagRule, Layout, LayoutType, Section, SelectOption, Spacing, Style,
};
pub use condition::Condition;
pub use fault::Fault;
pub use rule::{Rule, RuleType};
