//! Documents that wallets are to sign: taken up from a waiting node or from another part of the house, judged,
//! signed once, and told to whoever waits.

mod desk;
mod life;
mod outcome;
mod reaction;

pub use desk::SignatureDesk;
pub(super) use life::DocumentLife;
pub use reaction::SignatureReaction;
