//! `chainkeel bench`: throughput and latency on this machine, beside the machine's own limits
//! measured in the same run. It makes a private PostgreSQL of its own and removes it again.

#![expect(clippy::cast_precision_loss, reason = "counts become rates, which are rounded anyway")]

mod append;
mod beside;
mod cells;
mod chain;
mod command;
mod drive;
mod hooks;
mod large;
mod ledger;
mod limits;
mod matching;
mod node;
mod nodes;
mod peer;
mod percentiles;
mod receiver;
mod report;
mod runs;
mod sitting;
mod streams;
mod transfers;
mod verify;
mod watchers;
mod workflows;

pub(super) use command::Bench;
