//! What came of a try.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ExecutionHookDeliveryStatus)]
pub enum Status {
    /// It was not tried yet, or is to be sent again.
    Pending,
    /// It was not taken, and is tried again.
    Retrying,
    /// The endpoint took it.
    Success,
    /// It was given up.
    Failure,
}

impl Status {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Retrying => "retrying",
            Self::Success => "success",
            Self::Failure => "failure",
        }
    }

    /// The status of that word.
    pub fn read(word: &str) -> Option<Self> {
        let all = [Self::Pending, Self::Retrying, Self::Success, Self::Failure];
        all.into_iter().find(|status| status.as_str() == word)
    }
}

/// What an endpoint answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// Some of its headers.
    pub headers: BTreeMap<String, String>,
    /// The beginning of its body.
    pub body: String,
}

/// What becomes of a delivery after a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It was taken.
    Taken,
    /// It is tried again then.
    Again(OffsetDateTime),
    /// It is given up.
    GivenUp,
}

impl Fate {
    /// How the delivery stands by it.
    pub const fn status(self) -> Status {
        match self {
            Self::Taken => Status::Success,
            Self::Again(_) => Status::Retrying,
            Self::GivenUp => Status::Failure,
        }
    }

    /// When it is tried again, if it is.
    pub const fn next(self) -> Option<OffsetDateTime> {
        match self {
            Self::Again(at) => Some(at),
            Self::Taken | Self::GivenUp => None,
        }
    }
}

/// A try that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// What was sent beside the body, without secrets.
    pub headers: BTreeMap<String, String>,
    /// What came back; none where nothing did.
    pub answered: Option<Answered>,
    /// How long it took.
    pub took: Duration,
    /// Why it was not taken.
    pub problem: Option<String>,
    /// What becomes of it.
    pub fate: Fate,
}
