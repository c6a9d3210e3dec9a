//! What the checklist asks, and what is found.

use serde::Serialize;
use utoipa::ToSchema;

/// A point of the checklist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = ReadinessCheck)]
pub enum Check {
    /// The workflow passes validation, and every node's payload fits its type.
    Definition,
    /// A version is live, and it is not paused.
    Live,
    /// Its tests pass.
    Tests,
    /// Its last run came to a good end.
    Runs,
    /// A failure reaches somebody.
    Failures,
    /// What fails in passing is tried again, and what cannot be undone is not done twice.
    Retries,
    /// No credential is written into it.
    Credentials,
    /// The connectors that it uses can be used, were tried, and have somebody who answers for them.
    Connectors,
    /// The keys that may start it are kept to what they are for, and end some day.
    Keys,
    /// Whatever starts it says what it must be given.
    Input,
    /// What comes round in time does so again.
    Schedule,
    /// Whoever calls its webhook is verified, and a repeated call does nothing twice.
    Webhook,
    /// What moves funds is bounded.
    Wallets,
    /// There are compute units for it.
    Units,
    /// It says what it is for.
    Documentation,
}

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReadinessVerdict)]
pub enum Verdict {
    /// It holds.
    Pass,
    /// It does not hold.
    Fail,
    /// It asks for something that this workflow does not have.
    NotApplicable,
}

/// A check that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReadinessFinding)]
pub struct Finding {
    /// Which.
    pub check: Check,
    /// What it asks for.
    pub title: &'static str,
    /// What it came to.
    pub verdict: Verdict,
    /// What was seen, a line each.
    pub evidence: Vec<String>,
    /// What helps, when it does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cure: Option<&'static str>,
}

/// What a check found, without the words that are always the same.
#[derive(Debug)]
pub(super) struct Judgement {
    pub(super) verdict: Verdict,
    pub(super) evidence: Vec<String>,
}

impl Judgement {
    pub(super) fn pass(evidence: impl Into<String>) -> Self {
        Self { verdict: Verdict::Pass, evidence: vec![evidence.into()] }
    }

    pub(super) fn fail(evidence: impl Into<String>) -> Self {
        Self { verdict: Verdict::Fail, evidence: vec![evidence.into()] }
    }

    pub(super) fn not_applicable(why: impl Into<String>) -> Self {
        Self { verdict: Verdict::NotApplicable, evidence: vec![why.into()] }
    }

    /// It holds unless there is a fault.
    pub(super) fn unless(faults: Vec<String>, evidence: impl FnOnce() -> String) -> Self {
        if faults.is_empty() {
            Self::pass(evidence())
        } else {
            Self { verdict: Verdict::Fail, evidence: faults }
        }
    }
}
