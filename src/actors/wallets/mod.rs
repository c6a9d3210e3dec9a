//! The lanes of wallets, alive: what runs want is taken up, judged, tried, numbered, signed, sent and watched
//! until it stays, each step after the event that intends it is durable.

mod bell;
mod fees;
mod hindrance;
mod judging;
mod keeper;
mod lane;
mod outcome;
mod reaction;
mod room;
mod sending;
mod watching;

pub use keeper::LaneKeeper;
pub use reaction::WalletReaction;
pub use room::LaneRoom;
