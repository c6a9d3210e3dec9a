//! What can be done with the keys.

use time::{Duration, OffsetDateTime};

/// An order, by whom and when it was given.
#[derive(Debug, Clone)]
pub struct Command {
    /// Who gives the order, as an auditor will read it.
    pub by: String,
    /// When it was given.
    pub at: OffsetDateTime,
    /// What is to be done.
    pub order: Order,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Order {
    /// Let this be the first key, where there is none.
    Begin(NewKey),
    /// Let this key sign from now on.
    Rotate {
        /// The key.
        key: NewKey,
        /// What becomes of those before it.
        retire: Retire,
    },
}

/// A key: what it is called, and the coordinates of its public half in base64url.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// What it is called.
    pub kid: String,
    /// The first coordinate.
    pub x: String,
    /// The second.
    pub y: String,
}

/// What becomes of the keys before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retire {
    /// They are believed for so long: until the last token that they signed is over.
    After(Duration),
    /// Nothing that they signed is believed any more: a key was stolen.
    Now,
}
