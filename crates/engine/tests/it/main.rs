//! The engine from outside: definitions in, decisions out.

mod facts;
mod laws;
mod nodes;
mod parsing;
mod plain_nodes;
mod replay;
mod runs;
mod support;
mod validation;
