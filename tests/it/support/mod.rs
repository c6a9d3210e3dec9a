//! What tests share: a real PostgreSQL and a database of their own in it.

mod cluster;
mod database;

pub(crate) use database::{TestDatabase, database, empty_database};
