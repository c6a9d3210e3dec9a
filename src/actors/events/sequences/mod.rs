//! Ordered sequences of events: what each event advances, what fails in time, and what their ends
//! publish.

mod advance;
mod clerk;
mod ends;

pub use advance::SequenceReaction;
pub use clerk::SequenceClerk;
pub use ends::SequenceEnds;
