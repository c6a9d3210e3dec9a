//! What follows from events that are published or emitted.

mod courier;
mod reaction;
mod starter;
mod subscriber;
mod tally;

pub use courier::Courier;
pub use reaction::EventReaction;
pub use starter::EventStarter;
pub use subscriber::EventSubscriber;
pub use tally::EventTally;
