//! A conversation as it comes in: bounded, and in an order that providers take.

use std::collections::BTreeSet;

use serde_json::value::RawValue;

use super::tools::Tool;

/// How many messages a conversation has at most.
pub const MAX_MESSAGES: usize = 200;
/// How long a message of the person is at most, in characters.
pub const MAX_QUESTION: usize = 8_000;
/// How long what a tool gave is at most, in characters: a run with a long ledger, cut where it is read.
pub const MAX_RESULT: usize = 64_000;
/// How long the ids of calls are at most. Providers have some thirty characters.
const MAX_ID: usize = 200;

/// A call of a tool.
#[derive(Debug, Clone)]
pub struct Call {
    /// By which its result is known.
    pub id: String,
    /// The tool.
    pub tool: String,
    /// What it is called with: JSON, letter by letter, so that no number loses a digit.
    pub arguments: Box<RawValue>,
}

/// One message.
#[derive(Debug, Clone)]
pub enum Message {
    /// What the person said.
    Person(String),
    /// What the model said.
    Assistant {
        /// In words, where there were any.
        text: Option<String>,
        /// What it wanted done.
        calls: Vec<Call>,
    },
    /// What came of a call.
    Tool {
        /// Which.
        call_id: String,
        /// What the browser found, or that the person declined.
        result: String,
    },
}

/// A conversation that wants an answer.
#[derive(Debug, Clone)]
pub struct Conversation(Vec<Message>);

/// What is wrong with a conversation, and at which message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct Fault {
    /// The message, from 0; none where it is the whole.
    pub message: Option<usize>,
    /// What is wrong.
    pub problem: &'static str,
}

impl Conversation {
    /// Holds messages against what can be answered.
    pub fn read(messages: Vec<Message>) -> Result<Self, Fault> {
        let whole = |problem| Err(Fault { message: None, problem });
        if messages.is_empty() {
            return whole("must have a message");
        }
        if messages.len() > MAX_MESSAGES {
            return whole("has more than 200 messages: start anew");
        }
        let mut open: BTreeSet<&str> = BTreeSet::new();
        for (at, message) in messages.iter().enumerate() {
            let problem = match message {
                Message::Person(text) => of_person(text, &open),
                Message::Assistant { text, calls } => of_assistant(text.as_deref(), calls, &open),
                Message::Tool { call_id, result } => of_tool(call_id, result, &mut open),
            };
            if let Some(problem) = problem {
                return Err(Fault { message: Some(at), problem });
            }
            if let Message::Assistant { calls, .. } = message {
                open.extend(calls.iter().map(|call| call.id.as_str()));
            }
        }
        if !open.is_empty() {
            return whole("must have a result of each call");
        }
        match messages.last() {
            Some(Message::Assistant { .. }) => whole("must end with what is to be answered"),
            Some(Message::Person(_) | Message::Tool { .. }) | None => Ok(Self(messages)),
        }
    }

    /// How many messages it has.
    #[expect(clippy::len_without_is_empty, reason = "it has one at least")]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// What was said, in order.
    pub fn messages(&self) -> &[Message] {
        &self.0
    }

    /// Goes on by what the model said and what it is told to that.
    pub(super) fn go_on(&mut self, messages: impl IntoIterator<Item = Message>) {
        self.0.extend(messages);
    }
}

fn of_person(text: &str, open: &BTreeSet<&str>) -> Option<&'static str> {
    if !open.is_empty() {
        Some("comes before the results of the calls")
    } else if text.trim().is_empty() {
        Some("must have a text")
    } else if text.chars().count() > MAX_QUESTION {
        Some("is longer than 8,000 characters")
    } else {
        None
    }
}

fn of_assistant(text: Option<&str>, calls: &[Call], open: &BTreeSet<&str>) -> Option<&'static str> {
    let ids: BTreeSet<&str> = calls.iter().map(|call| call.id.as_str()).collect();
    let is_bad = |call: &Call| call.id.is_empty() || call.id.len() > MAX_ID;
    let is_unknown = |call: &Call| !Tool::all().iter().any(|tool| tool.name == call.tool);
    if !open.is_empty() {
        Some("comes before the results of the calls")
    } else if calls.is_empty() && text.is_none_or(|text| text.trim().is_empty()) {
        Some("must have a text or calls")
    } else if ids.len() != calls.len() || calls.iter().any(is_bad) {
        Some("must have an id of 1 to 200 bytes for each call, none of them twice")
    } else if calls.iter().any(is_unknown) {
        Some("calls a tool that there is not")
    } else if calls.iter().any(|call| !call.arguments.get().starts_with('{')) {
        Some("must call tools with objects")
    } else {
        None
    }
}

fn of_tool(call_id: &str, result: &str, open: &mut BTreeSet<&str>) -> Option<&'static str> {
    if !open.remove(call_id) {
        Some("is the result of no call before it")
    } else if result.chars().count() > MAX_RESULT {
        Some("is longer than 64,000 characters")
    } else {
        None
    }
}
