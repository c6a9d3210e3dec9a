//! The server is killed where it hurts, or its database is, and the end is the same.

mod client;
mod kill_nine;
mod postgres;
mod server;
mod two_workers;
