//! Transactions that runs want, from the node that waits to a block that stays, on a real chain.

mod approvals;
mod batches;
mod chances;
mod faults;
mod races;
mod replaying;
mod stage;
mod transfers;
