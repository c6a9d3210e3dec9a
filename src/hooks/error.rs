//! What can go wrong, in the words of the journal: the same database, and the same cures.

use std::sync::Arc;

use crate::journal::Error;

/// Names what was being done when the database refused.
pub(super) fn while_doing(doing: &'static str) -> impl Fn(sqlx::Error) -> Error {
    move |source| Error::Database { doing, source: Arc::new(source) }
}
