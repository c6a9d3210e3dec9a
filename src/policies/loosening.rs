//! Whether a change lets through what was not let through before.

use super::decide::Mode;
use super::document::{Approval, Document, Effect, Rule};

/// How a policy stands: what it says and how it is applied. None where there is none.
pub type Stand<'a> = Option<(&'a Document, Mode)>;

/// Whether a change may let something through. What cannot be shown to tighten loosens: a mistake on this
/// side costs patience, on the other money.
pub fn loosens(before: Stand<'_>, after: Stand<'_>) -> bool {
    match (before, after) {
        (None | Some((_, Mode::Off)), None | Some((_, Mode::Off))) => false,
        // Something that was not asked: it loosens by what it allows, or by only watching.
        (None | Some((_, Mode::Off)), Some((document, mode))) => {
            mode == Mode::Monitor || allows(document).next().is_some()
        }
        (Some((_, Mode::Monitor)), Some((after, Mode::Enforce))) => allows(after).next().is_some(),
        (Some((before, from)), Some((after, to))) if from == to => {
            from != Mode::Enforce || !is_within(before, after)
        }
        (Some(_), None | Some(_)) => true,
    }
}

fn allows(document: &Document) -> impl Iterator<Item = &Rule> {
    document.rules.iter().filter(|rule| rule.effect == Effect::Allow)
}

/// Whether a policy in force surely lets nothing through that it did not let through before.
fn is_within(before: &Document, after: &Document) -> bool {
    let denies = |document: &'_ Document, rule: &Rule| {
        document.rules.iter().any(|it| it.effect == Effect::Deny && it.when == rule.when)
    };
    let no_new_allow = allows(after).all(|rule| allows(before).any(|it| it.when == rule.when));
    let mut before_denies = before.rules.iter().filter(|rule| rule.effect == Effect::Deny);
    let no_lost_deny = before_denies.all(|rule| denies(after, rule));
    let limits_hold = before.limits.iter().all(|limit| {
        after.limits.iter().any(|it| {
            let is_less = it.most().zip(limit.most()).is_some_and(|(new, old)| new <= old);
            is_less && super::Limit { most: limit.most.clone(), ..it.clone() } == *limit
        })
    });
    let approvals_hold =
        before.approvals.iter().all(|old| after.approvals.iter().any(|new| is_as_strict(old, new)));
    before.scope == after.scope && no_new_allow && no_lost_deny && limits_hold && approvals_hold
}

/// Whether an approval asks about the same, and as many of no other people in no longer a time.
fn is_as_strict(before: &Approval, after: &Approval) -> bool {
    before.when == after.when
        && after.needed >= before.needed
        && after.within <= before.within
        && after.approvers.iter().all(|it| before.approvers.contains(it))
}
