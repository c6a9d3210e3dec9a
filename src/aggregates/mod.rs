//! Commands in, events out; pure: no I/O, no clock, no chance. A folder an aggregate.

pub mod account;
pub mod api_key;
pub mod audit;
pub mod blueprint;
pub mod connector;
pub mod entry;
pub mod event;
pub mod organization;
pub mod policy;
pub mod run;
pub mod schema;
pub mod skip;
pub mod task;
pub mod test;
pub mod test_execution;
pub mod workflow;
