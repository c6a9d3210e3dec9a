//! The lanes of wallets and the documents that they sign, alive: what runs want is taken up, judged, tried,
//! numbered, signed, sent and watched until it stays, each step after the event that intends it is durable.

mod bell;
mod documents;
mod fees;
mod funds;
mod guard;
mod hindrance;
mod judging;
mod keeper;
mod lane;
mod outcome;
mod quoting;
mod reaction;
mod rehearsal;
mod room;
mod sending;
mod ties;
mod watching;
mod x402;

use x402::SETTLES;

pub use documents::{SignatureDesk, SignatureReaction};
pub use funds::FloorClerk;
pub use guard::Guard;
pub use judging::Laws;
pub use keeper::LaneKeeper;
pub use quoting::{Quote, Quoting, with_prices};
pub use reaction::WalletReaction;
pub use rehearsal::{ChainRehearsal, ForeseenTransaction, NotForeseen, Rehearsals, Whose};
pub use room::LaneRoom;
pub use x402::{
    Asked, Cashier, Examined, Letter, Payer, PaymentReaction, Probed, SaleReaction, Unfit, Wanting,
};
