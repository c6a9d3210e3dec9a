//! What a model may call: one file, with the schema of what each tool takes.

use std::sync::LazyLock;

use engine::PayloadProblem;
use serde::Deserialize;
use serde_json::Value;

use crate::access::{Permission, Permissions};
use crate::catalog::{Schema, Stage};

const DEFINITIONS: &str = include_str!("../../catalog/assistant/tools.json");

static BUILTIN: LazyLock<Vec<Tool>> = LazyLock::new(|| {
    let definitions: Vec<Definition> = serde_json::from_str(DEFINITIONS)
        .expect("the embedded tools have the form of definitions: a test reads them all");
    definitions.into_iter().map(Tool::of).collect()
});

/// What comes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Does {
    /// It reads, and is carried out at once.
    Read,
    /// It changes something, and waits until the person has agreed.
    Act,
}

/// One tool.
#[derive(Debug)]
pub struct Tool {
    /// What it is called.
    pub name: String,
    /// What comes of it.
    pub does: Does,
    /// What its user needs; nothing where being known is enough.
    pub permission: Option<Permission>,
    /// What the model is told of it.
    pub description: String,
    /// The schema of what it takes.
    pub parameters: Value,
    schema: Schema,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Definition {
    name: String,
    does: Does,
    permission: Option<String>,
    description: String,
    parameters: Value,
}

/// The tools that somebody may use: a model is not told of others.
#[derive(Debug)]
pub struct Toolbox(Vec<&'static Tool>);

impl Tool {
    fn of(definition: Definition) -> Self {
        let Definition { name, does, permission, description, parameters } = definition;
        let permission = permission.map(|name| {
            name.parse().expect("embedded tools name permissions: a test reads them all")
        });
        let schema = Schema::compile(&parameters)
            .expect("embedded tools hold valid schemas: a test compiles them all");
        Self { name, does, permission, description, parameters, schema }
    }

    /// All of them.
    pub fn all() -> &'static [Self] {
        &BUILTIN
    }

    /// Everything that is wrong with what it is called with.
    pub fn problems(&self, arguments: &Value) -> Vec<PayloadProblem> {
        self.schema.problems(arguments, Stage::Run)
    }
}

impl Toolbox {
    /// Those of somebody with these permissions.
    pub fn of(permissions: Permissions) -> Self {
        let usable = |tool: &&Tool| tool.permission.is_none_or(|wanted| permissions.has(wanted));
        Self(Tool::all().iter().filter(usable).collect())
    }

    /// The tool of this name, if it is among them.
    pub fn get(&self, name: &str) -> Option<&'static Tool> {
        self.0.iter().find(|tool| tool.name == name).copied()
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &'static Tool> {
        self.0.iter().copied()
    }
}
