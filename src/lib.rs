//! Chainkeel: workflow automation for blockchain operations whose every run is a ledger.
//!
//! The rooms, from the ground floor up. A room imports only from the floors below it; the
//! architecture test holds the table.

pub mod primitives;

pub mod abi;
pub mod access;
pub mod blueprints;
pub mod catalog;
pub mod confined;
pub mod egress;
pub mod policies;
pub mod proof;
pub mod schemas;
pub mod secrets;
pub mod segments;
pub mod spans;
pub mod tables;
pub mod transactions;
pub mod x402;

pub mod aggregates;
pub mod chains;
pub mod readiness;
pub mod relay;
pub mod signing;
pub mod validation;

pub mod data;
pub mod deliveries;
pub mod hooks;
pub mod interfaces;
pub mod journal;
pub mod notary;
pub mod onchain;
pub mod retention;
pub mod sources;
pub mod traces;
pub mod triggers;

pub mod imports;

pub mod actions;
pub mod assistant;
pub mod connectors;
pub mod projections;
pub mod trials;

pub mod actors;

pub mod http;

pub mod gateway;

pub mod app;
pub mod cli;
pub mod config;
pub mod telemetry;
