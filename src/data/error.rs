//! What can go wrong with tables, and for whom it is meant.

use sqlx::postgres::PgDatabaseError;

use crate::aggregates::table;
use crate::journal::{self, NotExecuted};
use crate::tables::Fault;
use crate::tables::statement::Refusal;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such table.
    #[error("there is no table `{0}`")]
    NoTable(String),
    /// There is no such row.
    #[error("there is no row {0}")]
    NoRow(i64),
    /// Somebody changed the row since it was read.
    #[error("row {id} is at version {actual}, not at {expected}: read it again")]
    Conflict {
        /// The row.
        id: i64,
        /// The version that was expected.
        expected: i64,
        /// The version that it has.
        actual: i64,
    },
    /// What came in does not fit the table.
    #[error("what came in does not fit the table")]
    Unfit(Vec<Fault>),
    /// The statement may not be asked.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database found the statement, or a value in it, to be wrong.
    #[error("{0}")]
    Statement(String),
    /// Other rows stand in the way: a value that must be unique, a row that is referred to.
    #[error("{0}")]
    Constraint(String),
    /// It took too long.
    #[error("it took longer than it may: ask for less, or add an index")]
    Overdue,
    /// The answer is too large.
    #[error("{0}: ask for less")]
    TooLarge(String),
    /// The organization keeps as much as it may.
    #[error("the tables of the organization take {bytes} bytes already, and may take {max}")]
    Full {
        /// How much they take.
        bytes: i64,
        /// How much they may.
        max: i64,
    },
    /// The key stands for another request.
    #[error("this idempotency key was used for something else")]
    Mismatch,
    /// A request with the same key is being carried out.
    #[error("a request with this idempotency key is being carried out: try again")]
    InFlight,
    /// Others hold what this needs, or there is too much to do.
    #[error("the tables are busy: try again")]
    Busy,
    /// The table refuses the order.
    #[error(transparent)]
    Table(#[from] NotExecuted<table::Error>),
    /// The ledger failed.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// The database failed.
    #[error("{doing}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// Why not.
        #[source]
        source: sqlx::Error,
    },
    /// The database holds what it must not.
    #[error("a table is damaged: {0}")]
    Damaged(String),
}

impl Error {
    /// Whether the same may succeed later without anybody mending anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Busy | Self::InFlight | Self::Table(NotExecuted::Conflict) => true,
            Self::Database { source, .. } => journal::is_outage(source),
            Self::Journal(error) | Self::Table(NotExecuted::Journal(error)) => error.is_transient(),
            Self::Table(_)
            | Self::NoTable(_)
            | Self::NoRow(_)
            | Self::Conflict { .. }
            | Self::Unfit(_)
            | Self::Refused(_)
            | Self::Statement(_)
            | Self::Constraint(_)
            | Self::Overdue
            | Self::TooLarge(_)
            | Self::Full { .. }
            | Self::Mismatch
            | Self::Damaged(_) => false,
        }
    }
}

/// What a refusal of the database means to whoever asked.
pub(super) fn while_doing(doing: &'static str) -> impl Fn(sqlx::Error) -> Error {
    move |source| {
        if matches!(source, sqlx::Error::PoolTimedOut) {
            return Error::Busy;
        }
        let refusal = source.as_database_error();
        let Some(refusal) = refusal.and_then(|it| it.try_downcast_ref::<PgDatabaseError>()) else {
            return Error::Database { doing, source };
        };
        let code = refusal.code();
        let message = refusal.message().to_owned();
        match (code.get(..2).unwrap_or_default(), code) {
            (_, "57014") => Error::Overdue,
            (_, "55P03") | ("40", _) => Error::Busy,
            (_, "54000") => Error::TooLarge(message),
            (_, "42501" | "25006") => Error::Statement(
                "the statement does something that may not be done here".to_owned(),
            ),
            ("23", _) => Error::Constraint(match refusal.detail() {
                Some(detail) => format!("{message}: {detail}"),
                None => message,
            }),
            ("0A" | "21" | "22" | "42" | "54", _) => Error::Statement(message),
            _ => Error::Database { doing, source },
        }
    }
}
