//! What a run can be told.

use engine::{Start, Stimulus};
use time::OffsetDateTime;

/// An order to a run. Time and chance come with it, so that deciding is pure.
#[derive(Debug, Clone)]
pub enum Command {
    /// Begin.
    Start(Box<Start>),
    /// Something happened that the run waited for, or somebody wants something of it.
    React {
        /// What happened.
        stimulus: Stimulus,
        /// When.
        at: OffsetDateTime,
        /// A number from 0 to 1 that spreads retries.
        chance: f64,
    },
}
