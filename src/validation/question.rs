//! What a worker is asked, and what it answers.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::schemas::Comparison;

/// How a value is held against a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Options {
    /// What becomes of a value of another type than the schema asks for.
    pub types: Types,
    /// How the schema is taken.
    pub rigour: Rigour,
}

/// What becomes of a value of another type than the schema asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Types {
    /// It is turned into that type where nothing is lost by it.
    Coerced,
    /// It does not fit.
    Kept,
}

/// How a schema is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Rigour {
    /// As draft 2020-12 has it: `format` is a remark, and unknown keywords too.
    Usual,
    /// Formats are asserted, and unknown keywords refused.
    Strict,
}

/// What a worker is asked. Schemas come as the text of their bundle.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Question<'a> {
    /// Whether a schema can be used.
    Compile { bundle: Cow<'a, str> },
    /// Whether a value fits a schema. The same key stands for the same bundle for ever.
    Check { key: Cow<'a, str>, bundle: Cow<'a, str>, data: Cow<'a, RawValue>, options: Options },
    /// How two versions of a schema compare.
    Compare { old: Cow<'a, str>, new: Cow<'a, str> },
}

/// What a worker answers.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    /// The schema can be used.
    Compiled,
    /// It cannot.
    Unusable {
        path: String,
        problem: String,
    },
    Checked(Checked),
    Compared(Comparison),
}

/// What was found of a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checked {
    /// What does not fit, at most a hundred faults; none when the value fits.
    pub faults: Vec<Fault>,
    /// The value with its types turned, where any was.
    pub coerced: Option<Value>,
}

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// The keyword of the schema that it breaks.
    pub keyword: String,
    /// What is wrong, without the value: it may be a secret.
    pub message: String,
    /// JSON pointer into the value.
    pub path: String,
    /// JSON pointer into the schema.
    pub schema_path: String,
    /// The rule's own numbers and names.
    pub params: Value,
}
