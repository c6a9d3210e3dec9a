//! The server is killed where it hurts, and started again, or another takes over: the end is the same.

mod kill_nine;
mod server;
mod two_workers;
