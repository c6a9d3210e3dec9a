//! Policies of signing: what a key may sign. Decided purely, on the decoded final transaction or document and what is
//! known about why it is to be signed; no I/O, no clock. The signer asks here at its last door.
//!
//! Not to be taken for an organization's rules of publishing, which are `aggregates::policy`.

mod amounts;
pub mod approvals;
mod candidate;
mod claims;
mod condition;
mod decide;
mod decimal;
mod decision;
mod described;
mod document;
mod facts;
mod known;
pub mod limits;
mod loosening;
mod nested;
#[cfg(test)]
mod tests;
mod truth;
mod typed;
#[cfg(test)]
mod typed_tests;
#[cfg(test)]
mod worked;
mod worth;

pub use amounts::{FunctionName, Units, Usd};
pub use candidate::{Asked, Candidate, Context, Kind, MAX_PRICE_AGE, Price, Prices};
pub use condition::{Among, Argument, Day, DomainIs, Hours, Range, When};
pub use decide::{Applied, Mode, decide};
pub use decision::{
    Decision, Malformed, Monitored, Near, Outcome, Place, PolicyVersion, Reason, Used, Why,
};
pub use described::{Described, describe};
pub use document::{
    Approval, Document, Effect, Fault, Limit, MAX_APPROVERS, MAX_LIMITS, MAX_LIST, MAX_RULES,
    MAX_WITHIN, Measure, Owner, Period, Rule, Scope,
};
pub use facts::{MAX_CALLDATA, MAX_CALLS, MAX_DEPTH};
pub use known::Action;
pub use loosening::{Stand, loosens};
pub use typed::{DocumentCandidate, PERMIT2};
