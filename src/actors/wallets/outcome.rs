//! What a waiting node is told when its transaction is over: a result, or why there is none. Pure.

use engine::{Failure, FailureCategory, PayloadProblem};
use serde_json::{Value, json};

use crate::aggregates::wallet_lane::{Event, Inclusion, Origin};
use crate::policies::limits::Proof;
use crate::primitives::IntentId;
use crate::projections::transactions::OpenLane;

/// The code of a transaction that the policies do not allow.
const DENIED: &str = "transaction_denied";
/// The code of one that somebody who has to approve it rejected.
const REJECTED: &str = "transaction_rejected";
/// The code of one that too few approved in time.
const NOT_APPROVED: &str = "transaction_not_approved";
/// The code of one that would fail, or could not be paid.
const WOULD_FAIL: &str = "transaction_would_fail";
/// The code of one that the chain has undone.
const REVERTED: &str = "transaction_reverted";
/// The code of one that was given up or called off.
const CANCELLED: &str = "transaction_cancelled";

/// What becomes of what was reserved for a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reserved {
    /// It stays reserved.
    Kept,
    /// It is used.
    Used,
    /// It is free again.
    Free(Proof),
}

/// Who waits no longer with an event, and what becomes of reservations.
pub(super) struct Ended<'a> {
    pub(super) origin: Option<&'a Origin>,
    pub(super) reserved: Reserved,
    /// With what the node is resumed.
    pub(super) answer: Value,
}

/// What follows from an event of a lane; none where nobody has to be told.
pub(super) fn of(event: &Event, lane: OpenLane) -> Option<Ended<'_>> {
    Some(match event {
        Event::PolicyDecided { is_allowed: false, intent_id, refusal, origin, .. } => {
            let answer = denied(lane, *intent_id, refusal.as_deref());
            // A process may have reserved it, and died before it wrote down that it may be signed.
            let reserved = Reserved::Free(Proof::NeverSigned);
            Ended { origin: origin.as_ref(), reserved, answer }
        }
        Event::SimulationFailed { intent_id, reason, origin, .. } => {
            let answer = would_fail(lane, *intent_id, reason);
            let reserved = Reserved::Free(Proof::NeverSigned);
            Ended { origin: origin.as_ref(), reserved, answer }
        }
        Event::Included { intent_id, inclusion, origin: Some(origin), .. } => Ended {
            origin: Some(origin),
            reserved: Reserved::Kept,
            answer: included(*intent_id, lane, inclusion),
        },
        Event::Finalized { intent_id, inclusion, origin, .. } => Ended {
            origin: origin.as_ref(),
            reserved: if inclusion.is_success {
                Reserved::Used
            } else {
                Reserved::Free(Proof::RevertedFinal { hash: inclusion.hash.to_string() })
            },
            answer: included(*intent_id, lane, inclusion),
        },
        Event::Cancelled { intent_id, reason, instead, origin, .. } => {
            let (proof, more) = match instead {
                None => (Proof::NeverSigned, json!({})),
                Some(hash) => {
                    let proof = Proof::AnotherFinal { hash: hash.to_string() };
                    (proof, json!({ "transactionHashInstead": hash }))
                }
            };
            let why = format!("the transaction was called off: {reason}");
            let answer = failed(lane, *intent_id, (FailureCategory::Onchain, CANCELLED), why, more);
            Ended { origin: origin.as_ref(), reserved: Reserved::Free(proof), answer }
        }
        Event::ApprovalRejected { intent_id, by, comment, origin, .. } => {
            let comment = comment.as_ref().map_or_else(String::new, |it| format!(": {it}"));
            let why = format!("the transaction was not signed: {by} rejected it{comment}");
            let answer = failed(
                lane,
                *intent_id,
                (FailureCategory::Auth, REJECTED),
                why,
                json!({ "by": by }),
            );
            never_signed(origin, answer)
        }
        Event::ApprovalExpired { intent_id, origin, .. } => {
            let why = "the transaction was not signed: too few approved it in time".to_owned();
            let answer =
                failed(lane, *intent_id, (FailureCategory::Auth, NOT_APPROVED), why, json!({}));
            never_signed(origin, answer)
        }
        Event::PolicyDecided { is_allowed: true, .. }
        | Event::ApprovalRequested { .. }
        | Event::ApprovalGranted { .. }
        | Event::Included { origin: None, .. }
        | Event::IntentAccepted { .. }
        | Event::Simulated { .. }
        | Event::FundsLacking { .. }
        | Event::TopUpWanted { .. }
        | Event::TopUpCalledOff { .. }
        | Event::TopUpEnded { .. }
        | Event::FundsArrived { .. }
        | Event::NonceReserved { .. }
        | Event::SignRequested { .. }
        | Event::Signed { .. }
        | Event::BroadcastAttempted { .. }
        | Event::Orphaned { .. }
        | Event::NonceConflict { .. }
        | Event::CancelRequested { .. } => return None,
    })
}

const fn never_signed(origin: &Origin, answer: Value) -> Ended<'_> {
    Ended { origin: Some(origin), reserved: Reserved::Free(Proof::NeverSigned), answer }
}

/// What a node is told that the policies deny, for this reason.
pub(super) fn denied(lane: OpenLane, intent: IntentId, refusal: Option<&str>) -> Value {
    let why = refusal.unwrap_or("no policy allows it");
    let why = format!("the transaction was not signed: {why}");
    failed(lane, intent, (FailureCategory::Auth, DENIED), why, json!({}))
}

/// What a node is told whose transaction would come to nothing.
pub(super) fn would_fail(lane: OpenLane, intent: IntentId, reason: &str) -> Value {
    let is_poor = reason.to_lowercase().contains("insufficient funds");
    let category = if is_poor { FailureCategory::Funds } else { FailureCategory::Onchain };
    let why = format!("the transaction would fail, and was not sent: {reason}");
    failed(lane, intent, (category, WOULD_FAIL), why, json!({}))
}

/// What a node is told whose transaction stands in a block.
pub(super) fn included(intent: IntentId, lane: OpenLane, inclusion: &Inclusion) -> Value {
    let Inclusion { hash, nonce, block_number, block_hash, is_success, .. } = inclusion;
    let Inclusion { from, gas_used, gas_price, contract, .. } = inclusion;
    let facts = json!({
        "transactionHash": hash, "nonce": nonce, "blockNumber": block_number,
        "blockHash": block_hash, "gasUsed": gas_used, "effectiveGasPrice": gas_price,
        "fee": inclusion.fee().to_string(), "from": from.to_checksum(None),
        "contractAddress": contract.map(|it| it.to_checksum(None)),
    });
    if !is_success {
        let why = format!("the chain has undone the transaction {hash}; its fee is paid");
        return failed(lane, intent, (FailureCategory::Onchain, REVERTED), why, facts);
    }
    let mut result = json!({
        "status": "success", "intentId": intent, "walletId": lane.wallet, "chainId": lane.chain,
    });
    if let (Some(result), Value::Object(facts)) = (result.as_object_mut(), facts) {
        result.extend(facts);
    }
    json!({ "outcome": "success", "result": result })
}

/// What a node is told that wants what cannot be taken up.
pub(super) fn refused(category: FailureCategory, code: &str, why: &str) -> Value {
    let failure = Failure::lasting(code, category, why);
    json!({ "outcome": "failed", "failure": failure })
}

/// What a node is told that wants something of a chain without endpoints.
pub(super) fn no_endpoints(chain: u64) -> Value {
    let why = format!(
        "there are no endpoints of chain {chain}: name some with `chainkeel chain endpoints set`, or \
         have the operator do so"
    );
    refused(FailureCategory::Config, "chain_unknown", &why)
}

/// What a node is told whose payload cannot be used.
pub(super) fn invalid(problems: &[PayloadProblem]) -> Value {
    refused(FailureCategory::Validation, Failure::INVALID_INPUT, &unusable(problems))
}

/// What a node is told whose wallet cannot sign.
pub(super) fn no_wallet(why: &str) -> Value {
    refused(FailureCategory::Config, "wallet_unusable", why)
}

fn failed(
    lane: OpenLane,
    intent: IntentId,
    (category, code): (FailureCategory, &str),
    why: String,
    more: Value,
) -> Value {
    let mut details = json!({ "intentId": intent, "walletId": lane.wallet, "chainId": lane.chain });
    if let (Some(details), Value::Object(more)) = (details.as_object_mut(), more) {
        details.extend(more);
    }
    let failure =
        Failure { details: Some(details.into()), ..Failure::lasting(code, category, why) };
    json!({ "outcome": "failed", "failure": failure })
}

/// Why nothing can be signed for a payload, in a line.
fn unusable(problems: &[PayloadProblem]) -> String {
    let told = problems.iter().map(|it| format!("{} {}", it.path, it.message));
    format!("the payload's {}", told.collect::<Vec<_>>().join("; "))
}
