//! Transactions and documents that runs want, from the node that waits to what stays, on a real chain.

mod documents;
mod faults;
mod races;
mod stage;
mod transfers;
