//! An organization: who belongs to it, in which roles, who is invited, and its programs' accounts.

mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod upcast;

pub use command::{Command, Order};
pub use error::Error;
pub use event::Event;
pub use state::{
    Account, CustomRole, INVITATION_LASTS, Invitation, MAX_ACCOUNTS, MAX_INVITATIONS, MAX_MEMBERS,
    MAX_NAME, MAX_ROLES, MAX_TEXT, Member, Organization,
};
pub use upcast::upcasters;
