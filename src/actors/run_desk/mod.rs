//! The one door to runs: that of runs which are there, and that of runs which continue others.

mod again;
mod desk;

pub use again::Version;
pub use desk::{Means, RunDesk};
