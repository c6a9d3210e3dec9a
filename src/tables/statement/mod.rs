//! The first wall around SQL that an organization wrote: one statement of a small language, on the
//! tables of the organization, lets itself be read; everything else is refused. What is run is the
//! statement as it was understood, printed anew, and not the text that came in.

mod admit;
mod functions;
mod inspect;
#[cfg(test)]
mod tests;

pub use admit::{Admitted, Form, MAX_PARAMETERS, MAX_SQL, Mode, Refusal, STACK, admit};
