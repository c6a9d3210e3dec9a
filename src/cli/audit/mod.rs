//! `chainkeel audit`: who did what, and what proves that it was so.

mod bundle;
mod command;
pub(super) mod pace;
mod replay;
mod report;
mod verify;

pub(super) use command::Audit;
