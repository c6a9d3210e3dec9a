//! The event store against a real PostgreSQL.
#![expect(clippy::disallowed_methods, reason = "tests spawn, ask for the time and ask SQL ad hoc")]

mod append;
mod chosen;
mod compatibility;
mod connections;
mod fence;
mod gap_gate;
mod ledger;
mod lookups;
mod lost_answers;
mod migrations;
mod model;
mod sequencer;
mod snapshots;
mod store;
mod tail;
