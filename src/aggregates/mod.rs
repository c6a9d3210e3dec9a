//! Commands in, events out; pure: no I/O, no clock, no chance. A folder an aggregate.

pub mod event;
pub mod run;
pub mod task;
pub mod workflow;
