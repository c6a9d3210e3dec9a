//! `chainkeel projections`: how far the views are, and what an operator does about them.

mod command;
mod findings;
mod list;
mod watch;

pub(super) use command::Projections;
