//! A test definition as authors write it.

use std::collections::{BTreeMap, BTreeSet};

use engine::{FailureCategory, RunStatus};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_path_to_error::Segment;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::problem::Problem;
use crate::primitives::expectation;
use crate::primitives::pointer::below;

/// How many cases a test may have.
pub const MAX_CASES: usize = 500;
/// How long a name may be, in characters.
const MAX_NAME: usize = 200;
/// How many mocks a case may have, and how many its test may share.
pub const MAX_MOCKS: usize = 500;
/// How many assertions, expected events and expected states a case may have, each.
pub const MAX_ASSERTIONS: usize = 200;

/// A test: cases for one workflow or one type of node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TestDefinition {
    /// A name for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_id: Option<String>,
    /// A name for people, 1 to 200 characters.
    pub name: String,
    /// What the test proves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What is tested.
    #[serde(rename = "type", default)]
    pub kind: TestKind,
    /// A workflow's id or a definition's file beside the test; for a task, the type of the node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_id: Option<String>,
    /// The same as `targetId`, for files: `./payment.json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<String>,
    /// Mocks for all cases; those of a case are asked before them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shared_mocks: Vec<MockSpec>,
    /// What becomes of a call that no mock fits.
    #[serde(default)]
    pub unmocked: Unmocked,
    /// 1 to 500 cases.
    pub cases: Vec<CaseSpec>,
}

/// What a test is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TestKind {
    /// A whole workflow.
    #[default]
    Workflow,
    /// One node of the type that `targetId` names; the case's input is its payload.
    Task,
}

/// What becomes of a call that no mock fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unmocked {
    /// The case ends there as an error that says how to mock it.
    #[default]
    Fail,
    /// The call is answered with its own resolved payload.
    Echo,
}

/// One case: what comes in, what the world answers, what must come of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CaseSpec {
    /// Its name, once in a test.
    pub case_id: String,
    /// What it proves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The world before the run.
    #[serde(default)]
    pub setup: Setup,
    /// What the trigger brings: `$trigger.body` and `$inputs`.
    #[serde(default)]
    pub input: Value,
    /// How the run must end. `success` when absent, unless an assertion looks at `$.status` or
    /// `$.failure`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub expected_status: Option<RunStatus>,
    /// What the run's output must hold: objects may hold more, all else must be equal.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub expected_output: Option<Value>,
    /// What else must hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assertions: Vec<AssertionSpec>,
    /// What must have happened, in this order; other things may lie between.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expected_events: Vec<EventSpec>,
    /// What the run must look like in the end.
    #[serde(default, deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub expected_state: Vec<StateSpec>,
    /// How long the run may take, in virtual time: milliseconds, or a text like `15m`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Period>,
}

/// The world before the run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Setup {
    /// Nodes that are done already.
    #[serde(default)]
    pub state: State,
    /// What the world answers: the first that fits a call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mocks: Vec<MockSpec>,
    /// The headers that the trigger brings, in lower case.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// When the run begins; 2026-01-01T00:00:00Z when absent.
    #[serde(
        default,
        with = "time::serde::rfc3339::option",
        skip_serializing_if = "Option::is_none"
    )]
    pub now: Option<OffsetDateTime>,
}

/// Nodes that are done before the run begins.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct State {
    /// By node id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub nodes: BTreeMap<String, Settled>,
}

/// A node that is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Settled {
    /// Its result.
    #[serde(default)]
    pub result: Value,
    /// The branch that it chose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
}

/// A mock: whose calls it answers, and how.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct MockSpec {
    /// The node, in all iterations of a loop or in one of them: `pay`, `pay.3`.
    #[serde(default, alias = "taskId", skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// Instead of a node: every node of that type.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Which call of the node, from 1; attempts and iterations count. All of them when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurrence: Option<u32>,
    /// The result of the effect, or the data that resume the wait.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub response: Option<Value>,
    /// Why the effect fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<FailureSpec>,
    /// Nothing comes before the time is over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub times_out: bool,
    /// Virtual time between call and answer: milliseconds, or a text like `2s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<Period>,
    /// Instead of one answer, one for each call in turn; the last is given for ever.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sequence: Vec<AnswerSpec>,
}

/// One answer of a sequence.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AnswerSpec {
    /// The result of the effect, or the data that resume the wait.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub response: Option<Value>,
    /// Why the effect fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<FailureSpec>,
    /// Nothing comes before the time is over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub times_out: bool,
    /// Virtual time between call and answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<Period>,
}

/// Why a mocked effect fails.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct FailureSpec {
    /// The code that retry policies name.
    pub code: String,
    /// What happened.
    #[serde(default = "mocked")]
    pub message: String,
    /// Which part of the world failed: `service` when absent.
    #[serde(default = "service")]
    #[schema(value_type = String)]
    pub category: FailureCategory,
    /// Whether the same attempt may succeed later.
    #[serde(default)]
    pub retryable: bool,
    /// Facts about the failure, for machines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
}

/// Something that must hold of every value that a path selects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AssertionSpec {
    /// How values are compared.
    #[serde(rename = "type")]
    pub kind: AssertionKind,
    /// JSONPath (RFC 9535) into the run's document: `$.nodes.pay.result.body`.
    pub path: String,
    /// What must be there; for `matches` a regular expression.
    #[serde(default)]
    pub value: Value,
    /// What to say when it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// How an assertion compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AssertionKind {
    /// The same value.
    Equals,
    /// A text inside the text, an item of the list, some fields of the object.
    Contains,
    /// A text that the regular expression fits.
    Matches,
}

/// Something that must have happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct EventSpec {
    /// An event's type, and its node if you like; `*` stands for anything: `node_failed pay`.
    pub pattern: String,
    /// What the event must hold; it may hold more.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub payload: Option<Value>,
}

/// What a place of the run's document must be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct StateSpec {
    /// JSONPath into the run's document.
    pub path: String,
    /// What must be there.
    pub value: Value,
}

/// A span of time: milliseconds, or a text like `250ms`, `15m`, `1h30m`, `P1D`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Period {
    /// Milliseconds.
    Milliseconds(u64),
    /// A duration as text.
    Text(String),
}

impl TestDefinition {
    /// Reads a definition and checks its form.
    ///
    /// # Errors
    /// The first place where it has not the form of a test definition.
    pub fn read(json: &Value) -> Result<Self, Problem> {
        serde_path_to_error::deserialize(json).map_err(|error| {
            let mut place = String::new();
            for segment in error.path() {
                match segment {
                    Segment::Seq { index } => place = below(&place, &index.to_string()),
                    Segment::Map { key } | Segment::Enum { variant: key } => {
                        place = below(&place, key);
                    }
                    Segment::Unknown => {}
                }
            }
            Problem::at(place, expectation::in_words(&error.inner().to_string()))
        })
    }

    /// What is wrong with it, whatever it is about: its name, and the number and names of its cases.
    pub fn problems(&self) -> Vec<Problem> {
        let is_name = |text: &str| (1..=MAX_NAME).contains(&text.trim().chars().count());
        let mut problems = Vec::new();
        if !is_name(&self.name) {
            problems.push(Problem::at("/name", format!("a name has 1 to {MAX_NAME} characters")));
        }
        let count = self.cases.len();
        if !(1..=MAX_CASES).contains(&count) {
            let message = format!("a test has 1 to {MAX_CASES} cases, and this one has {count}");
            problems.push(Problem::at("/cases", message));
            return problems;
        }
        let mut ids = BTreeSet::new();
        for (index, CaseSpec { case_id, .. }) in self.cases.iter().enumerate() {
            let at = format!("/cases/{index}/caseId");
            if !is_name(case_id) {
                let message = format!("a case's name has 1 to {MAX_NAME} characters");
                problems.push(Problem::at(&at, message));
            }
            if !ids.insert(case_id) {
                let message = format!("there is another case \"{case_id}\" before");
                problems.push(Problem::at(&at, message));
            }
        }
        problems
    }

    /// What is tested, as the author named it.
    pub fn target(&self) -> Option<&str> {
        self.workflow.as_deref().or(self.target_id.as_deref())
    }
}

impl Period {
    /// In milliseconds; nothing where the text is no duration.
    pub fn milliseconds(&self) -> Option<u64> {
        match self {
            Self::Milliseconds(count) => Some(*count),
            Self::Text(text) => engine::duration(text),
        }
    }
}

/// A field that is there, also where it holds null.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// One of them, or a list.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<StateSpec>, D::Error> {
    let given = Value::deserialize(deserializer)?;
    let list = if given.is_array() { given } else { Value::Array(vec![given]) };
    serde_json::from_value(list).map_err(serde::de::Error::custom)
}

fn mocked() -> String {
    "a mocked failure".to_owned()
}

const fn service() -> FailureCategory {
    FailureCategory::Service
}
