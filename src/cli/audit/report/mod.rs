//! `chainkeel audit report`: what an auditor hands on about a run, as a page or as JSON: who started and approved
//! what, each effect with its evidence, the whole timeline, and whether it is what was signed.

mod gather;
mod page;
mod write;

pub(super) use write::{Shape, report};
