//! Whether a transaction or a document may be signed: the policies in force are asked, and what they count is
//! reserved, so that of two that race for the last of a limit one gets it.

use std::sync::Arc;

use alloy_primitives::U256;
use engine::Json;
use time::OffsetDateTime;

use super::hindrance::Hindrance;
use super::quoting::{Quote, Quoting, with_prices};
use crate::aggregates::signature_request;
use crate::aggregates::signing_policy::SigningPolicies;
use crate::aggregates::spending::{self, Spending};
use crate::aggregates::wallet_lane::{Call, Intent, Origin, Verdict, Wanted};
use crate::journal::{Context, Journal, Memory, Metadata, NotExecuted, Store};
use crate::policies::approvals::{self, Need};
use crate::policies::limits::{Book, Refused};
use crate::policies::{self, Asked, Candidate, Decision, DocumentCandidate, Outcome, Reason};
use crate::primitives::{Clock, CommandId, IntentId, OrganizationId, WalletId};
use crate::signing::{Clearance, Ruling, TypedClearance};
use crate::transactions::Unsigned;
use crate::triggers::price::Quotes;

/// How often is decided anew because others took of the same limits meanwhile.
const TRIES: usize = 8;

/// What says whether something may be signed. Cheap to clone.
#[derive(Clone)]
pub struct Laws {
    policies: Store<SigningPolicies>,
    pub(super) spendings: Memory<Spending>,
    quoting: Quoting,
    clock: Arc<dyn Clock>,
}

impl Laws {
    /// The policies on this ledger, and what was used of their limits.
    pub fn new(journal: &Journal, quotes: Option<Quotes>, clock: Arc<dyn Clock>) -> Self {
        Self {
            policies: Store::signing_policies(journal.clone()),
            spendings: Memory::of(Store::spendings(journal.clone())),
            quoting: Quoting::new(journal.clone(), quotes),
            clock,
        }
    }

    /// The same that believes nothing but events: who can write a snapshot could widen a limit.
    #[must_use]
    pub fn without_snapshots(self) -> Self {
        Self { spendings: self.spendings.without_snapshots(), ..self }
    }
}

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
    laws: &Laws,
    intent: &Intent,
    (gas_limit, fee_budget): (u64, U256),
) -> Result<Judgement, Hindrance> {
    let candidate =
        candidate(intent, intent.call.clone(), (gas_limit, price(gas_limit, fee_budget)));
    let (ruled, reasons) = weigh(laws, intent.into(), (&candidate).into(), approvable).await?;
    let verdict = match ruled {
        Ok(None) => Verdict::Allowed { fee_budget },
        Ok(Some(needs)) => Verdict::Asks { fee_budget, needs },
        Err(why) => Verdict::Denied(why),
    };
    Ok(Judgement { verdict, reasons })
}

/// What would be decided over an intent, and why it would be denied where it would. Nothing is reserved but in
/// this book, which begins as the ledger has it.
pub(super) async fn foresee(
    laws: &Laws,
    intent: &Intent,
    (gas_limit, fee_budget): (u64, U256),
    book: &mut Option<Book>,
) -> Result<(Decision, Option<String>), Hindrance> {
    let (case, at) = (Case::from(intent), laws.clock.now());
    let mut kept = match book.take() {
        Some(kept) => kept,
        None => spent(laws, case).await?,
    };
    let candidate =
        candidate(intent, intent.call.clone(), (gas_limit, price(gas_limit, fee_budget)));
    let (decision, _) = decide(laws, case, (&candidate).into(), &kept, at).await?;
    let denied = approvable(case, &decision).err();
    if denied.is_none() {
        kept.keep(&intent.intent_id.to_string(), decision.claims.clone(), at);
    }
    *book = Some(kept);
    Ok((decision, denied))
}

/// Decides over a document, and reserves what it lets move of limits; with the whole decision, as auditors
/// read it.
pub(super) async fn judge_document(
    laws: &Laws,
    intent: &signature_request::Intent,
) -> Result<(signature_request::Verdict, Json), Hindrance> {
    let candidate = DocumentCandidate::new(intent.address, intent.document.clone());
    let (ruled, reasons) = weigh(laws, intent.into(), (&candidate).into(), approvable).await?;
    let verdict = match ruled {
        Ok(None) => signature_request::Verdict::Allowed,
        Ok(Some(needs)) => signature_request::Verdict::Asks(needs),
        Err(why) => signature_request::Verdict::Denied(why),
    };
    Ok((verdict, reasons))
}

/// The last door: the clearance of the transaction as it will be signed, where the policies of this moment
/// allow it; where they want approvals, these have to be there, as they want them now. What moves nothing is
/// always cleared: it only uses up a nonce.
pub(super) async fn clear(
    laws: &Laws,
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
    let decision = decided_now(laws, intent.into(), (&candidate).into()).await?;
    Ok(match decision.outcome {
        Outcome::NeedsApproval if is_approved(wanted, transaction, &decision) => cleared(),
        Outcome::Allow | Outcome::NeedsApproval | Outcome::Deny | Outcome::Malformed => {
            allowed(&decision).and_then(|()| cleared())
        }
    })
}

/// The last door of a document: its clearance, where the policies of this moment allow it; where they want
/// approvals, these have to be there, as they want them now.
pub(super) async fn clear_document(
    laws: &Laws,
    intent: &signature_request::Intent,
    asked: Option<&approvals::Asked>,
) -> Result<Result<TypedClearance, String>, Hindrance> {
    let (signer, digest) = (intent.address, intent.document.digest());
    let candidate = DocumentCandidate::new(signer, intent.document.clone());
    let decision = decided_now(laws, intent.into(), (&candidate).into()).await?;
    let ruling = Ruling::AllowedDocument { signer, digest };
    let cleared = || TypedClearance::granted(&ruling).ok_or_else(String::new);
    let is_approved = |asked: &approvals::Asked| asked.digest == digest && meets(asked, &decision);
    Ok(match decision.outcome {
        Outcome::NeedsApproval if asked.is_some_and(is_approved) => cleared(),
        Outcome::Allow | Outcome::NeedsApproval | Outcome::Deny | Outcome::Malformed => {
            allowed(&decision).and_then(|()| cleared())
        }
    })
}

/// Decides, and reserves what it takes of limits; what follows by this rule or why nothing does, and the whole
/// decision.
async fn weigh<T>(
    laws: &Laws,
    case: Case<'_>,
    what: Asked<'_>,
    rule: impl Fn(Case<'_>, &Decision) -> Result<T, String>,
) -> Result<(Result<T, String>, Json), Hindrance> {
    for _ in 0..TRIES {
        let at = laws.clock.now();
        let book = spent(laws, case).await?;
        let (decision, quotes) = decide(laws, case, what, &book, at).await?;
        let reasons = Json::new(with_prices(&decision, &quotes).unwrap_or_default());
        let ruled = rule(case, &decision);
        if ruled.is_err() || reserve(laws, case, decision, at).await? {
            return Ok((ruled, reasons));
        }
    }
    Err(Hindrance::Spending(spending::Error::Limit(Refused::Full)))
}

/// Whether it is allowed as it is; else why not.
fn allowed(decision: &Decision) -> Result<(), String> {
    match decision.outcome {
        Outcome::Allow => Ok(()),
        Outcome::NeedsApproval | Outcome::Deny | Outcome::Malformed => Err(in_words(decision)),
    }
}

/// What people have to approve; nothing where it is allowed as it is. Where so few may approve it that they can
/// never be enough, it is denied.
fn approvable(case: Case<'_>, decision: &Decision) -> Result<Option<Vec<Need>>, String> {
    if decision.outcome != Outcome::NeedsApproval {
        return allowed(decision).map(|()| None);
    }
    let (needs, started_by) = (decision.needs(), &case.origin.started_by);
    match needs.iter().find(|need| !need.can_be_met(started_by)) {
        None => Ok(Some(needs)),
        Some(Need { policy, approval, needed, .. }) => Err(format!(
            "the approval {approval} of the policy {policy} needs {needed}, and without \
             {started_by}, who caused it, fewer may approve it"
        )),
    }
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
        && meets(asked, decision)
}

/// Whether as many approved as the decision wants.
fn meets(asked: &approvals::Asked, decision: &Decision) -> bool {
    decision.needs().iter().all(|need| asked.missing(need) == 0)
}

/// What the policies of this moment say.
async fn decided_now(laws: &Laws, case: Case<'_>, what: Asked<'_>) -> Result<Decision, Hindrance> {
    let at = laws.clock.now();
    // What is reserved for this one does not stand in its own way.
    let book = spent(laws, case).await?.without(&case.intent.to_string());
    Ok(decide(laws, case, what, &book, at).await?.0)
}

/// The most that a gas may cost, where so much of it may come to this in all.
fn price(gas_limit: u64, fee_budget: U256) -> u128 {
    let price = fee_budget.checked_div(U256::from(gas_limit)).unwrap_or_default();
    u128::try_from(price).unwrap_or(u128::MAX)
}

/// What the policies are asked about: a call with so much gas, at most at this price.
fn candidate(intent: &Intent, call: Call, (gas_limit, max_fee): (u64, u128)) -> Candidate {
    let Call { to, value, data } = call;
    let Intent { chain_id, address: from, .. } = *intent;
    Candidate { chain_id, from, to, value, data, gas_limit, max_fee }
}

/// What the organization has used of its limits.
async fn spent(laws: &Laws, case: Case<'_>) -> Result<Book, Hindrance> {
    let organization = case.organization.to_string();
    Ok(laws.spendings.read(&organization, |spending| spending.book().clone()).await?)
}

async fn decide(
    laws: &Laws,
    case: Case<'_>,
    what: Asked<'_>,
    book: &Book,
    at: OffsetDateTime,
) -> Result<(Decision, Vec<Quote>), Hindrance> {
    let all = laws.policies.load(&case.organization.to_string()).await?.aggregate;
    let applied = all.in_force(at);
    let (prices, quotes) = laws.quoting.prices(&applied, what.chain(), at).await?;
    let context = policies::Context {
        organization: case.organization.to_string(),
        wallet: case.wallet.to_string(),
        workflow: Some(case.origin.workflow_id.to_string()),
        actor: case.origin.started_by.clone(),
        trigger: Some(case.origin.trigger.clone()),
        at,
        prices,
    };
    Ok((policies::decide(&applied, what, &context, book), quotes))
}

/// Whether it was reserved; not, where others took of the same limits meanwhile.
async fn reserve(
    laws: &Laws,
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
        laws.spendings.execute(&organization.to_string(), command, Context::new(metadata)).await;
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
