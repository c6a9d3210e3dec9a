//! What tests share: a real PostgreSQL and a database of their own in it; peers to talk to.

mod cluster;
mod database;
pub(crate) mod peer;

pub(crate) use database::{TestDatabase, database, empty_database};
