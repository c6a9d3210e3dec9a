//! Verifiable history against a real PostgreSQL: what was signed is what is there, or the place is named.
#![expect(clippy::disallowed_methods, reason = "tests ask SQL ad hoc")]

mod bundles;
mod death;
mod forging;
mod replays;
mod reports;
mod restoring;
mod seeding;
mod stage;
mod tampering;
mod token;
