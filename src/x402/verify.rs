//! Whether a payment is good for what was asked: everything that can be said without asking a chain.

use alloy_primitives::{Address, U256};

use super::{Payment, Terms};

/// How much time must be left at least for the transfer to get into a block, in seconds.
pub const MARGIN_SECONDS: i64 = 6;
/// How long an authorization may count beyond the time that was asked for, in seconds: an hour. What counts
/// for longer would be pending for longer.
const BEYOND_SECONDS: i64 = 3_600;

/// Why a payment is not good.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// It is for another chain.
    #[error("it pays on chain {paid}, and chain {asked} was asked for")]
    Chain {
        /// The chain that it names.
        paid: u64,
        /// The chain that was asked for.
        asked: u64,
    },
    /// It pays somebody else.
    #[error("it pays {0}, who is not who asks")]
    Recipient(Address),
    /// It pays another amount.
    #[error("it pays {paid}, and exactly {asked} was asked for")]
    Amount {
        /// What it pays.
        paid: U256,
        /// What was asked for.
        asked: U256,
    },
    /// It does not count yet.
    #[error("it counts only after {0} (seconds since 1970)")]
    TooEarly(U256),
    /// It counts no longer, or not long enough.
    #[error("it counts only before {0} (seconds since 1970), which leaves no time to settle it")]
    TooLate(U256),
    /// It counts for too long.
    #[error("it counts until {0} (seconds since 1970): let it end by the time that was asked for")]
    TooLong(U256),
    /// Its payer did not sign it.
    #[error("its signature is not the payer's: {0}")]
    Signature(String),
}

impl Wrong {
    /// The word of the specification for it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Chain { .. } => "invalid_network",
            Self::Recipient(_) => "invalid_exact_evm_payload_recipient_mismatch",
            Self::Amount { .. } => "invalid_exact_evm_payload_authorization_value",
            Self::TooEarly(_) => "invalid_exact_evm_payload_authorization_valid_after",
            Self::TooLate(_) | Self::TooLong(_) => {
                "invalid_exact_evm_payload_authorization_valid_before"
            }
            Self::Signature(_) => "invalid_exact_evm_payload_signature",
        }
    }
}

/// Holds a payment against terms, at a moment in seconds since 1970.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn verify(payment: &Payment, terms: &Terms, now: i64) -> Result<(), Wrong> {
    let it = &payment.authorization;
    if payment.chain != terms.chain {
        return Err(Wrong::Chain { paid: payment.chain, asked: terms.chain });
    }
    if it.to != terms.pay_to {
        return Err(Wrong::Recipient(it.to));
    }
    if it.value != terms.amount {
        return Err(Wrong::Amount { paid: it.value, asked: terms.amount });
    }
    let moment = |seconds: i64| U256::from(u64::try_from(seconds).unwrap_or_default());
    if it.valid_after >= moment(now) {
        return Err(Wrong::TooEarly(it.valid_after));
    }
    if it.valid_before <= moment(now.saturating_add(MARGIN_SECONDS)) {
        return Err(Wrong::TooLate(it.valid_before));
    }
    let asked = i64::try_from(terms.max_timeout_seconds).unwrap_or(i64::MAX);
    if it.valid_before > moment(now.saturating_add(asked).saturating_add(BEYOND_SECONDS)) {
        return Err(Wrong::TooLong(it.valid_before));
    }
    // The token is part of what is signed: a signature for another one is nobody's here.
    let document = it.document(terms.chain, terms.asset, &terms.token);
    let document = document.map_err(|error| Wrong::Signature(error.to_string()))?;
    match payment.signature.signer_of(document.digest()) {
        Ok(signer) if signer == it.from => Ok(()),
        Ok(_) => Err(Wrong::Signature(
            "somebody else signed it, or for another token, chain or amount".to_owned(),
        )),
        Err(bad) => Err(Wrong::Signature(bad.to_string())),
    }
}
