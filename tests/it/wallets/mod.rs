//! Transactions that runs want, from the node that waits to a block that stays, on a real chain.

mod faults;
mod races;
mod stage;
mod transfers;
