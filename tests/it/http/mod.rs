//! The API over real connections, with a whole application behind it.

mod access;
mod access_attacks;
mod access_commands;
mod at_once;
mod audit;
mod authorization;
mod catalog;
mod definitions;
mod documentation;
mod idempotency;
mod lists;
mod malformed;
mod odd;
mod positions;
mod rates;
mod readiness;
mod schemas;
mod storage;
mod streams;
mod tasks;
mod walk;
mod webhooks;
mod workflows;
