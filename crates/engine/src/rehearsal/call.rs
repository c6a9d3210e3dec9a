//! What a rehearsal asks the world, and what the world may say.

use std::sync::Arc;

use time::{Duration, OffsetDateTime};

use super::Address;
use crate::failure::Failure;
use crate::json::Json;

/// One attempt of an effect, or one wait, that wants an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The node.
    pub address: Address,
    /// Its type.
    pub kind: Arc<str>,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// The how manyth call of the node in this run, from 1: attempts and iterations all count.
    pub occurrence: u32,
    /// The resolved payload.
    pub input: Json,
    /// The virtual time of the call.
    pub at: OffsetDateTime,
    /// What is wanted.
    pub purpose: Purpose,
}

/// What a call is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// An effect: a result or a failure is wanted.
    Effect {
        /// How long it may take, in milliseconds.
        timeout_ms: u64,
    },
    /// A wait: it is resumed with data, or its time runs out.
    Wait {
        /// When it expires.
        due_at: OffsetDateTime,
    },
}

/// What the world says, and how long it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What it says.
    pub said: Said,
    /// Virtual time between call and answer. An effect that takes longer than it may times out,
    /// and so does a wait.
    pub after: Duration,
}

/// What the world says.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// The effect's result, or the data with which a wait is resumed.
    Response(Json),
    /// Why the effect failed.
    Failure(Failure),
    /// Nothing: the time runs out.
    Nothing,
}

/// Why a call has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// Nothing is known about the node.
    NotMocked,
    /// The node is mocked, but not for this occurrence.
    OtherOccurrence,
    /// A wait was answered by a failure: nobody's failure ends a wait.
    FailureForWait,
}

/// What answers the calls of a rehearsal.
pub trait Respond {
    /// The answer to a call.
    ///
    /// # Errors
    /// Says why there is none; the rehearsal ends there.
    fn respond(&mut self, call: &Call) -> Result<Answer, Gap>;
}

impl Answer {
    /// An answer that comes at once.
    pub const fn at_once(said: Said) -> Self {
        Self { said, after: Duration::ZERO }
    }
}
