//! What can be done with a user.

use time::OffsetDateTime;

use super::event::{Factor, PasswordCause};
use crate::primitives::{SessionId, UserId};

/// An order, by whom and when it was given.
#[derive(Debug, Clone)]
pub struct Command {
    /// Who gives the order, as an auditor will read it.
    pub by: String,
    /// When it was given.
    pub at: OffsetDateTime,
    /// What is to be done.
    pub order: Order,
}

/// What is to be done. Whoever gives an order that takes a proof has seen the proof.
#[derive(Debug, Clone)]
pub enum Order {
    /// Bring the user into being.
    Register {
        /// The id.
        id: UserId,
        /// The email address as it was written; its claim is the caller's.
        email: String,
        /// What they are called.
        name: Option<String>,
    },
    /// Let the password be the one whose verifier the vault keeps under this field.
    SetPassword {
        /// The field.
        verifier: String,
        /// What allowed it.
        cause: PasswordCause,
    },
    /// Note that somebody failed to prove that they are this user.
    FailLogin {
        /// At what.
        factor: Factor,
        /// The address that it came from.
        from: String,
    },
    /// Let them in.
    LogIn {
        /// The session that begins.
        session: SessionId,
        /// The field of the verifier that knew the password.
        verifier: String,
        /// How they proved who they are, beside the password.
        proof: Proof,
        /// The address that it came from.
        from: String,
    },
    /// End every session.
    RevokeSessions,
    /// Begin to use an authenticator, whose secret the vault keeps under this field.
    EnrolTotp {
        /// The field.
        secret: String,
    },
    /// The authenticator was shown to work: ask for it from now on.
    ConfirmTotp {
        /// The step whose code was shown.
        step: i64,
        /// The field under which the vault keeps the hashes of the recovery codes.
        recovery: String,
    },
    /// Ask for it no more.
    RemoveTotp,
    /// Let them in no more.
    Suspend {
        /// Why.
        reason: Option<String>,
    },
    /// Let them in again.
    Restore,
    /// Let whoever has this secret set the password, once.
    IssueReset {
        /// SHA-256 in hex of the secret.
        hash: String,
    },
}

/// How somebody proved who they are, beside the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Not at all: there is no second factor.
    PasswordAlone,
    /// By the code of a step.
    Totp {
        /// The step.
        step: i64,
    },
    /// By a recovery code.
    RecoveryCode {
        /// Which of them.
        index: u8,
    },
}
