//! The engine from outside: definitions in, decisions out.

mod runs;
mod support;
mod validation;
