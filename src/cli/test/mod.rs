//! `chainkeel test`: plays the cases of test files; no server, no network.

mod command;
mod files;
mod junit;
mod words;

pub(super) use command::Test;
