//! The decision over one transaction or document: every call has to be allowed, one denial is enough.

use alloy_primitives::U256;
use serde::{Deserialize, Serialize};

use super::approvals::Need;
use super::candidate::{Asked, Context};
use super::claims;
use super::condition::Subject;
use super::decision::{
    Decision, Malformed, Monitored, Near, Outcome, PolicyVersion, Reason, Used, Why,
};
use super::document::{Document, Effect};
use super::facts::{self, Call, Whole};
use super::limits::Book;
use super::truth::Truth;

/// The most rules that are told of, that were near.
const MAX_NEAR: usize = 8;

/// How a policy is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mode {
    /// It decides.
    Enforce,
    /// It decides, that is recorded, and nothing is stopped by it.
    Monitor,
    /// It is not asked.
    Off,
}

impl Mode {
    /// How it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Monitor => "monitor",
            Self::Off => "off",
        }
    }
}

/// A policy in the version that counts.
#[derive(Debug, Clone, Copy)]
pub struct Applied<'a> {
    /// Its id.
    pub policy: &'a str,
    /// Its version.
    pub version: u32,
    /// How it is applied.
    pub mode: Mode,
    /// What it says.
    pub document: &'a Document,
}

/// Decides over a transaction or a document. What was used of limits is in the book; nothing is reserved
/// here.
pub fn decide<'a>(
    policies: &[Applied<'_>],
    asked_about: impl Into<Asked<'a>>,
    context: &Context,
    book: &Book,
) -> Decision {
    let asked: Vec<_> = policies
        .iter()
        .filter(|it| it.mode != Mode::Off && it.document.scope.covers(context))
        .copied()
        .collect();
    let (in_force, watching): (Vec<_>, Vec<_>) =
        asked.iter().partition(|it| it.mode == Mode::Enforce);
    let mut decision = Decision {
        outcome: Outcome::Malformed,
        reasons: Vec::new(),
        limits: Vec::new(),
        policies: asked.iter().map(version).collect(),
        monitored: None,
        claims: Vec::new(),
    };
    let (whole, calls) = match facts::of(asked_about.into()) {
        Ok(found) => found,
        Err(Malformed { place, message }) => {
            decision.reasons.push(Reason::Malformed { call: place, message });
            return decision;
        }
    };
    let judge = Judge { whole: &whole, context, book, calls: &calls };
    let all = judge.verdict(&asked);
    if watching.is_empty() {
        let Verdict { outcome, reasons, limits, claims } = all;
        return Decision { outcome, reasons, limits, claims, ..decision };
    }
    decision.monitored = Some(Monitored { outcome: all.outcome, reasons: all.reasons });
    decision.claims = all.claims;
    if in_force.is_empty() {
        // Policies that only watch, and nobody who stops.
        decision.outcome = Outcome::Allow;
    } else {
        let Verdict { outcome, reasons, limits, claims: _ } = judge.verdict(&in_force);
        (decision.outcome, decision.reasons, decision.limits) = (outcome, reasons, limits);
    }
    decision
}

fn version(policy: &Applied<'_>) -> PolicyVersion {
    PolicyVersion {
        policy: policy.policy.to_owned(),
        version: policy.version,
        is_monitored: policy.mode == Mode::Monitor,
    }
}

struct Judge<'a> {
    whole: &'a Whole<'a>,
    context: &'a Context,
    book: &'a Book,
    calls: &'a [Call<'a>],
}

struct Verdict {
    outcome: Outcome,
    reasons: Vec<Reason>,
    limits: Vec<Used>,
    claims: Vec<super::limits::Claim>,
}

impl Judge<'_> {
    fn verdict(&self, policies: &[Applied<'_>]) -> Verdict {
        let (mut stopping, mut asking, mut allowing) = (Vec::new(), Vec::new(), Vec::new());
        let mut verdict = Verdict {
            outcome: Outcome::Deny,
            reasons: Vec::new(),
            limits: Vec::new(),
            claims: Vec::new(),
        };
        if policies.is_empty() {
            verdict.reasons.push(Reason::NoPolicy);
            return verdict;
        }
        for call in self.calls {
            stopping.extend(self.denials(policies, call));
            match self.allowance(policies, call) {
                Ok(reason) => allowing.push(reason),
                Err(reason) => stopping.push(*reason),
            }
        }
        for policy in policies {
            self.limits(policy, &mut stopping, &mut verdict);
            self.approvals(policy, &mut asking);
        }
        verdict.outcome = match (stopping.is_empty(), asking.is_empty()) {
            (false, _) => Outcome::Deny,
            (true, false) => Outcome::NeedsApproval,
            (true, true) => Outcome::Allow,
        };
        verdict.reasons = [stopping, asking, allowing].concat();
        verdict
    }

    fn subject<'b>(&'b self, call: &'b Call<'b>) -> Subject<'b> {
        Subject { whole: self.whole, context: self.context, call }
    }

    fn denials(&self, policies: &[Applied<'_>], call: &Call<'_>) -> Vec<Reason> {
        let mut reasons = Vec::new();
        for policy in policies {
            let rules = policy.document.rules.iter();
            for rule in rules.filter(|rule| rule.effect == Effect::Deny) {
                let found = rule.when.holds(self.subject(call));
                if found.truth.may_be() {
                    reasons.push(Reason::Denied {
                        call: call.place.clone(),
                        policy: policy.policy.to_owned(),
                        rule: rule.id.clone(),
                        undetermined: found.fact.map(str::to_owned),
                    });
                }
            }
        }
        reasons
    }

    fn allowance(&self, policies: &[Applied<'_>], call: &Call<'_>) -> Result<Reason, Box<Reason>> {
        let place = || call.place.clone();
        let mut near = Vec::new();
        for policy in policies {
            let rules = policy.document.rules.iter();
            for rule in rules.filter(|rule| rule.effect == Effect::Allow) {
                let found = rule.when.holds(self.subject(call));
                let (fact, why) =
                    match (found.truth.is_certain(), rule.when.covers(self.whole, call)) {
                        (true, Ok(())) => {
                            let (policy, rule) = (policy.policy.to_owned(), rule.id.clone());
                            return Ok(Reason::Allowed { call: place(), policy, rule });
                        }
                        (true, Err("contents")) => ("contents", Why::Undetermined),
                        (true, Err(fact)) => (fact, Why::Unstated),
                        (false, _) if found.truth == Truth::Undetermined => {
                            (found.fact.unwrap_or("contents"), Why::Undetermined)
                        }
                        (false, _) => (found.fact.unwrap_or("contents"), Why::Other),
                    };
                near.push(Near {
                    policy: policy.policy.to_owned(),
                    rule: rule.id.clone(),
                    fact: fact.to_owned(),
                    why,
                });
            }
        }
        near.truncate(MAX_NEAR);
        let action = call.action.name().to_owned();
        Err(Box::new(Reason::NotAllowed { call: place(), action, near }))
    }

    fn limits(&self, policy: &Applied<'_>, stopping: &mut Vec<Reason>, verdict: &mut Verdict) {
        let Self { whole, context, book, calls } = self;
        for limit in &policy.document.limits {
            let wanted = match claims::taken(limit, whole, context, calls) {
                Ok(wanted) => wanted,
                Err(call) => {
                    let (policy, limit) = (policy.policy.to_owned(), limit.id.clone());
                    stopping.push(Reason::LimitUndetermined { policy, limit, call });
                    continue;
                }
            };
            if wanted.is_zero() {
                continue;
            }
            let is_binding = policy.mode == Mode::Enforce;
            let claim = claims::claim((policy.policy, is_binding), limit, context, wanted);
            let used =
                claim.as_ref().map_or(U256::ZERO, |it| book.used(&it.key, it.minutes, context.at));
            let most = limit.most().unwrap_or_default();
            let left = most.saturating_sub(used);
            let told = Used {
                policy: policy.policy.to_owned(),
                limit: limit.id.clone(),
                most: limit.most.clone(),
                used: limit.written(used),
                left: limit.written(left),
                wanted: limit.written(wanted),
            };
            if wanted > left {
                stopping.push(Reason::OverLimit { limit: told.clone() });
            }
            verdict.limits.push(told);
            verdict.claims.extend(claim);
        }
    }

    fn approvals(&self, policy: &Applied<'_>, asking: &mut Vec<Reason>) {
        for approval in &policy.document.approvals {
            let is_asked = |call| approval.when.holds(self.subject(call)).truth.may_be();
            if self.calls.iter().any(is_asked) {
                asking.push(Reason::ApprovalNeeded(Need {
                    policy: policy.policy.to_owned(),
                    approval: approval.id.clone(),
                    approvers: approval.approvers.clone(),
                    needed: approval.needed,
                    within: approval.within,
                }));
            }
        }
    }
}
