//! The engine from outside: definitions in, decisions out.

mod diff;
mod facts;
mod laws;
mod nodes;
mod parsing;
mod rehearsal;
mod replay;
mod runs;
mod support;
mod validation;
