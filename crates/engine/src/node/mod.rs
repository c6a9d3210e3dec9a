//! The nodes that the engine executes itself: one file a type.

mod branch;
mod delay;
mod extreme;
mod fail;
mod field;
mod filter;
mod format;
mod log;
mod logic;
mod plain;
mod pluck;
mod regex;
mod sheets_url;
mod url;
mod wait;
mod wei;

pub(crate) use branch::{LeftSides, left_sides};
pub(crate) use delay::{completed, period};
pub(crate) use logic::{Done, Logic, Pure, problems};
pub use logic::{logic_type, logic_types};
pub(crate) use wait::{RESUMED, TIMED_OUT, Wait, resumed, timed_out};
