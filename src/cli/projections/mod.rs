//! `chainkeel projections`: how far the views are, and what an operator does about them.

mod command;
mod watch;

pub(super) use command::Projections;
