//! What is known of a workflow and of what it stands on.

use engine::Definition;
use serde_json::Value;
use time::OffsetDateTime;

/// All that the checklist is answered from.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Which content is judged: `live`, `draft` or a version's number.
    pub edition: String,
    /// The content, when it can be read.
    pub definition: Option<Definition>,
    /// The content as it was written.
    pub document: Value,
    /// What validation finds in it, a line each.
    pub problems: Vec<String>,
    /// What the workflow is for.
    pub description: Option<String>,
    /// Where it stands.
    pub standing: Standing,
    /// Its tests, and whether there are more than these.
    pub tests: Vec<Tested>,
    /// The last runs of the live version, the latest first.
    pub runs: Vec<LastRun>,
    /// The workflow that deals with its failures.
    pub error_workflow: Option<ErrorWorkflow>,
    /// The organization's units; none when usage is not counted.
    pub units: Option<Units>,
    /// Node types that change the outside.
    pub writes: Vec<String>,
    /// The connectors that its nodes name.
    pub connectors: Vec<Connected>,
    /// Its nodes that send transactions.
    pub payers: Vec<Payer>,
    /// The keys that may start it.
    pub keys: Vec<Key>,
    /// When it comes round, where a schedule starts it.
    pub schedule: Option<Rounds>,
}

/// A node that sends transactions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payer {
    /// The node.
    pub node: String,
    /// Why nothing could be sent at this moment: no wallet, no policy, no coins for fees.
    pub fault: Option<String>,
}

/// When a workflow comes round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rounds {
    /// The next time that is due, if there is one.
    pub next: Option<OffsetDateTime>,
    /// The time zone.
    pub zone: String,
    /// What becomes of missed times.
    pub catch_up: String,
}

/// A connector that a node names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    /// The node.
    pub node: String,
    /// The connector as its people know it, or what was looked for in vain.
    pub name: String,
    /// Who answers for it, if that one is still there.
    pub owner: Option<String>,
    /// Why it cannot be used at this moment.
    pub fault: Option<String>,
    /// Whether it can be tested and never was.
    pub untested: bool,
}

/// An API key that may start runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// What people call it.
    pub name: String,
    /// Its id.
    pub id: String,
    /// Whether it is kept to some of what its owner may do.
    pub is_scoped: bool,
    /// From when on it opens nothing.
    pub expires_at: Option<OffsetDateTime>,
}

/// Where a workflow stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// The live version.
    pub live: Option<u32>,
    /// Why it is paused, when it is.
    pub paused: Option<String>,
    /// Whether it is archived.
    pub archived: bool,
}

/// A test of the workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tested {
    /// Its name.
    pub name: String,
    /// The number of the record: which version of the test it is.
    pub version: i64,
    /// The last time that it was played.
    pub last: Option<Played>,
}

/// One time that a test was played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Played {
    /// Whether every case passed.
    pub passed: bool,
    /// The version of the test.
    pub test_version: i64,
    /// The version of the workflow.
    pub workflow_version: Option<u32>,
    /// When.
    pub at: OffsetDateTime,
}

/// A run of the live version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastRun {
    /// Its id.
    pub id: String,
    /// Whether it succeeded; none while it goes on.
    pub succeeded: Option<bool>,
    /// Why it failed.
    pub failure: Option<String>,
    /// When it began.
    pub at: OffsetDateTime,
}

/// The workflow that deals with failures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorWorkflow {
    /// Its id.
    pub id: String,
    /// Whether it can be started: it exists, is live and not paused.
    pub is_live: bool,
}

/// An organization's compute units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Units {
    /// What is left.
    pub left: i64,
    /// Nothing new starts unless more than this is left.
    pub threshold: u64,
}
