//! Money for HTTP requests (x402), both ways: runs that somebody pays for, and requests that wallets pay.

mod authorizing;
mod cashier;
mod chain;
mod facilitator;
mod failure;
mod node;
mod payer;
mod payments;
mod presenting;
mod sales;
mod settling;

pub use cashier::{Cashier, Examined, Unfit};
pub use node::{Letter, Wanting};
pub use payer::{Asked, Payer, Probed};
pub use payments::PaymentReaction;
pub(super) use sales::SETTLES;
pub use sales::SaleReaction;
