//! Whether a transaction or a document may be signed: the policies in force are asked, and what they count is
//! reserved, so that of two that race for the last of a limit one gets it.

use alloy_primitives::U256;
use engine::Json;
use time::OffsetDateTime;

use super::hindrance::Hindrance;
use super::room::LaneRoom;
use crate::aggregates::signature_request;
use crate::aggregates::spending::{self, Spending};
use crate::aggregates::wallet_lane::{Call, Intent, Origin, Verdict};
use crate::journal::{Context, Metadata, NotExecuted};
use crate::policies::limits::{Book, Refused};
use crate::policies::{
    self, Asked, Candidate, Decision, DocumentCandidate, Outcome, Prices, Reason,
};
use crate::primitives::{CommandId, IntentId, OrganizationId, WalletId};
use crate::signing::{Clearance, Ruling, TypedClearance};
use crate::transactions::Unsigned;

/// How often is decided anew because others took of the same limits meanwhile.
const TRIES: usize = 8;

/// Who wants something signed, and by which wallet.
#[derive(Clone, Copy)]
struct Case<'a> {
    intent: IntentId,
    organization: OrganizationId,
    wallet: WalletId,
    origin: &'a Origin,
}

impl<'a> From<&'a Intent> for Case<'a> {
    fn from(intent: &'a Intent) -> Self {
        let Intent { intent_id, organization_id, wallet_id, ref origin, .. } = *intent;
        Self { intent: intent_id, organization: organization_id, wallet: wallet_id, origin }
    }
}

impl<'a> From<&'a signature_request::Intent> for Case<'a> {
    fn from(intent: &'a signature_request::Intent) -> Self {
        let signature_request::Intent { intent_id, organization_id, wallet_id, ref origin, .. } =
            *intent;
        Self { intent: intent_id, organization: organization_id, wallet: wallet_id, origin }
    }
}

/// What was decided before anything is numbered.
pub(super) struct Judgement {
    pub(super) verdict: Verdict,
    /// The whole decision, as auditors read it.
    pub(super) reasons: Json,
}

/// Decides over an intent as it would be sent with so much gas, for at most this in fees, and reserves what
/// it takes of limits.
pub(super) async fn judge(
    room: &LaneRoom,
    intent: &Intent,
    (gas_limit, fee_budget): (u64, U256),
) -> Result<Judgement, Hindrance> {
    let price = fee_budget.checked_div(U256::from(gas_limit)).unwrap_or_default();
    let max_fee = u128::try_from(price).unwrap_or(u128::MAX);
    let candidate = candidate(intent, intent.call.clone(), (gas_limit, max_fee));
    let (refusal, reasons) = weigh(room, intent.into(), (&candidate).into()).await?;
    let verdict = refusal.map_or(Verdict::Allowed { fee_budget }, Verdict::Denied);
    Ok(Judgement { verdict, reasons })
}

/// Decides over a document, and reserves what it lets move of limits; with the whole decision, as auditors
/// read it.
pub(super) async fn judge_document(
    room: &LaneRoom,
    intent: &signature_request::Intent,
) -> Result<(signature_request::Verdict, Json), Hindrance> {
    let candidate = DocumentCandidate::new(intent.address, intent.document.clone());
    let (refusal, reasons) = weigh(room, intent.into(), (&candidate).into()).await?;
    let allowed = signature_request::Verdict::Allowed;
    Ok((refusal.map_or(allowed, signature_request::Verdict::Denied), reasons))
}

/// The last door: the clearance of the transaction as it will be signed, where the policies of this moment
/// allow it. What moves nothing is always cleared: it only uses up a nonce.
pub(super) async fn clear(
    room: &LaneRoom,
    intent: &Intent,
    transaction: &Unsigned,
    is_called_off: bool,
) -> Result<Result<Clearance, String>, Hindrance> {
    let ruling = Ruling::Allowed { signer: intent.address, digest: transaction.digest() };
    let cleared = || Clearance::granted(&ruling).ok_or_else(String::new);
    let call = Call::of(transaction);
    if is_called_off && call == Call::nothing(intent.address) {
        return Ok(cleared());
    }
    let (gas_limit, price) = (transaction.gas_limit, transaction.fees.at_most());
    let candidate = candidate(intent, call, (gas_limit, price));
    let stands = is_still_allowed(room, intent.into(), (&candidate).into()).await?;
    Ok(stands.and_then(|()| cleared()))
}

/// The last door of a document: its clearance, where the policies of this moment allow it.
pub(super) async fn clear_document(
    room: &LaneRoom,
    intent: &signature_request::Intent,
) -> Result<Result<TypedClearance, String>, Hindrance> {
    let (signer, digest) = (intent.address, intent.document.digest());
    let candidate = DocumentCandidate::new(signer, intent.document.clone());
    let stands = is_still_allowed(room, intent.into(), (&candidate).into()).await?;
    let ruling = Ruling::AllowedDocument { signer, digest };
    Ok(stands.and_then(|()| TypedClearance::granted(&ruling).ok_or_else(String::new)))
}

/// Decides, and reserves what it takes of limits; why it may not be signed, where that is so, and the whole
/// decision.
async fn weigh(
    room: &LaneRoom,
    case: Case<'_>,
    asked: Asked<'_>,
) -> Result<(Option<String>, Json), Hindrance> {
    for _ in 0..TRIES {
        let at = room.clock.now();
        let spending = spending(room, case).await?;
        let decision = decide(room, case, asked, spending.book(), at).await?;
        let reasons = Json::new(serde_json::to_value(&decision).unwrap_or_default());
        let refusal = refusal(&decision);
        if refusal.is_some() || reserve(room, case, decision, at).await? {
            return Ok((refusal, reasons));
        }
    }
    Err(Hindrance::Spending(spending::Error::Limit(Refused::Full)))
}

/// Whether the policies of this moment allow it; else why not.
async fn is_still_allowed(
    room: &LaneRoom,
    case: Case<'_>,
    asked: Asked<'_>,
) -> Result<Result<(), String>, Hindrance> {
    let at = room.clock.now();
    // What is reserved for this one does not stand in its own way.
    let book = spending(room, case).await?.book().without(&case.intent.to_string());
    let decision = decide(room, case, asked, &book, at).await?;
    Ok(refusal(&decision).map_or(Ok(()), Err))
}

/// What the policies are asked about: a call with so much gas, at most at this price.
fn candidate(intent: &Intent, call: Call, (gas_limit, max_fee): (u64, u128)) -> Candidate {
    let Call { to, value, data } = call;
    let Intent { chain_id, address: from, .. } = *intent;
    Candidate { chain_id, from, to, value, data, gas_limit, max_fee }
}

async fn spending(room: &LaneRoom, case: Case<'_>) -> Result<Spending, Hindrance> {
    Ok(room.spendings.load(&case.organization.to_string()).await?.aggregate)
}

async fn decide(
    room: &LaneRoom,
    case: Case<'_>,
    asked: Asked<'_>,
    book: &Book,
    at: OffsetDateTime,
) -> Result<Decision, Hindrance> {
    let all = room.policies.load(&case.organization.to_string()).await?.aggregate;
    let context = policies::Context {
        organization: case.organization.to_string(),
        wallet: case.wallet.to_string(),
        workflow: Some(case.origin.workflow_id.to_string()),
        actor: case.origin.started_by.clone(),
        trigger: Some(case.origin.trigger.clone()),
        at,
        prices: Prices::default(),
    };
    Ok(policies::decide(&all.in_force(at), asked, &context, book))
}

/// Whether it was reserved; not, where others took of the same limits meanwhile.
async fn reserve(
    room: &LaneRoom,
    case: Case<'_>,
    decision: Decision,
    at: OffsetDateTime,
) -> Result<bool, Hindrance> {
    let Case { intent, organization, .. } = case;
    let order = spending::Order::Reserve(decision.claims);
    let command = spending::Command { organization, intent, at, order };
    let id = CommandId::derived(at, &format!("reserve {intent}"));
    let metadata = Metadata::new(organization, "system:wallet-lane", id);
    let executed =
        room.spendings.execute(&organization.to_string(), command, Context::new(metadata)).await;
    match executed {
        Ok(_) => Ok(true),
        Err(NotExecuted::Refused(spending::Error::Limit(
            Refused::OverLimit { .. } | Refused::Unknown,
        ))) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Why it may not be signed, in a line for the workflow's author; nothing where it may. What people have to
/// approve is not waited for yet.
fn refusal(decision: &Decision) -> Option<String> {
    let stops = |reason: &&Reason| !matches!(reason, Reason::Allowed { .. });
    match decision.outcome {
        Outcome::Allow => None,
        Outcome::NeedsApproval | Outcome::Deny | Outcome::Malformed => {
            Some(match decision.reasons.iter().find(stops) {
                Some(reason) => reason.to_string(),
                None => "no policy allows it".to_owned(),
            })
        }
    }
}
