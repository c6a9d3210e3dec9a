//! Hears prices and fires what waits for them: in one process at a time, and each crossing once.
//! `docs/decisions/0031-prices.md` says why like this.

mod hearing;
mod watch;

pub use watch::PriceWatch;
