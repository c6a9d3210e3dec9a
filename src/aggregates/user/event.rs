//! What happened to a user. Stored for ever: a changed shape is a new version and an upcaster.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::primitives::{SessionId, UserId};

/// What somebody failed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// The password.
    Password,
    /// The code of the authenticator, or a recovery code.
    Code,
}

/// What allowed a password to be set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum PasswordCause {
    /// The registration itself.
    Registered,
    /// The password of before.
    Changed,
    /// A reset token, known by its SHA-256.
    Reset {
        /// In hex.
        hash: String,
    },
}

/// A fact of a user's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// They came into being.
    Registered {
        /// The id.
        user_id: UserId,
        /// The email address as it was written.
        email: String,
        /// What they are called.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// They have another password.
    PasswordSet {
        /// Where the vault keeps its verifier.
        verifier: String,
        /// What allowed it.
        cause: PasswordCause,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Somebody failed to prove that they are this user.
    LoginFailed {
        /// At what.
        factor: Factor,
        /// The address that it came from.
        from: String,
        /// Nobody is let in before this moment, after too many failures.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            with = "time::serde::rfc3339::option"
        )]
        locked_until: Option<OffsetDateTime>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// They were let in.
    LoggedIn {
        /// The session that begins.
        session_id: SessionId,
        /// The address that it came from.
        from: String,
        /// The step whose code was shown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        totp_step: Option<i64>,
        /// The recovery code that was used.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recovery_code: Option<u8>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Every session ended.
    SessionsRevoked {
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// They begin to use an authenticator.
    TotpEnrolled {
        /// Where the vault keeps its secret.
        secret: String,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The authenticator works, and is asked for from now on.
    TotpConfirmed {
        /// The step whose code was shown.
        step: i64,
        /// Where the vault keeps the hashes of the recovery codes.
        recovery: String,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It is asked for no more.
    TotpRemoved {
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// They are let in no more.
    Suspended {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// They are let in again.
    Restored {
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Somebody was given the right to set the password once.
    ResetIssued {
        /// SHA-256 in hex of the secret, which has 190 random bits.
        hash: String,
        /// When it is over.
        #[serde(with = "time::serde::rfc3339")]
        expires_at: OffsetDateTime,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
}

impl Event {
    /// The version in which every event of this aggregate is written today.
    pub const VERSION: &'static str = "1.0";

    /// The names of all events, in the order of the enum.
    pub const NAMES: [&'static str; 11] = [
        "registered",
        "password_set",
        "login_failed",
        "logged_in",
        "sessions_revoked",
        "totp_enrolled",
        "totp_confirmed",
        "totp_removed",
        "suspended",
        "restored",
        "reset_issued",
    ];

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Registered { .. } => "registered",
            Self::PasswordSet { .. } => "password_set",
            Self::LoginFailed { .. } => "login_failed",
            Self::LoggedIn { .. } => "logged_in",
            Self::SessionsRevoked { .. } => "sessions_revoked",
            Self::TotpEnrolled { .. } => "totp_enrolled",
            Self::TotpConfirmed { .. } => "totp_confirmed",
            Self::TotpRemoved { .. } => "totp_removed",
            Self::Suspended { .. } => "suspended",
            Self::Restored { .. } => "restored",
            Self::ResetIssued { .. } => "reset_issued",
        }
    }
}

impl DomainEvent for Event {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        Self::VERSION.to_owned()
    }
}
