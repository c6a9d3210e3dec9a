//! `chainkeel seed`: an organization filled with workflows and with runs that lie in the past, for demonstrations and
//! measurements. What is decided is decided by the engine, so that the ledger replays and verifies like any other.

mod answers;
mod chance;
mod command;
mod line;
mod people;
mod plan;
mod shapes;
mod story;
mod views;
mod workflows;

pub(super) use command::Seed;
