//! `chainkeel run`: starts runs, follows them, and looks at what they were.

mod changes;
mod command;
mod replay;

pub(super) use command::Run;
