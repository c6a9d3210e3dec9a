//! Why a segment cannot be read or written.

use std::io;
use std::path::{Path, PathBuf};

/// What is wrong with a segment, and where it is.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The disk refused.
    #[error("{doing} {}", .path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// This process does not see the file.
    #[error(
        "the segment {digest} is not in {}: mount or copy there what other processes have (retention.directory)",
        .shelf.display()
    )]
    Away {
        /// Which.
        digest: String,
        /// Where it was looked for.
        shelf: PathBuf,
    },
    /// This process was told of no directory.
    #[error(
        "events have left the database, and this process was not told where to (retention.directory)"
    )]
    NoShelf,
    /// The file is another than the one that was sealed.
    #[error("{} is not what was sealed: {what}", .path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// What is to be sealed is no part of a ledger.
    #[error("it cannot be sealed: {0}")]
    Unfit(String),
}

/// Names the file with which the disk refused.
pub(super) fn failed<'a>(doing: &'static str, path: &'a Path) -> impl Fn(io::Error) -> Fault + 'a {
    move |source| Fault::Io { doing, path: path.to_owned(), source }
}
