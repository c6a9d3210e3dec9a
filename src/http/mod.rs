//! The edge: HTTP in, orders and questions on, answers out. `docs/adding-an-endpoint.md` says how.

#![expect(unused_qualifications, reason = "utoipa writes types of parameters with their paths")]

pub mod activity;
pub mod answer;
pub mod api;
pub mod api_keys;
pub mod audit;
pub mod auth;
pub mod blocks;
pub mod blueprints;
pub mod catalog;
pub mod chains;
pub mod connectors;
pub mod deliveries;
pub mod events;
pub mod extract;
pub mod health;
pub mod hooks;
pub mod idempotency;
pub mod inbound;
pub mod invitations;
pub mod knowledge;
pub mod members;
pub mod middleware;
pub mod openapi;
pub mod organizations;
pub mod playing;
pub mod problem;
pub mod projections;
pub mod public;
pub mod rates;
pub mod reviews;
pub mod roles;
pub mod routes;
pub mod runs;
pub mod search;
pub mod server;
pub mod service_accounts;
mod sse;
pub mod storage;
pub mod tables;
pub mod tasks;
pub mod templates;
pub mod testing;
pub mod token_keys;
pub mod usage;
pub mod users;
pub mod validation;
pub mod wallets;
pub mod whoami;
pub mod workflows;

pub use api::Api;
pub use idempotency::InFlight;
pub use openapi::openapi;
pub use problem::documentation as problems;
pub use server::serve;
