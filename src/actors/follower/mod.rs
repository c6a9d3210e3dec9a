//! Follows the ledger for a reaction: from a durable checkpoint, at least once, in one process at a
//! time. `docs/decisions/0010-reactions-follow-the-ledger.md` says why like this.

mod carrier;
mod following;
mod patience;
mod tracer;
mod window;

pub use following::Follower;
pub use patience::Patience;
pub use tracer::Tracer;
