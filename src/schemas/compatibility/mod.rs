//! Whether data that fits one version of a schema fits another one too.
//!
//! `compare` asks it in both directions. `walk` answers it for a pair of schemas: each rule of the
//! wide one must follow from the narrow one, which `narrow` reads as a list of schemas that hold at
//! once. What cannot be decided within bounds counts as a break, never as compatible.

mod bounds;
mod change;
mod compare;
mod contents;
mod kinds;
mod narrow;
#[cfg(test)]
mod tests;
mod walk;

pub use change::{Change, ChangeCode, Direction, Severity};
pub use compare::{Comparison, compare};
