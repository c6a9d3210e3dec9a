//! What happened at the door and is told by no other stream: attempts that were refused, questions
//! that went to a language model.

mod event;
mod upcast;

pub use event::{Event, TYPE};
pub use upcast::upcasters;
