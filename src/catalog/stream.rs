//! The WebSocket that makes a source quick: what it is asked, and how its frames are read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A stream of messages beside a source that is asked. What it says is acted upon at once; what it
/// leaves out is found when the source is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Stream {
    /// The WebSocket.
    pub url: String,
    /// What is sent to be told; the text `{names}` in it is the list of what is listened to.
    pub subscribe: Value,
    /// The setting of the trigger that is what it listens to, or the list of it; none where the
    /// stream tells of everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<String>,
    /// What is sent now and then, beside the pings of WebSockets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heartbeat: Option<Heartbeat>,
    /// After how many seconds without a frame that has the places of `where` the connection is made
    /// anew, whatever is answered to pings.
    pub silence_seconds: u32,
    /// What stands in a frame that counts.
    #[serde(rename = "where")]
    pub wanted: BTreeMap<String, String>,
    /// How it is known for which triggers a frame counts; none: for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
    /// Where a frame has an item as the source itself tells it, if it does: it starts runs at once.
    /// Without it, the source is asked at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Streamed>,
}

/// What is sent now and then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Heartbeat {
    /// The text.
    pub text: String,
    /// How often, in seconds.
    pub every_seconds: u32,
}

/// For which triggers a frame counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct About {
    /// Those whose setting of this name, large and small letters alike,
    pub setting: String,
    /// stands at this place.
    pub path: String,
}

/// An item in a frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Streamed {
    /// Where it is.
    pub path: String,
    /// Where it says in itself when it happened, in seconds or milliseconds since 1970: one from
    /// before the trigger, or that is old, is left to the answer of the source.
    pub time: String,
}
