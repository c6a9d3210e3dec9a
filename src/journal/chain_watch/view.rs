//! For whom a chain is read.

use std::fmt;

use crate::primitives::OrganizationId;

/// For whom a chain is read: everything that is kept of a chain is kept for one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum View {
    /// All organizations that named no endpoints of their own.
    Installation,
    /// One that did.
    Organization(OrganizationId),
}

impl View {
    /// As the installation's view is kept. No organization's id reads like this.
    pub(super) const INSTALLATION: &'static str = "installation";

    /// What it is called where no organization may be named: in metrics.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Installation => Self::INSTALLATION,
            Self::Organization(_) => "organization",
        }
    }
}

impl fmt::Display for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Installation => f.write_str(Self::INSTALLATION),
            Self::Organization(id) => id.fmt(f),
        }
    }
}
