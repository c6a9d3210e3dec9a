//! What can go wrong between the house and its ledger.

use std::sync::Arc;

use crate::secrets;
use crate::segments::Fault;

/// A failure of the journal. Refusals of a single append are [`super::Outcome`]s instead.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The queue of a lane is full: come back later.
    #[error("the journal is busy: {0} is full")]
    Busy(&'static str),
    /// The lanes do not run (any more).
    #[error("the journal is closed")]
    Closed,
    /// The database was out of reach for so long that the lane gave up.
    /// The outcome is unknown: drop the state and load it again.
    #[error("the database was out of reach while {doing}; the outcome is unknown")]
    Unreachable {
        /// What was being done.
        doing: &'static str,
        /// The last failure.
        #[source]
        source: Arc<sqlx::Error>,
    },
    /// The database refused.
    #[error("{doing}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// Why not.
        #[source]
        source: Arc<sqlx::Error>,
    },
    /// The migrations could not be applied.
    #[error("migrating the database")]
    Migrate(#[source] Arc<sqlx::migrate::MigrateError>),
    /// The append cannot be recorded as it stands.
    #[error("the append is not acceptable: {0}")]
    Unacceptable(&'static str),
    /// An event could not be turned into JSON.
    #[error("encoding an event")]
    Encode(#[source] Arc<serde_json::Error>),
    /// A recorded event could not be read: it was written by a newer version, or damaged.
    #[error("decoding event {sequence} of {stream}")]
    Decode {
        /// Aggregate type and id.
        stream: String,
        /// The event's number in its stream.
        sequence: i64,
        /// What is wrong with it.
        #[source]
        source: Arc<serde_json::Error>,
    },
    /// The database holds what it must not: an event is gone, or was altered.
    #[error("the ledger is damaged: {0}")]
    Damaged(String),
    /// Another process does this work now: the lease was taken over.
    #[error("the lease of {0} was taken over")]
    LeaseLost(&'static str),
    /// What has left the database cannot be read.
    #[error(transparent)]
    Segment(Arc<Fault>),
    /// What is sealed for a subject cannot be opened, or sealed, in this process.
    #[error("reading or writing personal data")]
    Personal(#[source] Arc<secrets::Error>),
    /// This process has no keys for what is sealed.
    #[error(
        "this process has no keys for personal data: set CHAINKEEL_SECRETS_KEY, CHAINKEEL_SECRETS_KEY_FILE or \
         CHAINKEEL_SECRETS_KEY_PROGRAM, as for all servers"
    )]
    NoSubjects,
    /// The key is gone under which it would be sealed.
    #[error("its personal data was shredded")]
    Shredded,
}

impl From<secrets::Error> for Error {
    fn from(error: secrets::Error) -> Self {
        Self::Personal(error.into())
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Segment(fault.into())
    }
}

impl Error {
    /// Whether the same call may succeed later without anybody mending anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Busy(_) | Self::Unreachable { .. } => true,
            Self::Database { source, .. } => outage(source),
            Self::Personal(source) => source.is_transient(),
            Self::Closed
            | Self::Migrate(_)
            | Self::Unacceptable(_)
            | Self::Encode(_)
            | Self::Decode { .. }
            | Self::Damaged(_)
            | Self::LeaseLost(_)
            | Self::Segment(_)
            | Self::NoSubjects
            | Self::Shredded => false,
        }
    }
}

/// Names what was being done when the database refused.
pub(super) fn while_doing(doing: &'static str) -> impl Fn(sqlx::Error) -> Error {
    move |source| Error::Database { doing, source: Arc::new(source) }
}

/// Whether the connection, not the statement, is what failed.
pub fn outage(error: &sqlx::Error) -> bool {
    if let sqlx::Error::Database(refusal) = error {
        // Connection lost (08), shutting down or starting up (57P), out of connections (53),
        // serialization failure and deadlock (40): the same statement may succeed later.
        return refusal.code().is_some_and(|code| {
            ["08", "57P", "53", "40"].iter().any(|class| code.starts_with(class))
        });
    }
    matches!(
        error,
        sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::WorkerCrashed
    )
}
