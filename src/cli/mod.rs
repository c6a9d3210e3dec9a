//! The commands of the binary, one file each.

mod admin_key;
mod arguments;
mod bench;
mod client;
pub mod cluster;
mod completions;
mod config;
mod data;
mod dev;
mod diff;
mod doctor;
mod event;
mod failure;
mod knowledge;
mod migrate;
mod print;
mod projections;
mod readiness;
mod replay;
mod run;
mod schema;
mod secrets;
mod serve;
mod sse;
mod task;
mod test;
mod usage;
mod what_if;
mod workflow;
mod workflow_care;

pub use arguments::main;
pub use failure::Failure;
