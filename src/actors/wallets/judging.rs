//! Whether a transaction may be signed: the policies in force are asked, and what they count is reserved, so
//! that of two that race for the last of a limit one gets it.

use alloy_primitives::U256;
use engine::Json;
use time::OffsetDateTime;

use super::hindrance::Hindrance;
use super::room::LaneRoom;
use crate::aggregates::spending::{self, Spending};
use crate::aggregates::wallet_lane::{Call, Intent, Verdict, Wanted};
use crate::journal::{Context, Metadata, NotExecuted};
use crate::policies::approvals::Need;
use crate::policies::limits::{Book, Refused};
use crate::policies::{self, Candidate, Decision, Outcome, Prices, Reason};
use crate::primitives::CommandId;
use crate::signing::{Clearance, Ruling};
use crate::transactions::Unsigned;

/// How often is decided anew because others took of the same limits meanwhile.
const TRIES: usize = 8;

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
    for _ in 0..TRIES {
        let at = room.clock.now();
        let spending = spending(room, intent).await?;
        let decision = decide(room, intent, &candidate, spending.book(), at).await?;
        let reasons = Json::new(serde_json::to_value(&decision).unwrap_or_default());
        let verdict = verdict(&decision, &intent.origin.started_by, fee_budget);
        let is_denied = matches!(verdict, Verdict::Denied(_));
        if is_denied || reserve(room, intent, decision, at).await? {
            return Ok(Judgement { verdict, reasons });
        }
    }
    Err(Hindrance::Spending(spending::Error::Limit(Refused::Full)))
}

/// What follows for the intent. Where so few may approve it that they can never be enough, it is denied.
fn verdict(decision: &Decision, started_by: &str, fee_budget: U256) -> Verdict {
    match decision.outcome {
        Outcome::Allow => Verdict::Allowed { fee_budget },
        Outcome::NeedsApproval => {
            let needs = decision.needs();
            match needs.iter().find(|need| !need.can_be_met(started_by)) {
                None => Verdict::Asks { fee_budget, needs },
                Some(Need { policy, approval, needed, .. }) => Verdict::Denied(format!(
                    "the approval {approval} of the policy {policy} needs {needed}, and without \
                     {started_by}, who caused the transaction, fewer may approve it"
                )),
            }
        }
        Outcome::Deny | Outcome::Malformed => Verdict::Denied(in_words(decision)),
    }
}

/// The last door: the clearance of the transaction as it will be signed, where the policies of this moment
/// allow it; where they want approvals, these have to be there, as they want them now. What moves nothing is
/// always cleared: it only uses up a nonce.
pub(super) async fn clear(
    room: &LaneRoom,
    wanted: &Wanted,
    transaction: &Unsigned,
) -> Result<Result<Clearance, String>, Hindrance> {
    let intent = &wanted.intent;
    let ruling = Ruling::Allowed { signer: intent.address, digest: transaction.digest() };
    let cleared = || Clearance::granted(&ruling).ok_or_else(String::new);
    let call = Call::of(transaction);
    if wanted.called_off.is_some() && call == Call::nothing(intent.address) {
        return Ok(cleared());
    }
    let (gas_limit, price) = (transaction.gas_limit, transaction.fees.at_most());
    let candidate = candidate(intent, call, (gas_limit, price));
    let at = room.clock.now();
    // What is reserved for this one does not stand in its own way.
    let book = spending(room, intent).await?.book().without(&intent.intent_id.to_string());
    let decision = decide(room, intent, &candidate, &book, at).await?;
    Ok(match decision.outcome {
        Outcome::Allow => cleared(),
        Outcome::NeedsApproval if is_approved(wanted, transaction, &decision) => cleared(),
        Outcome::NeedsApproval | Outcome::Deny | Outcome::Malformed => Err(in_words(&decision)),
    })
}

/// Whether this very transaction was approved by as many as the decision wants: it makes the call that they
/// saw, and costs no more than they were told.
fn is_approved(wanted: &Wanted, transaction: &Unsigned, decision: &Decision) -> bool {
    let Some((asked, fee_budget)) = wanted.asked.as_ref().zip(wanted.fee_budget) else {
        return false;
    };
    let seen = Intent { call: Call::of(transaction), ..wanted.intent.clone() };
    asked.digest == seen.digest(fee_budget)
        && wanted.may_cost(transaction)
        && decision.needs().iter().all(|need| asked.missing(need) == 0)
}

/// What the policies are asked about: a call with so much gas, at most at this price.
fn candidate(intent: &Intent, call: Call, (gas_limit, max_fee): (u64, u128)) -> Candidate {
    let Call { to, value, data } = call;
    let Intent { chain_id, address: from, .. } = *intent;
    Candidate { chain_id, from, to, value, data, gas_limit, max_fee }
}

async fn spending(room: &LaneRoom, intent: &Intent) -> Result<Spending, Hindrance> {
    Ok(room.spendings.load(&intent.organization_id.to_string()).await?.aggregate)
}

async fn decide(
    room: &LaneRoom,
    intent: &Intent,
    candidate: &Candidate,
    book: &Book,
    at: OffsetDateTime,
) -> Result<Decision, Hindrance> {
    let all = room.policies.load(&intent.organization_id.to_string()).await?.aggregate;
    let context = policies::Context {
        organization: intent.organization_id.to_string(),
        wallet: intent.wallet_id.to_string(),
        workflow: Some(intent.origin.workflow_id.to_string()),
        actor: intent.origin.started_by.clone(),
        trigger: Some(intent.origin.trigger.clone()),
        at,
        prices: Prices::default(),
    };
    Ok(policies::decide(&all.in_force(at), candidate, &context, book))
}

/// Whether it was reserved; not, where others took of the same limits meanwhile.
async fn reserve(
    room: &LaneRoom,
    intent: &Intent,
    decision: Decision,
    at: OffsetDateTime,
) -> Result<bool, Hindrance> {
    let organization = intent.organization_id;
    let command = spending::Command {
        organization,
        intent: intent.intent_id,
        at,
        order: spending::Order::Reserve(decision.claims),
    };
    let id = CommandId::derived(at, &format!("reserve {}", intent.intent_id));
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

/// Why it may not be signed, in a line for the workflow's author.
fn in_words(decision: &Decision) -> String {
    let stops = |reason: &&Reason| !matches!(reason, Reason::Allowed { .. });
    match decision.reasons.iter().find(stops) {
        Some(reason) => reason.to_string(),
        None => "no policy allows it".to_owned(),
    }
}
