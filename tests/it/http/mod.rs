//! The API over real connections, with a whole application behind it.

mod access;
mod access_attacks;
mod at_once;
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
mod second_factor;
mod sessions;
mod storage;
mod streams;
mod tasks;
mod tokens;
mod users;
mod walk;
mod webhooks;
mod workflows;
