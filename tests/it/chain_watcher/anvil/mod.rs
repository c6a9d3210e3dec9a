//! A watcher, a real chain, and between them what harms answers: every test is named after what goes
//! wrong. Whatever it is, every matching log starts one run, none starts two, none is lost, and the
//! ledger says so.

mod answers;
mod effort;
mod heads;
mod own;
mod processes;
mod reorganizations;
mod stage;
mod streams;
mod transactions;
