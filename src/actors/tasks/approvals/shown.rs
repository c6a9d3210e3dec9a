//! What a task shows to the one who is to approve: what is to be signed, call by call, what it may cost, and
//! why people are asked. Pure.

use std::sync::Arc;

use alloy_primitives::Bytes;
use engine::{Audience, Json, ManualTask, Priority};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::aggregates::signature_request;
use crate::aggregates::wallet_lane::Wanted;
use crate::policies::approvals::{Asked, Need};
use crate::policies::{Candidate, Decision, Described, DocumentCandidate, describe};
use crate::primitives::IntentId;

/// The most bytes of calldata that a task shows; more is shown where the transaction is.
const MAX_DATA: usize = 4_096;
/// The most bytes of a document that a task shows.
const MAX_DOCUMENT: usize = 16 * 1_024;
/// The most calls that a task shows, beside how many there are.
const MAX_CALLS: usize = 32;

/// What is to be signed, as a task shows it.
pub(super) struct Shown {
    /// In a line.
    pub(super) title: String,
    /// In full.
    pub(super) data: Value,
    /// When nobody waits for it any more, whoever approves.
    pub(super) expires_at: OffsetDateTime,
}

impl Shown {
    /// A transaction.
    pub(super) fn transaction(wanted: &Wanted) -> Self {
        let intent = &wanted.intent;
        let (call, chain) = (&intent.call, intent.chain_id);
        let candidate = Candidate {
            chain_id: chain,
            from: intent.address,
            to: call.to,
            value: call.value,
            data: call.data.clone(),
            gas_limit: 0,
            max_fee: 0,
        };
        let calls = describe(&candidate);
        let title = format!("Approve a transaction on chain {chain}: {}", in_words(&calls));
        let data = json!({
            "transactionId": intent.intent_id,
            "walletId": intent.wallet_id,
            "chainId": chain,
            "from": intent.address.to_checksum(None),
            "to": call.to.map(|it| it.to_checksum(None)),
            "value": call.value.to_string(),
            "data": bytes(&call.data, &format!("/v1/transactions/{}", intent.intent_id)),
            "calls": listed(&calls),
            "callsInAll": calls.len(),
            "mostFees": wanted.most_fees().map(|it| it.to_string()),
            "workflowId": intent.origin.workflow_id,
            "trigger": intent.origin.trigger,
        });
        Self { title, data, expires_at: intent.expires_at }
    }

    /// A document.
    pub(super) fn document(intent: &signature_request::Intent) -> Self {
        let document = &intent.document;
        let calls = describe(&DocumentCandidate::new(intent.address, document.clone()));
        let domain = document.domain();
        let contract = domain.verifying_contract.map(|it| it.to_checksum(None));
        let before = contract.as_deref().unwrap_or("any contract");
        let kind = document.primary_type();
        let chain = domain.chain_id.map(|it| format!(" on chain {it}")).unwrap_or_default();
        let what = if calls.iter().any(|it| it.counterparty.is_some()) {
            format!(": {}", in_words(&calls))
        } else {
            String::new()
        };
        let whole = json!(document);
        let shown = if whole.to_string().len() <= MAX_DOCUMENT {
            whole
        } else {
            json!({ "see": format!("/v1/signatures/{}", intent.intent_id) })
        };
        let data = json!({
            "signatureId": intent.intent_id,
            "walletId": intent.wallet_id,
            "chainId": domain.chain_id,
            "signer": intent.address.to_checksum(None),
            "verifyingContract": contract,
            "primaryType": kind,
            "document": shown,
            "calls": listed(&calls),
            "callsInAll": calls.len(),
            "user": intent.user,
            "workflowId": intent.origin.workflow_id,
            "trigger": intent.origin.trigger,
        });
        let title = format!("Approve a signature of {kind} before {before}{chain}{what}");
        Self { title, data, expires_at: intent.expires_at }
    }

    /// The task that puts the question to one person, and until when their answer counts for something.
    pub(super) fn task(
        &self,
        (intent, asked): (IntentId, &Asked),
        reasons: &[String],
        person: &str,
    ) -> (ManualTask, OffsetDateTime) {
        let theirs = || asked.needs.iter().filter(|need| names(need, person));
        let shortest = theirs().map(|need| need.within).min().unwrap_or_default();
        let ends = theirs().map(|need| asked.expires_at(need)).max();
        let ends = ends.unwrap_or(asked.asked_at).min(self.expires_at);
        let mut data = self.data.clone();
        data["digest"] = asked.digest.to_string().into();
        data["askedBy"] = asked.asked_by.clone().into();
        data["needs"] = asked.needs.iter().map(|need| needed(asked, need)).collect();
        data["reasons"] = reasons.into();
        let description = format!(
            "A policy asks before this is signed. Complete the task with the decision `approve` or \
             `reject`: it counts for {intent}, the digest {} and nothing else.",
            asked.digest
        );
        let task = ManualTask {
            title: self.title.clone(),
            description: Some(description),
            audience: Audience::Assignee(person.to_owned()),
            priority: Priority::High,
            form: Some(form()),
            ui_component: None,
            data: Some(Arc::new(data)),
            deadline_ms: shortest.saturating_mul(1_000),
            reminders: vec![0.5],
            escalation: None,
        };
        (task, ends)
    }
}

/// Why people are asked, in lines, by the decision of the policies as it stands on the ledger.
pub(super) fn reasons(decision: &Json) -> Vec<String> {
    let decision = serde_json::from_value::<Decision>(Value::clone(decision));
    let reasons = decision.map(|it| it.reasons).unwrap_or_default();
    reasons.iter().map(ToString::to_string).collect()
}

fn names(need: &Need, person: &str) -> bool {
    need.approvers.iter().any(|it| it == person)
}

fn needed(asked: &Asked, need: &Need) -> Value {
    use time::format_description::well_known::Rfc3339;
    json!({
        "policy": need.policy,
        "approval": need.approval,
        "approvers": need.approvers,
        "needed": need.needed,
        "until": asked.expires_at(need).format(&Rfc3339).unwrap_or_default(),
    })
}

/// What an answer looks like.
fn form() -> Json {
    Arc::new(json!({
        "type": "object",
        "required": ["decision"],
        "additionalProperties": false,
        "properties": {
            "decision": { "type": "string", "enum": ["approve", "reject"] },
            "digest": { "type": "string", "pattern": "^0x[0-9a-fA-F]{64}$" },
            "comment": { "type": "string", "maxLength": 500 },
        },
    }))
}

fn listed(calls: &[Described]) -> Value {
    json!(&calls[..calls.len().min(MAX_CALLS)])
}

/// Bytes as they are, or where they are shown.
fn bytes(data: &Bytes, whole: &str) -> Value {
    if data.len() <= MAX_DATA {
        return data.to_string().into();
    }
    json!({ "bytes": data.len(), "see": whole })
}

/// What is to happen, in a few words: the first call that moves something, and how many there are.
fn in_words(calls: &[Described]) -> String {
    let moves = calls.iter().find(|it| it.counterparty.is_some() && it.action != "native");
    let Some(first) = moves.or_else(|| calls.last()) else { return "a call".to_owned() };
    let to = first.to.as_deref().unwrap_or("a new contract");
    let many = if calls.len() > 1 { format!(" ({} calls)", calls.len()) } else { String::new() };
    if first.action == "native" {
        return format!("{} wei to {to}{many}", first.value);
    }
    let amount = match (first.unlimited, &first.amount) {
        (Some(true), _) => " without end".to_owned(),
        (_, Some(amount)) => format!(" {amount}"),
        (_, None) => String::new(),
    };
    let other = first.counterparty.as_ref().map(|it| format!(" for {it}")).unwrap_or_default();
    format!("{}{amount}{other} by {to}{many}", first.action)
}
