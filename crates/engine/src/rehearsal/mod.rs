//! Plays a run without any I/O, in virtual time: what the world would answer is a value.
//!
//! The same definition, the same answers and the same seed give the same facts for ever, and they
//! are the facts that the house would write: [`verify`](crate::verify) accepts them.

mod address;
mod answers;
mod call;
mod chance;
mod history;
mod outcome;
mod play;

pub use address::Address;
pub use answers::{Answers, Mock, Subject, Unmocked};
pub use call::{Answer, Call, Gap, Purpose, Respond, Said};
pub use history::{CallChange, History};
pub use outcome::{Bounds, End, Rehearsal, Unanswered};
pub use play::rehearse;
