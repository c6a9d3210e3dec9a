//! The nodes that the engine executes itself: one file a type.

mod branch;
mod call_workflow;
mod delay;
mod event_pattern;
mod event_wait;
mod extreme;
mod fail;
mod field;
mod filter;
mod for_each;
mod format;
mod join;
mod log;
mod logic;
mod manual_task;
mod plain;
mod pluck;
mod regex;
mod set_variable;
mod sheets_url;
mod switch;
mod transact;
mod url;
mod wait;
mod wei;

pub(crate) use branch::LeftSides;
pub(crate) use delay::completed;
pub use event_pattern::EventPattern;
pub use event_wait::{EventWait, Happening, MAX_EVENT_PAYLOAD};
pub(crate) use for_each::{ForEach, literal_items};
pub(crate) use join::{cancels_rest, join_needs, joined};
pub(crate) use logic::{
    Awoken, Done, Logic, Pure, branches, is_answer, left_sides, patience, problems,
};
pub use logic::{is_answered, logic_type, logic_types};
pub use manual_task::{Audience, Escalation, ManualTask, Priority, TASK_SOURCE};
pub(crate) use set_variable::{SET_VARIABLE, assigned};
pub(crate) use transact::mocked;
pub use transact::{SIGN_TYPED_DATA, SIGNER_SOURCE, TRANSACTING, waits_for_signer};
pub(crate) use wait::{Slept, TIMED_OUT, scheduled, signal};
