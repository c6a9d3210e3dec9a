//! The engine from outside: definitions in, decisions out.

mod expressions;
mod facts;
mod laws;
mod nodes;
mod parsing;
mod replay;
mod runs;
mod seeds;
mod support;
mod validation;
