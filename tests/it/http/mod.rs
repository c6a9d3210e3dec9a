//! The API over real connections, with a whole application behind it.

mod access;
mod access_attacks;
mod at_once;
mod authorization;
mod blueprints;
mod catalog;
mod definitions;
mod documentation;
mod idempotency;
mod lists;
mod malformed;
mod odd;
mod positions;
mod public;
mod rates;
mod readiness;
mod reviews;
mod schemas;
mod search;
mod storage;
mod streams;
mod tasks;
mod walk;
mod webhooks;
mod workflows;
