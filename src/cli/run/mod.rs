//! `chainkeel run`: starts runs, follows them, and looks at what they were.

mod changes;
mod command;
mod events;
mod replay;

pub(super) use command::Run;
pub(super) use events::{events, facts};
