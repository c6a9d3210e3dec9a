//! What follows from events that are published or emitted.

mod courier;
mod hooks;
mod reaction;
mod sequences;
mod standing;
mod starter;
mod subscriber;
mod tally;

pub use courier::Courier;
pub use hooks::HookPost;
pub use reaction::EventReaction;
pub use sequences::{SequenceClerk, SequenceEnds, SequenceReaction};
pub use standing::Standing;
pub use starter::EventStarter;
pub use subscriber::EventSubscriber;
pub use tally::EventTally;
