//! What watches for triggers to fire, and the gate through which all of them go.

pub mod chain_watcher;
mod clock_tower;
mod gate;
mod items;
mod lanes;
pub(super) mod office;
mod poller;
mod price_watch;
mod ringer;

pub use clock_tower::ClockTower;
pub use gate::{Fired, Firing, Gate, MAX_FIRING_ID};
pub use poller::Poller;
pub use price_watch::PriceWatch;
