//! The engine from outside: definitions in, decisions out.

mod control;
mod diff;
mod events;
mod expressions;
mod facts;
mod laws;
mod loops;
mod manual_tasks;
mod nodes;
mod parsing;
mod personal;
mod plain_nodes;
mod rehearsal;
mod replay;
mod runs;
mod seeds;
mod support;
mod validation;
