//! What can go wrong with cursors.

/// What went wrong.
#[derive(Debug, thiserror::Error)]
#[error("{doing}: {source}")]
pub struct Error {
    doing: &'static str,
    source: sqlx::Error,
}

/// The error of something that was being done.
pub(super) const fn while_doing(doing: &'static str) -> impl Fn(sqlx::Error) -> Error {
    move |source| Error { doing, source }
}
