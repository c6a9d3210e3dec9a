//! Values held against schemas of organizations, in processes that can be stopped.
//!
//! A schema that somebody wrote may take for ever on a value that somebody else sent, and no thread
//! can be made to give up. So [`Validators`] asks workers, which die when they are late: `question`
//! is what they are asked, `desk` answers.

mod cache;
mod check;
mod coerce;
mod desk;
mod question;
mod strict;
#[cfg(test)]
mod tests;
mod validators;

pub use desk::serve;
pub use question::{Checked, Fault, Options, Rigour, Types};
pub use validators::{Error, LONGEST, Validators};
