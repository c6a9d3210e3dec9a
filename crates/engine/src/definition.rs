//! A workflow's definition: the nodes, what they are given, and how they follow one another.
//!
//! A definition comes out of [`parse`](crate::parse) or out of the ledger, and does not change
//! after that: what execution needs is compiled once and kept with it.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ending::Emission;
use crate::json::Json;
use crate::personal::Personal;
use crate::plan::Plan;
use crate::remedy::OnFailure;

/// How many nodes a definition may have.
pub const MAX_NODES: usize = 500;

/// How deeply the JSON of a definition may be nested.
pub const MAX_DEFINITION_DEPTH: usize = 64;

/// How long a node id may be.
pub const MAX_NODE_ID_LENGTH: usize = 64;

/// The name of a node inside its definition. Cloning shares it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeId(Arc<str>);

/// What a workflow does: a trigger and a graph of nodes behind it. In JSON: generation B.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    pub(crate) nodes: BTreeMap<NodeId, Node>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) trigger_node_ids: Vec<NodeId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) input_schema: Vec<InputField>,
    #[serde(default = "empty_object", skip_serializing_if = "is_empty_object")]
    pub(crate) props: Json,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) variable_defs: Option<Json>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) visibility: Option<Visibility>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) public_widget_config: Option<Json>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ui_component: Option<Json>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) block_expansions: Option<Json>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error_workflow: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) emit: Vec<Emission>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max_run_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Lane::is_default")]
    pub(crate) lane: Lane,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) personal: Option<Personal>,
    #[serde(skip)]
    pub(crate) compiled: Compiled,
}

/// One node of a definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Node {
    /// The type: a trigger at the root, a logic node or an action elsewhere.
    #[serde(rename = "type")]
    pub kind: Arc<str>,
    /// What the node is given; texts in it may hold expressions.
    #[serde(default = "empty_object")]
    pub payload: Json,
    /// The nodes that follow.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<NodeId>,
    /// The nodes that are executed for each item of a loop.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loop_body: Vec<NodeId>,
    /// Which branch of its branching parents leads here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<Arc<str>>,
    /// The credentials that the node uses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connector: Option<Connector>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// For people, instead of the type's own title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_override: Option<String>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What the result looks like, where its type cannot say; kept as data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<Json>,
    /// How failures are repeated; without it there is one attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_policy: Option<RetryPolicy>,
    /// What follows when it has failed for good; without it the run fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_failure: Option<OnFailure>,
    /// The node that undoes what this one did, should the run fail or be cancelled later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compensated_by: Option<NodeId>,
    /// How long one attempt may take; [`Node::DEFAULT_TIMEOUT_MS`] without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// Whether an attempt whose outcome is unknown may be performed again.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub repeatable: bool,
}

/// The credentials that a node uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connector {
    /// The provider.
    #[serde(rename = "type")]
    pub kind: String,
    /// Which of the provider's connectors; may be chosen later than the node is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// A declared input of the workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputField {
    /// The name: `$inputs.<key>`.
    pub key: String,
    /// What it must be.
    #[serde(rename = "type")]
    pub kind: InputType,
    /// Whether a run needs it.
    #[serde(default, skip_serializing_if = "is_no")]
    pub required: bool,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// What a declared input must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputType {
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
}

/// Who may see or execute a workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Its author.
    Private,
    /// Everybody in the organization.
    Org,
    /// Everybody may see it.
    PublicView,
    /// Everybody may execute it.
    PublicExecute,
}

/// How urgent it is that what a trigger sets off begins.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// It never waits behind what is not critical.
    Critical,
    /// In its turn.
    #[default]
    Default,
}

impl Lane {
    /// Whether it is the one that needs no mention.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
    fn is_default(&self) -> bool {
        *self == Self::Default
    }

    /// Its word, as definitions and metrics have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Default => "default",
        }
    }
}

/// How the failures of a node are repeated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RetryPolicy {
    /// How many attempts there are, the first included.
    pub max_attempts: u32,
    /// How the interval grows.
    pub strategy: Strategy,
    /// Milliseconds before the second attempt.
    pub initial_interval: u64,
    /// The most milliseconds between two attempts.
    pub max_interval: u64,
    /// By what an exponential interval grows each time.
    pub backoff_multiplier: f64,
    /// Which share of the interval is left to chance: 0 nothing, 1 all of it.
    pub jitter: f64,
    /// Codes that are retried although their failure does not call itself retryable.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub retryable_errors: Vec<String>,
    /// Codes that are never retried.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub non_retryable_errors: Vec<String>,
}

/// How the interval between attempts grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Not at all.
    Fixed,
    /// By the multiplier, each time.
    Exponential,
}

impl NodeId {
    /// The id of the trigger node.
    pub const ROOT: &'static str = "root";

    /// Takes the text as it is; [`NodeId::is_well_formed`] tells whether a definition may use it.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the trigger node's.
    pub fn is_root(&self) -> bool {
        &*self.0 == Self::ROOT
    }

    /// A letter, then up to 63 letters, digits, hyphens and underscores (ASCII).
    pub fn is_well_formed(&self) -> bool {
        let mut characters = self.0.chars();
        characters.next().is_some_and(|first| first.is_ascii_alphabetic())
            && self.0.len() <= MAX_NODE_ID_LENGTH
            && characters.all(|next| next.is_ascii_alphanumeric() || next == '-' || next == '_')
    }
}

impl Definition {
    /// How long any run may take, in milliseconds: 90 days.
    pub const MAX_RUN_MS: u64 = 90 * 24 * 3_600_000;

    /// All nodes by id, the root included.
    pub fn nodes(&self) -> &BTreeMap<NodeId, Node> {
        &self.nodes
    }

    /// The node of that id.
    pub fn node(&self, id: &NodeId) -> Option<&Node> {
        self.nodes.get(id)
    }

    /// The trigger node.
    pub fn root(&self) -> Option<&Node> {
        self.nodes.get(NodeId::ROOT)
    }

    /// The declared inputs.
    pub fn input_schema(&self) -> &[InputField] {
        &self.input_schema
    }

    /// What expressions read as `$props`: an object.
    pub fn props(&self) -> &Json {
        &self.props
    }

    /// The variables that the workflow declares; kept as data.
    pub fn variable_defs(&self) -> Option<&Json> {
        self.variable_defs.as_ref()
    }

    /// The names of the variables that keep their values from run to run.
    pub fn kept_variables(&self) -> impl Iterator<Item = &str> {
        let declared = self.variable_defs.iter().filter_map(|list| list.as_array()).flatten();
        let names = declared.filter_map(|variable| variable.get("name").and_then(Value::as_str));
        names.filter(|name| self.keeps_variable(name))
    }

    /// Whether a variable keeps its value from run to run.
    pub fn keeps_variable(&self, name: &str) -> bool {
        self.variable(name).and_then(|variable| variable.get("lifetime")?.as_str())
            == Some("persist")
    }

    /// What a declared variable holds as long as nothing else was written to it.
    pub(crate) fn default_of(&self, name: &str) -> Option<&Value> {
        self.variable(name)?.get("default")
    }

    fn variable(&self, name: &str) -> Option<&Value> {
        let declared = self.variable_defs.as_ref()?.as_array()?;
        declared.iter().find(|variable| variable.get("name").and_then(Value::as_str) == Some(name))
    }

    /// Who may see or execute it.
    pub fn visibility(&self) -> Option<Visibility> {
        self.visibility
    }

    /// How it is shown to the public; kept as data.
    pub fn public_widget_config(&self) -> Option<&Json> {
        self.public_widget_config.as_ref()
    }

    /// The interface that its runs are shown by; kept as data.
    pub fn ui_component(&self) -> Option<&Json> {
        self.ui_component.as_ref()
    }

    /// The workflow that is started when a run of this one has failed.
    pub fn error_workflow(&self) -> Option<&str> {
        self.error_workflow.as_deref()
    }

    /// The events that a run emits when it ends.
    pub fn emissions(&self) -> &[Emission] {
        &self.emit
    }

    /// Whose personal data its runs handle, where they do.
    pub fn personal(&self) -> Option<&Personal> {
        self.personal.as_ref()
    }

    /// How urgent its runs are.
    pub fn lane(&self) -> Lane {
        self.lane
    }

    /// How long a run may take, in milliseconds; [`Definition::MAX_RUN_MS`] unless it says less.
    pub fn max_run_ms(&self) -> u64 {
        self.max_run_ms.unwrap_or(Self::MAX_RUN_MS).clamp(1, Self::MAX_RUN_MS)
    }

    /// The node that an expression means: `trigger` is the root, as generation A called it, unless
    /// a node has that name.
    pub(crate) fn resolve_alias<'a>(&'a self, id: &'a NodeId) -> &'a NodeId {
        if id.as_str() != "trigger" || self.nodes.contains_key(id) {
            return id;
        }
        self.nodes.get_key_value(NodeId::ROOT).map_or(id, |(root, _)| root)
    }

    /// The nodes as execution needs them: indexed, ordered, with compiled payloads.
    pub(crate) fn plan(&self) -> &Plan {
        self.compiled.0.get_or_init(|| Arc::new(Plan::of(self)))
    }
}

impl Node {
    /// How long an attempt may take when the node does not say: 30 seconds.
    pub const DEFAULT_TIMEOUT_MS: u64 = 30_000;

    /// How long an attempt may take at most: 10 minutes. What takes longer is a wait.
    pub const MAX_TIMEOUT_MS: u64 = 600_000;

    /// How long one attempt may take, in milliseconds.
    pub fn timeout_ms(&self) -> u64 {
        self.timeout_ms.unwrap_or(Self::DEFAULT_TIMEOUT_MS).clamp(1, Self::MAX_TIMEOUT_MS)
    }
}

/// What [`Definition::plan`] has compiled. Two definitions are equal whether compiled or not.
#[derive(Clone, Default)]
pub(crate) struct Compiled(OnceLock<Arc<Plan>>);

impl PartialEq for Compiled {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl fmt::Debug for Compiled {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.get().is_some() { "Compiled" } else { "NotCompiled" })
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            strategy: Strategy::Exponential,
            initial_interval: 1_000,
            max_interval: 60_000,
            backoff_multiplier: 2.0,
            jitter: 0.0,
            retryable_errors: Vec::new(),
            non_retryable_errors: Vec::new(),
        }
    }
}

impl From<&str> for NodeId {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for NodeId {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl Borrow<str> for NodeId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

pub(crate) fn empty_object() -> Json {
    Arc::new(Value::Object(Map::new()))
}

fn is_empty_object(json: &Json) -> bool {
    json.as_object().is_some_and(Map::is_empty)
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_yes(flag: &bool) -> bool {
    *flag
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_no(flag: &bool) -> bool {
    !*flag
}
