//! Why somebody is not let in, or an order about people is not carried out.

use std::time::Duration;

use crate::access::token::BadToken;
use crate::access::{NoEmail, WeakPassword};
use crate::aggregates::{login_name, session, token_keys, user};
use crate::journal::{self, NotExecuted};
use crate::secrets;

/// The obstacle. What it tells a caller is chosen so that nobody learns whether somebody else has
/// an account.
#[derive(Debug, thiserror::Error)]
pub enum Rejected {
    /// Email, password or code are wrong, or the user is suspended: which of them is not told.
    #[error("the email address, the password or the code is wrong, or the user is suspended")]
    Credentials,
    /// The password is right; the second factor is wanted, too.
    #[error("a code of the authenticator, or a recovery code, is wanted as well")]
    CodeWanted,
    /// Too many failures in a row, for an address that has an account as for one that has none.
    #[error("too many failures")]
    Locked {
        /// When it is worth trying again.
        retry_after: Duration,
    },
    /// More passwords wait to be hashed than can be.
    #[error("too many people log in at this moment")]
    Busy,
    /// The session is over, or was never one.
    #[error("the session is over: log in again")]
    SessionOver,
    /// The token is no good.
    #[error(transparent)]
    Token(#[from] BadToken),
    /// It is no email address.
    #[error(transparent)]
    Email(#[from] NoEmail),
    /// The password cannot be taken.
    #[error(transparent)]
    Weak(#[from] WeakPassword),
    /// The address is somebody else's.
    #[error(transparent)]
    Taken(login_name::Error),
    /// The user refuses the order.
    #[error(transparent)]
    User(user::Error),
    /// The session refuses the order.
    #[error(transparent)]
    Session(session::Error),
    /// The keys refuse the order.
    #[error(transparent)]
    TokenKeys(token_keys::Error),
    /// Others kept changing the same thing.
    #[error("others keep changing the same thing: try again")]
    Contended,
    /// A request with the same idempotency key was answered before.
    #[error("a request with this idempotency key was answered before")]
    Answered,
    /// The ledger failed.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// The vault failed, or cannot be opened here.
    #[error(transparent)]
    Secrets(#[from] secrets::Error),
    /// A secret that the vault keeps is not what was put there.
    #[error("the vault holds something else than {0}")]
    Damaged(&'static str),
    /// The machine gave no random numbers, or no thread.
    #[error("the machine failed at {0}")]
    Machine(&'static str),
}

/// What became of an order, for refusals of one kind.
pub(super) fn rejected<E: std::error::Error>(
    refused: impl FnOnce(E) -> Rejected,
) -> impl FnOnce(NotExecuted<E>) -> Rejected {
    move |error| match error {
        NotExecuted::Refused(refusal) => refused(refusal),
        NotExecuted::Journal(error) => Rejected::Journal(error),
        NotExecuted::ReceiptTaken => Rejected::Answered,
        NotExecuted::Conflict
        | NotExecuted::Fenced
        | NotExecuted::NotAllowed
        | NotExecuted::ClaimTaken { .. } => Rejected::Contended,
    }
}
