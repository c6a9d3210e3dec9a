//! The columns of a table that is exported.

/// A column: a field of a row's JSON.
#[derive(Debug, Clone, Copy)]
pub(in crate::http) struct Column {
    /// The field, and the column's name.
    pub(super) name: &'static str,
    /// What is in it. CSV and JSON say it by their own means.
    pub(super) kind: Kind,
}

/// What is in a column, where a file has types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Words, ids, amounts that no number of 64 bits holds.
    Text,
    /// A whole number.
    Whole,
    /// An instant.
    Instant,
}

impl Column {
    /// A column of texts.
    pub(in crate::http) const fn text(name: &'static str) -> Self {
        Self { name, kind: Kind::Text }
    }

    /// A column of whole numbers.
    pub(in crate::http) const fn whole(name: &'static str) -> Self {
        Self { name, kind: Kind::Whole }
    }

    /// A column of instants.
    pub(in crate::http) const fn instant(name: &'static str) -> Self {
        Self { name, kind: Kind::Instant }
    }
}
