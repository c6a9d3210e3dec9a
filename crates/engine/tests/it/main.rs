//! The engine from outside: definitions in, decisions out.

mod facts;
mod laws;
mod manual_tasks;
mod nodes;
mod parsing;
mod replay;
mod runs;
mod support;
mod validation;
