//! What lives, against a real ledger.

#![expect(
    clippy::disallowed_methods,
    reason = "here the test's runtime takes the supervisor's place, and tests look at tables as they please"
)]

mod exhaustion;
mod follower;
mod hub;
mod stage;
