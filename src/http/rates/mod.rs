//! How fast requests may come: by the address that they come from, and by the key and the
//! organization in whose name they come.

mod buckets;
mod config;
mod source;

pub use buckets::{Exhausted, Rates, Standing};
pub use config::Config;
pub use source::{Source, source};
