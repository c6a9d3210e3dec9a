//! What nodes there are: triggers at the root, actions below.

mod action;
mod actions;
mod record;
mod run_action;
mod trigger;
mod triggers;

pub use action::{__path_action, action};
pub use actions::{__path_actions, actions};
pub use run_action::{__path_run_action, run_action};
pub use trigger::{__path_trigger, trigger};
pub use triggers::{__path_triggers, triggers};
