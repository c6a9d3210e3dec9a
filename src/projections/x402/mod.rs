//! What became of payments for HTTP requests, those that came in and those that went out.

mod fold;
mod payments;
mod sales;

pub use fold::Projector;
pub use payments::{Payment, PaymentFilter, Payments, Spent, Stats};
pub use sales::{Sale, SaleFilter, Sales};
