//! Fires schedules when their time has come: in one process at a time, and each due time once
//! whichever process it is. `docs/decisions/0028-schedules.md` says why like this.

mod board;
mod striking;
mod tower;

pub use tower::ClockTower;
