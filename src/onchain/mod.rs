//! What on-chain nodes ask, read out of their payloads: the same reading judges a draft, where texts
//! may still hold expressions, and serves a run, where they hold none. No I/O.

mod amount;
mod balance;
mod batch;
mod calling;
mod ens;
mod paid_call;
mod payload;
mod problems;
mod read_contract;
mod signing;
mod simulation;
#[cfg(test)]
mod tests;
mod transaction;
mod wish;

pub use amount::formatted;
pub use balance::Balance;
pub use batch::BySafe;
pub use calling::Calling;
pub use ens::{Name, NotAName, Resolve};
pub use paid_call::{PaidCall, Whom};
pub use payload::{Payload, Question, question};
pub use problems::problems;
pub use read_contract::ReadContract;
pub use signing::Signing;
pub use simulation::Simulation;
pub use transaction::{Debug, Lookup, Until, WaitFor};
pub use wish::{Awaited, Saying, Wish};
