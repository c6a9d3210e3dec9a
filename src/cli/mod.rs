//! The commands of the binary, one file each.

mod admin_key;
mod arguments;
pub mod cluster;
mod completions;
mod config;
mod dev;
mod failure;
mod migrate;
mod print;
mod serve;

pub use arguments::main;
pub use failure::Failure;
