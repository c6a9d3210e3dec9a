//! The nodes that the engine executes itself: one file a type.

mod branch;
mod delay;
mod fail;
mod field;
mod filter;
mod format;
mod log;
mod logic;
mod manual_task;
mod pluck;
mod wait;

pub(crate) use branch::{LeftSides, left_sides};
pub(crate) use delay::{completed, period};
pub(crate) use logic::{Done, Logic, Pure, is_answer, problems};
pub use logic::{logic_type, logic_types};
pub use manual_task::{Audience, Escalation, ManualTask, Priority, TASK_SOURCE};
pub(crate) use manual_task::{REJECTED, answered, missed};
pub(crate) use wait::{TIMED_OUT, Wait, resumed, timed_out};
