//! Why a task refuses an order.

use engine::{Excess, PayloadProblem};
use time::OffsetDateTime;

use super::state::Status;

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// There is no such task.
    #[error("this task does not exist")]
    Unknown,
    /// The id is taken.
    #[error("this task exists already")]
    Exists,
    /// It has come to its end.
    #[error("this task is {} already: nothing more can be done with it", .0.name())]
    Settled(Status),
    /// Somebody else works on it.
    #[error("this task is claimed by {0}: it must be released or assigned to somebody else first")]
    ClaimedByAnother(String),
    /// It was given to somebody else.
    #[error("this task is assigned to {0}: assign it to yourself first")]
    AssignedToAnother(String),
    /// There is nothing to give back.
    #[error("this task is not claimed: there is nothing to release")]
    NotClaimed,
    /// The run does not wait any longer.
    #[error("this task was due by {0}: the run has stopped waiting for it")]
    TooLate(OffsetDateTime),
    /// The time has not come.
    #[error("this task is not due before {0}")]
    NotDue(OffsetDateTime),
    /// It asks for an approval, which only whom the policy names may give.
    #[error(
        "this task asks for an approval, which is for the one whom the policy names: complete or reject \
         it with a key of theirs, or cancel the transaction that waits for it"
    )]
    OfApproval,
    /// It asks for no approval.
    #[error("this task asks for no approval")]
    NoApproval,
    /// The answer is not what the form asks for.
    #[error("the answer is not what the task's form asks for")]
    InvalidAnswer(Vec<PayloadProblem>),
    /// The answer exceeds a limit.
    #[error("the answer {0}")]
    TooLarge(Excess),
    /// A reason is missing or too long.
    #[error("a reason has 1 to {max} characters, not {actual}")]
    Reason {
        /// The bound.
        max: usize,
        /// What was given.
        actual: usize,
    },
    /// The name of a person is empty or too long.
    #[error("the name of a person has 1 to {max} characters, not {actual}")]
    Person {
        /// The bound.
        max: usize,
        /// What was given.
        actual: usize,
    },
}
