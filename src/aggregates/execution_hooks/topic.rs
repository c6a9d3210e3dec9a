//! What an endpoint can be told of: a word for each, and families of them.

use std::fmt;
use std::str::FromStr;

/// One thing that happens to a run or to a node of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// The run began.
    RunStarted,
    /// The run waits for somebody or something.
    RunWaiting,
    /// The run ended well.
    RunCompleted,
    /// The run ended because a node failed.
    RunFailed,
    /// The run ended because somebody wanted it to.
    RunCancelled,
    /// The node is part of a run that began, and has not begun itself.
    NodePending,
    /// An attempt of the node began.
    NodeRunning,
    /// The node is done.
    NodeSucceeded,
    /// An attempt of the node failed.
    NodeFailed,
    /// None of the nodes before it chose the node.
    NodeSkipped,
    /// The node waits for somebody or something.
    NodeWaiting,
    /// The node goes on at a certain time.
    NodeScheduled,
    /// Nothing but a test of the endpoint, which is told of whatever it wants.
    Test,
}

impl Topic {
    /// All that an endpoint can ask for.
    pub const ALL: [Self; 12] = [
        Self::RunStarted,
        Self::RunWaiting,
        Self::RunCompleted,
        Self::RunFailed,
        Self::RunCancelled,
        Self::NodePending,
        Self::NodeRunning,
        Self::NodeSucceeded,
        Self::NodeFailed,
        Self::NodeSkipped,
        Self::NodeWaiting,
        Self::NodeScheduled,
    ];

    /// Its word, as it is sent.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RunStarted => "run.started",
            Self::RunWaiting => "run.waiting",
            Self::RunCompleted => "run.completed",
            Self::RunFailed => "run.failed",
            Self::RunCancelled => "run.cancelled",
            Self::NodePending => "node.pending",
            Self::NodeRunning => "node.running",
            Self::NodeSucceeded => "node.succeeded",
            Self::NodeFailed => "node.failed",
            Self::NodeSkipped => "node.skipped",
            Self::NodeWaiting => "node.waiting",
            Self::NodeScheduled => "node.scheduled",
            Self::Test => "hook.test",
        }
    }
}

/// What somebody chose: one topic, or a family of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Choice {
    /// Everything that happens to runs themselves.
    Runs,
    /// Everything that happens to their nodes.
    Nodes,
    /// This one.
    One(Topic),
}

/// A text that names neither.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no event of runs or nodes: use run.started, run.waiting, run.completed, run.failed, run.cancelled, node.pending, node.running, node.succeeded, node.failed, node.skipped, node.waiting, node.scheduled, run.* or node.*"
)]
pub struct UnknownTopic(pub String);

impl Choice {
    /// Whether a topic is among what was chosen.
    pub fn takes(self, topic: Topic) -> bool {
        match self {
            Self::Runs => topic.name().starts_with("run."),
            Self::Nodes => topic.name().starts_with("node."),
            Self::One(chosen) => chosen == topic,
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Runs => "run.*",
            Self::Nodes => "node.*",
            Self::One(topic) => topic.name(),
        })
    }
}

impl FromStr for Choice {
    type Err = UnknownTopic;

    fn from_str(text: &str) -> Result<Self, UnknownTopic> {
        match text {
            "run.*" => Ok(Self::Runs),
            "node.*" => Ok(Self::Nodes),
            other => Topic::ALL
                .into_iter()
                .find(|topic| topic.name() == other)
                .map(Self::One)
                .ok_or_else(|| UnknownTopic(other.to_owned())),
        }
    }
}

impl serde::Serialize for Choice {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Choice {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
