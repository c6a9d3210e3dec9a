//! A backend that lies, and what gets out all the same: nothing.

mod documents;
mod liar;
mod transactions;
