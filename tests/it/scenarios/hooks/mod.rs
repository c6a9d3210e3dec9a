//! Endpoints of the outside are told what happens in runs: signed, in order, again and again until they take
//! it, and nobody waits for one that does not answer.

mod pace;
mod receiver;
mod schedule;
mod telling;

const HOOKS: &str = "/v1/execution-webhooks";
const DELIVERIES: &str = "/v1/execution-webhooks/deliveries";
