//! Secrets never show: what was touched is found in whatever form it comes back, and covered.

mod cover;
mod encodings;
mod live;
mod stream;
#[cfg(test)]
mod tests;

pub use cover::{MASK, Mask, SHORTEST, WeakMask};
pub use live::masked_by_all;
pub use stream::MaskedStream;
