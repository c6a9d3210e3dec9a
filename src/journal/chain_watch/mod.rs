//! What watchers of chains keep: how far each chain was followed, what matched on the way, and what
//! has become of it.
//!
//! Everything that is found moves together with the cursor, in one transaction, by
//! compare-and-swap. Two processes that watch one chain, because one does not know yet that it was
//! taken for dead, do not count a block twice, and never pass one by.
//!
//! All of it is kept by view: the installation's, or that of an organization which named endpoints
//! of its own for the chain. Who goes from one to the other takes along how far they had come.

mod cursor;
mod deliveries;
mod gaps;
mod matches;
mod presence;
mod standing;
mod turns;
mod view;

pub use cursor::{Advance, ChainWatch, Cursor, Gap, Mark, Place, Presence};
pub use deliveries::{Due, Gone, Settled};
pub use matches::{Level, Match};
pub use standing::ChainStanding;
pub use turns::{ChainViews, OwnView};
pub use view::View;
