//! What can go wrong with deliveries.

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database did not do it.
    #[error("{doing}: {source}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// Why not.
        source: sqlx::Error,
    },
    /// A row cannot be read.
    #[error("a delivery cannot be read: {0}")]
    Damaged(String),
}

/// The error of something that was being done.
pub(super) const fn while_doing(doing: &'static str) -> impl Fn(sqlx::Error) -> Error {
    move |source| Error::Database { doing, source }
}
