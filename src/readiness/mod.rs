//! Whether a workflow is ready to be depended on: a checklist that is answered from what stands,
//! check by check, with the evidence and the cure.
//!
//! This room judges facts and finds none: who asks gathers them.

mod checks;
mod facts;
mod finding;
mod graph;
#[cfg(test)]
mod tests;

pub use checks::judge;
pub use facts::{
    Connected, ErrorWorkflow, Facts, Key, LastRun, Payer, Played, Rounds, Standing, Tested, Units,
};
pub use finding::{Check, Finding, Verdict};
