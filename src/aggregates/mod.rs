//! Commands in, events out; pure: no I/O, no clock, no chance. A folder an aggregate.

pub mod account;
pub mod api_key;
pub mod audit;
pub mod blueprint;
pub mod chain_endpoints;
pub mod chain_match;
pub mod connector;
pub mod document;
pub mod entry;
pub mod event;
pub mod event_definition;
pub mod event_subscriptions;
pub mod login_name;
pub mod organization;
pub mod policy;
pub mod run;
pub mod schema;
pub mod session;
pub mod skip;
pub mod table;
pub mod task;
pub mod test;
pub mod test_execution;
pub mod token_keys;
pub mod user;
pub mod workflow;
