//! Triggers that come round in time: what their authors write, and which times are due.

mod plan;
mod settings;
mod source;

#[cfg(test)]
mod tests;

pub use plan::{CatchUp, MAX_MADE_UP, MAX_MISSED, Passed, Plan, Step, firing_id};
pub use settings::Settings;
pub use source::{SCHEDULES, Scheduled};
