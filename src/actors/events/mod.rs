//! What follows from events that are published or emitted.

mod reaction;
mod starter;
mod tally;

pub use reaction::EventReaction;
pub use starter::EventStarter;
pub use tally::EventTally;
