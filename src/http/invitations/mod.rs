//! Invitations into the organization: made, listed, taken back, accepted.

mod create;
mod list;
mod record;
mod revoke;

pub use create::{__path_create, create};
pub use list::{__path_list, list};
pub use revoke::{__path_revoke, revoke};
