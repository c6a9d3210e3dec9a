//! Questions for approval as tasks: each person who may approve what is to be signed gets one, and it ends
//! with the question.

mod question;
mod reaction;
mod shown;

pub use reaction::ApprovalReaction;
