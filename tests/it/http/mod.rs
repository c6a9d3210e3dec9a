//! The API over real connections, with a whole application behind it.

mod access;
mod access_attacks;
mod at_once;
mod authorization;
mod catalog;
mod definitions;
mod documentation;
mod files;
mod idempotency;
mod knowledge;
mod lists;
mod malformed;
mod odd;
mod positions;
mod rates;
mod readiness;
mod schemas;
mod storage;
mod streams;
mod tables;
mod tasks;
mod walk;
mod webhooks;
mod workflows;
