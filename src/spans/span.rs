//! A span as it is exported. Names, ids, methods, hosts and codes: never a payload, a path or a header.

use std::borrow::Cow;

use time::OffsetDateTime;

use super::ids::{SpanId, TraceId, TraceParent};

/// Something that took its time within a trace.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// The trace.
    pub trace: TraceId,
    /// Its id.
    pub id: SpanId,
    /// Within what it happened; none for the root.
    pub parent: Option<SpanId>,
    /// What it is called: few different names, without ids.
    pub name: Cow<'static, str>,
    /// Which side of a conversation it is.
    pub kind: Kind,
    /// When it began.
    pub start: OffsetDateTime,
    /// When it ended.
    pub end: OffsetDateTime,
    /// What is known of it.
    pub attributes: Vec<(Cow<'static, str>, Value)>,
    /// Spans of other traces that it has to do with, each with a word for why.
    pub links: Vec<(TraceParent, &'static str)>,
    /// How it ended.
    pub ending: Ending,
}

/// Which side of a conversation a span is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// None: it happened within the house.
    Internal,
    /// Somebody asked us.
    Server,
    /// We asked somebody, and waited for the answer.
    Client,
    /// We took what somebody had put down for us.
    Consumer,
}

/// How a span ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Nothing was wrong.
    Well,
    /// It failed; `error.type` among the attributes says how.
    Failed,
}

/// What an attribute says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Words.
    Text(String),
    /// A whole number.
    Number(i64),
    /// Yes or no.
    Truth(bool),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u16> for Value {
    fn from(number: u16) -> Self {
        Self::Number(number.into())
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        i64::try_from(number).map_or_else(|_| Self::Text(number.to_string()), Self::Number)
    }
}

impl From<bool> for Value {
    fn from(is_so: bool) -> Self {
        Self::Truth(is_so)
    }
}
