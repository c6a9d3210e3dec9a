//! Networks, monitors and triggers of `OpenZeppelin` Monitor.
//!
//! A monitor becomes a workflow for each of its networks and conditions: a workflow begins with one
//! trigger. Source of the formats: the configuration reference of `OpenZeppelin` Monitor.

mod expression;
mod import;
mod message;
mod monitor;
mod network;
mod receiver;

#[cfg(test)]
mod tests;

pub use import::{File, Files, Imported, Left, Workflow, import};
