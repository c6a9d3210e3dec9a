//! What a waiting node is told when its document is signed or given up, and what becomes of what was
//! reserved. Pure.

use alloy_primitives::{B256, hex};
use engine::{Failure, FailureCategory};
use serde_json::{Value, json};

use crate::aggregates::signature_request::{Event, NOT_APPROVED, Told, rejection};
use crate::aggregates::spending::Order;
use crate::policies::limits::Proof;
use crate::transactions::Signature;

/// The code of a document that the policies do not allow.
const DENIED: &str = "document_denied";
/// The code of one that somebody who has to approve it rejected.
const REJECTED: &str = "document_rejected";
/// The code of one that too few approved in time.
const EXPIRED: &str = "document_not_approved";
/// The code of one that was given up.
const CANCELLED: &str = "signature_cancelled";

/// What becomes of what was reserved for a document by an event of it.
pub(super) fn spending(event: &Event) -> Option<Order> {
    let given_up = |may_exist: bool| {
        // A backend that was asked may have signed: whoever works there may have the signature.
        if may_exist { Order::Settle } else { Order::Release(Proof::NeverSigned) }
    };
    match event {
        // It may have been reserved by a process that died before it could write down what was decided.
        Event::PolicyDecided { is_allowed: false, .. }
        | Event::ApprovalRejected { .. }
        | Event::ApprovalExpired { .. } => Some(Order::Release(Proof::NeverSigned)),
        // Whoever has the signature may use it: it is used, unless its user will say otherwise.
        Event::Signed { told, .. } => told.user.is_none().then_some(Order::Settle),
        Event::Refused { may_exist, .. } | Event::Cancelled { may_exist, .. } => {
            Some(given_up(*may_exist))
        }
        Event::Settled { .. } => Some(Order::Settle),
        Event::Lapsed { proof, .. } => Some(Order::Release(proof.clone())),
        Event::PolicyDecided { is_allowed: true, .. }
        | Event::Accepted { .. }
        | Event::ApprovalRequested { .. }
        | Event::ApprovalGranted { .. }
        | Event::SignRequested { .. } => None,
    }
}

/// With what the waiting node is resumed; nothing where it waits on, or never did.
pub(super) fn answer(event: &Event) -> Option<Value> {
    let told = event.told().filter(|told| told.user.is_none())?;
    Some(match event {
        Event::Signed { digest, signature, .. } => signed(told, *digest, signature),
        Event::PolicyDecided { refusal, .. } => {
            let why = refusal.as_deref().unwrap_or("no policy allows it");
            failed(told, FailureCategory::Auth, DENIED, why)
        }
        Event::Refused { reason, .. } => failed(told, FailureCategory::Auth, DENIED, reason),
        Event::Cancelled { reason, .. } => {
            failed(told, FailureCategory::Service, CANCELLED, reason)
        }
        Event::ApprovalRejected { by, comment, .. } => {
            let why = rejection(by, comment.as_deref());
            failed(told, FailureCategory::Auth, REJECTED, &why)
        }
        Event::ApprovalExpired { .. } => failed(told, FailureCategory::Auth, EXPIRED, NOT_APPROVED),
        Event::Accepted { .. }
        | Event::ApprovalRequested { .. }
        | Event::ApprovalGranted { .. }
        | Event::SignRequested { .. }
        | Event::Settled { .. }
        | Event::Lapsed { .. } => return None,
    })
}

fn signed(told: &Told, digest: B256, signature: &Signature) -> Value {
    let word = |number: &alloy_primitives::U256| hex::encode_prefixed(number.to_be_bytes::<32>());
    json!({ "outcome": "success", "result": {
        "status": "success",
        "signature": hex::encode_prefixed(signature.to_bytes()),
        "r": word(&signature.r),
        "s": word(&signature.s),
        "v": 27 + u8::from(signature.is_odd),
        "yParity": u8::from(signature.is_odd),
        "digest": digest,
        "signer": told.signer.to_checksum(None),
        "intentId": told.intent_id,
        "walletId": told.wallet_id,
    } })
}

fn failed(told: &Told, category: FailureCategory, code: &str, why: &str) -> Value {
    let details = json!({ "intentId": told.intent_id, "walletId": told.wallet_id });
    let why = format!("the document was not signed: {why}");
    let failure =
        Failure { details: Some(details.into()), ..Failure::lasting(code, category, &why) };
    json!({ "outcome": "failed", "failure": failure })
}
