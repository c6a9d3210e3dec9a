//! Views against a real PostgreSQL: the law, the flip, the crashes.
#![expect(clippy::disallowed_methods, reason = "tests spawn, ask for the time and ask SQL ad hoc")]
#![expect(clippy::wildcard_enum_match_arm, reason = "in a test what is not expected is a failure")]

mod crash;
mod examination;
mod invented_accounts;
mod invented_audit;
mod invented_blueprints;
mod invented_connectors;
mod invented_documents;
mod invented_events;
mod invented_lanes;
mod invented_organizations;
mod invented_schemas;
mod invented_sequences;
mod invented_tasks;
mod invented_ui_components;
mod invented_users;
mod invented_x402;
mod invention;
mod isolation;
mod law;
mod orders;
mod plans;
mod poison;
mod questions;
mod stage;
mod traffic;
mod usage;
mod verification;
