//! Transactions held against their specifications, and against another's reading of them.

mod counterpart;
mod envelopes;
mod invented;
