//! All integration tests in one binary: one link step, and support code that is shared.

#![expect(clippy::unwrap_used, reason = "in a test a panic is how a failure is said")]

mod actions;
mod actors;
mod architecture;
mod chain_watcher;
mod chains;
mod connectors;
mod contracts;
mod crash;
mod data;
mod databases;
mod deployment;
mod dev;
mod egress;
mod faults;
mod golden;
mod golden_hooks;
mod golden_lanes;
mod golden_retention;
mod golden_x402;
mod http;
mod journal;
mod logs;
mod onchain;
mod projections;
mod proof;
mod relay;
mod retention;
mod scenarios;
mod secrets;
mod signing;
mod support;
mod trials;
mod wallets;
mod web;
mod x402;
