//! Schedules: at which instants a cron pattern or a recurrence comes round in a time zone.
//!
//! Everything is asked of one question, the first time after an instant: what lies behind or
//! between is found with it, so that both kinds have the same rules when the clock changes.

mod cadence;
mod days;
mod past;
mod read_rule;
mod recurrence;
mod rule;
mod times;
mod wall_clock;
mod zone;

#[cfg(test)]
mod tests;

pub use cadence::{Schedule, ScheduleError};
