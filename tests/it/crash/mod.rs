//! The server is killed where it hurts, and started again: the end is the same.

mod kill_nine;
mod server;
