//! Proving a workflow before it is published: test definitions, and playing their cases.
//!
//! Nothing here touches the outside: a case is a rehearsal of the engine with mocks for a world,
//! and what is expected is compared with the document that [`document`] makes of it.

mod check;
mod compile;
mod definition;
mod difference;
mod document;
mod mock;
mod pattern;
mod play;
mod problem;
mod simulation;
mod target;
#[cfg(test)]
mod tests;
mod what_if;

pub use compile::Trial;
pub use definition::{
    AnswerSpec, AssertionKind, AssertionSpec, CaseSpec, EventSpec, FailureSpec, MAX_ASSERTIONS,
    MAX_CASES, MAX_MOCKS, MockSpec, Period, Settled, Setup, State, StateSpec, TestDefinition,
    TestKind, Unmocked,
};
pub use difference::{Comparison, clipped, differences};
pub use document::document;
pub use mock::answers;
pub use play::{Allowance, play_all};
pub use problem::Problem;
pub use simulation::{Simulated, Simulation, simulate};
pub use target::Target;
pub use what_if::{OtherInput, Verdict, WhatIf, WouldBe, what_if};
