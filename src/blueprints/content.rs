//! What a template or a block consists of, and whether it may be kept.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Fault;
use super::expand::check_block;
use super::fill::check_names;
use super::scan::scan;

/// How many inputs a template or a block may have.
const MAX_INPUTS: usize = 50;
/// How long the name of an input may be.
const MAX_KEY: usize = 64;

/// What is made to be used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A whole workflow, from which drafts are made.
    Template,
    /// A part of workflows.
    Block,
}

/// What has to be said to use it: `{{$props.key}}` in a template, `{{$inputs.key}}` in a block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = BlueprintInput)]
pub struct Input {
    /// Its name.
    pub key: String,
    /// What it must be.
    #[serde(rename = "type")]
    pub kind: InputKind,
    /// Whether it has to be said.
    #[serde(default)]
    pub required: bool,
    /// What it is when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub default: Option<Value>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// What an input must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InputKind {
    /// Text.
    String,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// An object.
    Object,
    /// A list.
    Array,
    /// The id of one of the organization's connectors: a placeholder until then.
    Connector,
    /// The id of one of the organization's wallets: a placeholder until then.
    Wallet,
}

impl InputKind {
    /// Whether a value is one; a text with an expression in it is known at run time only.
    pub(super) fn fits(self, value: &Value) -> bool {
        if value.as_str().is_some_and(|text| text.contains("{{")) {
            return true;
        }
        match self {
            Self::String => value.is_string(),
            Self::Number => value.is_number(),
            Self::Boolean => value.is_boolean(),
            Self::Object => value.is_object(),
            Self::Array => value.is_array(),
            Self::Connector => value.as_str().is_some_and(|id| id.starts_with("conn_")),
            Self::Wallet => value.as_str().is_some_and(|id| id.starts_with("wal_")),
        }
    }

    pub(super) const fn in_words(self) -> &'static str {
        match self {
            Self::String => "a text",
            Self::Number => "a number",
            Self::Boolean => "true or false",
            Self::Object => "an object",
            Self::Array => "a list",
            Self::Connector => "the id of a connector",
            Self::Wallet => "the id of a wallet",
        }
    }
}

/// What keeps it from being published: places are those of `{inputs, definition}`.
pub fn check(kind: Kind, inputs: &[Input], definition: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    if inputs.len() > MAX_INPUTS {
        faults.push(Fault::at("/inputs", format!("there are at most {MAX_INPUTS}")));
    }
    let mut known = BTreeSet::new();
    for (number, input) in inputs.iter().enumerate() {
        let place = format!("/inputs/{number}");
        let named = (1..=MAX_KEY).contains(&input.key.len())
            && input.key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        if !named {
            let message = format!("has 1 to {MAX_KEY} letters, digits, `_` or `-`");
            faults.push(Fault::at(format!("{place}/key"), message));
        }
        if !known.insert(input.key.as_str()) {
            faults.push(Fault::at(format!("{place}/key"), "is there twice"));
        }
        if let Some(default) = &input.default {
            if !input.kind.fits(default) {
                let message = format!("must be {}", input.kind.in_words());
                faults.push(Fault::at(format!("{place}/default"), message));
            }
            faults.extend(scan(default, &format!("{place}/default")));
        }
    }
    faults.extend(scan(definition, "/definition"));
    faults.extend(check_names(kind, &known, definition));
    match kind {
        Kind::Template => {
            if let Err(problems) = engine::parse(definition) {
                let problem = |it: engine::Diagnostic| {
                    Fault::at(format!("/definition{}", it.path), it.message)
                };
                faults.extend(problems.into_iter().map(problem));
            }
        }
        Kind::Block => faults.extend(check_block(definition)),
    }
    faults
}
