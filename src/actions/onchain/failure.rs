//! What a chain, or the way to it, makes a node fail with.

use engine::{Failure, FailureCategory};
use serde_json::json;

use crate::abi::{Reason, Shape};
use crate::chains::{Error, NoReader, Refusal};

/// The failure when nobody knows what the chain says.
pub(super) fn unread(error: &Error) -> Failure {
    let message = error.to_string();
    match error {
        Error::Unreachable { .. } => {
            Failure::passing("chain_unreachable", FailureCategory::Network, message)
        }
        Error::Disputed { .. } => {
            Failure::passing("chain_disputed", FailureCategory::Service, message)
        }
        Error::TooLarge { .. } => {
            Failure::lasting("answer_too_large", FailureCategory::Service, message)
        }
        Error::Pruned { .. } => {
            let message = format!("{message}: name an endpoint that keeps old states (an archive)");
            Failure::lasting("state_not_kept", FailureCategory::Service, message)
        }
        Error::Refused { .. } => {
            Failure::lasting("call_refused", FailureCategory::Onchain, message)
        }
    }
}

/// The failure when the endpoints of the organization cannot be opened.
pub(super) fn unopened(error: &NoReader) -> Failure {
    tracing::warn!(
        error = error as &dyn std::error::Error,
        chain.id = error.chain.0,
        "the endpoints of chain {} could not be opened for a node",
        error.chain
    );
    Failure::passing("chain_unreachable", FailureCategory::Internal, error.to_string())
}

/// Why a call was undone, by the errors that are known of its contract.
pub(super) fn reason(refusal: &Refusal, errors: &[Shape]) -> Reason {
    Reason::of(&refusal.words, refusal.data.as_ref(), errors)
}

/// The failure of a call that was undone.
pub(super) fn undone(what: &str, reason: &Reason) -> Failure {
    let message = format!("{what} was undone: {}", reason.words());
    let failure = Failure::lasting("call_reverted", FailureCategory::Onchain, message);
    Failure { details: Some(json!({ "reason": reason.told() }).into()), ..failure }
}

/// The failure when there is no contract where one was called.
pub(super) fn no_contract(what: &str) -> Failure {
    let message = format!(
        "{what} is no contract on this chain at that block: look at the address and the chain"
    );
    Failure::lasting("no_contract", FailureCategory::Config, message)
}

/// The failure of an answer that is not what the ABI says.
pub(super) fn unreadable(what: &str, bytes: usize) -> Failure {
    let message = format!(
        "{what} gave {bytes} bytes which are not what its `returns` says: look at the types"
    );
    Failure::lasting("answer_unreadable", FailureCategory::Onchain, message)
}
