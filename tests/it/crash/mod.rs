//! The server is killed where it hurts, or its database is, and the end is the same.

mod approvals;
pub(crate) mod client;
mod documents;
mod hooks;
pub(crate) mod kill_nine;
mod loops;
mod postgres;
mod relay;
mod schedules;
mod sequences;
pub(crate) mod server;
mod subscriptions;
mod top_ups;
mod traces;
mod transfers;
pub(crate) mod two_workers;
