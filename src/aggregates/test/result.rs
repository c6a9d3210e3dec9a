//! What became of a test's cases: kept on the ledger, printed by commands, answered by the API.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// How a case ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CaseStatus {
    /// Everything is as expected.
    Passed,
    /// The run was played, and something is not as expected.
    Failed,
    /// The run could not be played to its end.
    Error,
    /// The run was not over within the case's time-out, in virtual time.
    Timeout,
    /// It was not played, for the time of the whole execution was over.
    Skipped,
}

/// What became of one case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseResult {
    /// The case.
    pub case_id: String,
    /// How it ended.
    pub status: CaseStatus,
    /// How long the run took, in milliseconds of virtual time.
    pub duration_ms: u64,
    /// Where the run stood: `success`, `failure` …; absent when it did not begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_status: Option<String>,
    /// The run's output; one that is large is cut off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
    /// Why the run could not be played to its end, and what helps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Everything that was looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assertions: Vec<Check>,
    /// The case's own mocks that nothing called, as JSON pointers in the case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unused_mocks: Vec<String>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// How it was compared.
    #[serde(rename = "type")]
    pub kind: CheckKind,
    /// Where: a JSONPath, or an event's pattern.
    pub path: String,
    /// What should be there.
    pub expected: Value,
    /// What is there; null for nothing.
    pub actual: Value,
    /// Whether that is as it should be.
    pub passed: bool,
    /// What is wrong, in words; the author's own where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Where exactly expected and actual differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
}

/// What kind of thing was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckKind {
    /// The run's status.
    Status,
    /// `expectedOutput`.
    Output,
    /// `expectedState`.
    State,
    /// `expectedEvents`.
    Event,
    /// An assertion: the same value.
    Equals,
    /// An assertion: a part of the value.
    Contains,
    /// An assertion: a text that fits a pattern.
    Matches,
}

/// One place where two values differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// JSON pointer; empty for the values as a whole.
    pub pointer: String,
    /// What should be there; absent when nothing should.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub expected: Option<Value>,
    /// What is there; absent when nothing is.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub actual: Option<Value>,
}

/// A field that is there, also where it holds null.
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl CheckKind {
    /// The name as it is written everywhere.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Output => "output",
            Self::State => "state",
            Self::Event => "event",
            Self::Equals => "equals",
            Self::Contains => "contains",
            Self::Matches => "matches",
        }
    }
}
