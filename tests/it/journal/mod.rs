//! The event store against a real PostgreSQL.
#![expect(clippy::disallowed_methods, reason = "tests spawn, ask for the time and ask SQL ad hoc")]

mod append;
mod ledger;
