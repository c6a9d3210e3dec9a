//! Nodes that read chains, in runs of published workflows, against a real Ethereum node.

mod balances;
mod names;
mod reading;
mod stage;
mod transactions;
mod waiting;
