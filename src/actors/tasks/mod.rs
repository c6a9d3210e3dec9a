//! Work for people: what is ordered of tasks, by the clock and by what waiting nodes ask for.

mod approvals;
mod clerk;
mod desk;
mod reaction;

pub use approvals::ApprovalReaction;
pub use clerk::TaskClerk;
pub use reaction::TaskReaction;
