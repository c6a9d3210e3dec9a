//! What tests share: a real PostgreSQL and a database of their own in it; peers to talk to; a real chain, and what
//! stands before it and does harm.

pub(crate) mod anvil;
mod app;
pub(crate) mod client;
mod cluster;
pub(crate) mod collector;
mod command;
mod database;
pub(crate) mod database_proxy;
pub(crate) mod definitions;
pub(crate) mod fault_proxy;
pub(crate) mod faults;
pub(crate) mod gateway;
pub(crate) mod lanes;
pub(crate) mod model;
pub(crate) mod nats;
mod nowhere;
pub(crate) mod peer;
pub(crate) mod people;
pub(crate) mod postgres;
pub(crate) mod socket_peer;
pub(crate) mod socket_proxy;
pub(crate) mod softhsm;
pub(crate) mod x402;

pub(crate) use app::{
    Beside, TestApp, app, app_at, app_at_that_reaches, app_of_one_place, app_that_asks,
    app_that_hears, app_that_lets_go, app_that_pays, app_that_proves, app_that_reaches,
    app_that_reads, app_that_relays, app_that_signs, app_that_tells, app_that_values,
    app_that_waits, app_with_keys, app_with_limits, test_keys,
};
pub(crate) use command::{Said, chainkeel, chainkeel_of};
pub(crate) use database::{TestDatabase, database, empty_database};
pub(crate) use nowhere::Nowhere;
