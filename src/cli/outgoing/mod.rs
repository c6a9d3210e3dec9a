//! The commands about what is sent to endpoints of the outside.

mod hook;
mod subscription;

pub(super) use hook::Hook;
pub(super) use subscription::Subscription;
