//! What was decided and why: kept on the ledger, and shown to whoever asks.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::approvals::Need;
use super::limits::Claim;

/// Where a call lies: the index within each call that holds it. That of the transaction is empty.
pub type Place = Vec<usize>;

/// What is to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// It may be signed.
    Allow,
    /// It may be signed once enough people have approved it.
    NeedsApproval,
    /// It may not be signed.
    Deny,
    /// It is not a transaction that anybody should sign.
    Malformed,
}

impl Outcome {
    /// How it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::NeedsApproval => "needsApproval",
            Self::Deny => "deny",
            Self::Malformed => "malformed",
        }
    }
}

/// Why a transaction is none that anybody should sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Malformed {
    /// Which call.
    pub place: Place,
    /// What is wrong with it.
    pub message: String,
}

impl Malformed {
    pub(super) fn new(place: &[usize], message: &str) -> Self {
        Self { place: place.to_vec(), message: message.to_owned() }
    }
}

/// A reason of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Reason {
    /// It is not a transaction that anybody should sign.
    Malformed {
        /// Which call.
        call: Place,
        /// What is wrong with it.
        message: String,
    },
    /// A rule allows this call.
    Allowed {
        /// Which call.
        call: Place,
        /// The policy.
        policy: String,
        /// The rule.
        rule: String,
    },
    /// A rule denies this call.
    Denied {
        /// Which call.
        call: Place,
        /// The policy.
        policy: String,
        /// The rule.
        rule: String,
        /// The fact that is undetermined, where the rule applies for that.
        undetermined: Option<String>,
    },
    /// No policy is in force for the wallet, the workflow or the organization.
    NoPolicy,
    /// No rule allows this call.
    NotAllowed {
        /// Which call.
        call: Place,
        /// What the call does.
        action: String,
        /// Which rules were near, and the fact for which each does not allow it.
        near: Vec<Near>,
    },
    /// It is more than a limit leaves.
    OverLimit {
        /// The limit, what it leaves, and what is wanted.
        limit: Used,
    },
    /// It cannot be said how much of a limit it takes.
    LimitUndetermined {
        /// The policy.
        policy: String,
        /// The limit.
        limit: String,
        /// For which call.
        call: Place,
    },
    /// People have to approve it first.
    ApprovalNeeded(Need),
}

/// A rule that did not allow a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Near {
    /// The policy.
    pub policy: String,
    /// The rule.
    pub rule: String,
    /// The fact that is not as the rule wants it, is not known, or is not named by the rule.
    pub fact: String,
    /// Which of these three.
    pub why: Why,
}

/// Why a rule did not allow a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Why {
    /// The fact is another than the rule wants.
    Other,
    /// Nobody can say what the fact is.
    Undetermined,
    /// The rule says nothing of it, and has to.
    Unstated,
}

/// A limit and what a transaction takes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Used {
    /// The policy.
    pub policy: String,
    /// The limit.
    pub limit: String,
    /// The most, as the policy writes it.
    pub most: String,
    /// What was used before, reservations included.
    pub used: String,
    /// What is left.
    pub left: String,
    /// What the transaction wants of it.
    pub wanted: String,
}

/// The decision over one transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// What is to happen.
    pub outcome: Outcome,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What it takes of which limit.
    pub limits: Vec<Used>,
    /// Which policies were asked, in which version.
    pub policies: Vec<PolicyVersion>,
    /// What would be decided if the policies that only watch were in force; null where none watches.
    pub monitored: Option<Monitored>,
    /// What has to be reserved before it is signed.
    pub claims: Vec<Claim>,
}

impl Decision {
    /// What is wanted of people, where it needs approval.
    pub fn needs(&self) -> Vec<Need> {
        let needs = self.reasons.iter().filter_map(|reason| match reason {
            Reason::ApprovalNeeded(need) => Some(need.clone()),
            Reason::Malformed { .. }
            | Reason::Allowed { .. }
            | Reason::Denied { .. }
            | Reason::NoPolicy
            | Reason::NotAllowed { .. }
            | Reason::OverLimit { .. }
            | Reason::LimitUndetermined { .. } => None,
        });
        needs.collect()
    }
}

/// What would be decided by policies that only watch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Monitored {
    /// What would happen.
    pub outcome: Outcome,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// A policy that was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyVersion {
    /// The policy.
    pub policy: String,
    /// Its version.
    pub version: u32,
    /// Whether it only watches.
    pub is_monitored: bool,
}

/// For whoever wanted the transaction, in a line.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |call: &Place| match call.as_slice() {
            [] => "the call".to_owned(),
            place => format!("the call within it at {place:?}"),
        };
        match self {
            Self::Malformed { call, message } => write!(f, "{} {message}", of(call)),
            Self::Allowed { call, policy, rule } => {
                write!(f, "the rule {rule} of the policy {policy} allows {}", of(call))
            }
            Self::Denied { call, policy, rule, undetermined: None } => {
                write!(f, "the rule {rule} of the policy {policy} denies {}", of(call))
            }
            Self::Denied { call, policy, rule, undetermined: Some(fact) } => write!(
                f,
                "the rule {rule} of the policy {policy} denies {}, since nobody can say its {fact}",
                of(call)
            ),
            Self::NoPolicy => f.write_str(
                "no policy is in force for this wallet, and what no policy allows is not signed",
            ),
            Self::NotAllowed { call, action, near } => {
                write!(f, "no rule allows {}, which is of the kind {action}", of(call))?;
                match near.first() {
                    Some(Near { policy, rule, fact, .. }) => {
                        write!(f, "; the rule {rule} of the policy {policy} fails at its {fact}")
                    }
                    None => Ok(()),
                }
            }
            Self::OverLimit { limit } => {
                let Used { policy, limit, left, most, wanted, .. } = limit;
                write!(
                    f,
                    "the limit {limit} of the policy {policy} leaves {left} of {most}, and {wanted} \
                     is wanted"
                )
            }
            Self::LimitUndetermined { policy, limit, call } => write!(
                f,
                "nobody can say how much {} takes of the limit {limit} of the policy {policy}",
                of(call)
            ),
            Self::ApprovalNeeded(Need { policy, approval, needed, approvers, .. }) => write!(
                f,
                "the approval {approval} of the policy {policy} needs {needed} of {}",
                approvers.join(", ")
            ),
        }
    }
}
