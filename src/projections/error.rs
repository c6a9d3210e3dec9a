//! What can go wrong between the ledger and a view.

use crate::journal;

/// A failure of a projection.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An event that the projection cannot take. It is never skipped: the projection parks.
    #[error("the event at position {position} ({event}) cannot be projected: {reason}")]
    Poison {
        /// Where it stands in the ledger.
        position: i64,
        /// Its stream, sequence, name and version.
        event: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Another build went live, or somebody else moved this build's checkpoint: nothing was written.
    #[error("{0} is no longer ours to write")]
    Superseded(String),
    /// The build's tables do not hold what its checkpoint promises.
    #[error("the view is damaged: {0}; rebuild it")]
    Damaged(String),
    /// There is no such projection.
    #[error("there is no projection called {0}")]
    Unknown(String),
    /// The projection is being rebuilt or verified already.
    #[error("{0} is being rebuilt or verified already")]
    Busy(String),
    /// The flip did not get its locks in time, however often it was tried.
    #[error("{0} could not go live: readers or its projector held it for too long; try again")]
    NotFlipped(String),
    /// A page was asked for with a cursor that no answer of ours contained.
    #[error("the cursor is not one that a list of ours gave out")]
    Cursor,
    /// The ledger could not be read.
    #[error("reading the ledger")]
    Journal(#[from] journal::Error),
    /// The database refused or was out of reach.
    #[error("{doing}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// Why not.
        #[source]
        source: sqlx::Error,
    },
}

impl Error {
    /// Where the event stands that cannot be taken, if that is known.
    pub(super) const fn poison_position(&self) -> Option<i64> {
        if let Self::Poison { position, .. } = self { Some(*position) } else { None }
    }

    /// Whether the data was refused, not the connection: the same rows will be refused again.
    pub(super) fn blames_the_data(&self) -> Option<String> {
        match self {
            Self::Poison { reason, .. } => Some(reason.clone()),
            Self::Damaged(what) => Some(what.clone()),
            Self::Database { source: sqlx::Error::Database(refusal), .. } => refusal
                .code()
                // Data exceptions (22), integrity violations (23), program limits (54).
                .filter(|code| ["22", "23", "54"].iter().any(|class| code.starts_with(class)))
                .map(|_| refusal.message().to_owned()),
            Self::Database { .. }
            | Self::Superseded(_)
            | Self::Unknown(_)
            | Self::Busy(_)
            | Self::NotFlipped(_)
            | Self::Cursor
            | Self::Journal(_) => None,
        }
    }
}

/// Names what was being done when the database refused.
pub(super) fn while_doing(doing: &'static str) -> impl Fn(sqlx::Error) -> Error {
    move |source| Error::Database { doing, source }
}

/// Reads an id out of a view, which holds nothing but what we put there.
pub(super) fn held<T: std::str::FromStr>(text: &str) -> Result<T, Error> {
    text.parse().map_err(|_| Error::Damaged(format!("{text:?} is not an id")))
}
