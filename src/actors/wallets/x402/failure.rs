//! Why a request was not paid for, or nothing was given for it: for the author of a workflow.

use engine::{Failure, FailureCategory};
use serde_json::{Value, json};

use crate::actors::wallets::hindrance::Hindrance;
use crate::egress;
use crate::primitives::PaymentId;

/// What asks for more than is paid.
pub(super) const TOO_DEAR: &str = "price_too_high";
/// What cannot be paid.
pub(super) const UNPAYABLE: &str = "payment_impossible";
/// What the policies do not let be signed.
pub(super) const DENIED: &str = "payment_denied";
/// What the seller does not take, though he still may.
pub(super) const REFUSED: &str = "payment_refused";
/// What is not known yet.
pub(super) const PENDING: &str = "payment_pending";
/// What was signed and never carried out.
pub(super) const EXPIRED: &str = "payment_expired";
/// What was carried out, and nothing was given for it.
pub(super) const LOST: &str = "payment_lost";

/// A failure that no repetition mends.
pub(super) fn lasting(
    payment: PaymentId,
    (code, category): (&str, FailureCategory),
    why: impl Into<String>,
) -> Failure {
    told(payment, Failure::lasting(code, category, why))
}

/// A failure after which the same payload is presented again by a repetition, and nothing else is signed.
pub(super) fn passing(
    payment: PaymentId,
    (code, category): (&str, FailureCategory),
    why: impl Into<String>,
) -> Failure {
    told(payment, Failure::passing(code, category, why))
}

/// The house, or something that it needs, is away.
pub(super) fn hindered(payment: PaymentId, hindrance: &Hindrance) -> Failure {
    let words = hindrance.in_words();
    let (code, category) = match hindrance {
        Hindrance::NoEndpoints(_) => ("chain_unknown", FailureCategory::Config),
        Hindrance::NoWallet(_) => ("wallet_unusable", FailureCategory::Config),
        Hindrance::NoToken(_) | Hindrance::NoDocument(_) => (UNPAYABLE, FailureCategory::Onchain),
        Hindrance::Chain(_)
        | Hindrance::Unopened(_)
        | Hindrance::Moving
        | Hindrance::Journal(_)
        | Hindrance::Moved
        | Hindrance::Contended
        | Hindrance::Signing(_)
        | Hindrance::Lane(_)
        | Hindrance::Floor(_)
        | Hindrance::Spending(_)
        | Hindrance::Request(_)
        | Hindrance::TooDear(_) => {
            return passing(payment, ("payment_hindered", FailureCategory::Internal), words);
        }
    };
    lasting(payment, (code, category), words)
}

/// The request did not get there before anything was paid.
pub(super) fn unsent(payment: PaymentId, error: &egress::Error) -> Failure {
    let category = match error {
        egress::Error::Timeout { .. } => FailureCategory::Timeout,
        egress::Error::Refused(_) => FailureCategory::Config,
        egress::Error::Url { .. } | egress::Error::Method(_) | egress::Error::Header(_) => {
            FailureCategory::Validation
        }
        egress::Error::Lookup { .. }
        | egress::Error::Connect { .. }
        | egress::Error::Certificate { .. }
        | egress::Error::Interrupted { .. }
        | egress::Error::TooLarge { .. }
        | egress::Error::TooManyRedirects { .. }
        | egress::Error::Redirect { .. }
        | egress::Error::Build { .. }
        | egress::Error::Tls(_)
        | egress::Error::NotJson { .. } => FailureCategory::Network,
    };
    let why = format!("{error}; nothing was paid");
    if error.is_transient() {
        passing(payment, (error.code(), category), why)
    } else {
        lasting(payment, (error.code(), category), why)
    }
}

fn told(payment: PaymentId, failure: Failure) -> Failure {
    let details: Value = json!({ "paymentId": payment });
    Failure { details: Some(details.into()), ..failure }
}
