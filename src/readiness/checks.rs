//! The checklist: what each point asks for, what helps, and how it is judged.

use std::collections::BTreeSet;

use super::facts::{Connected, Facts, Key, Payer, Tested};
use super::finding::{Check, Finding, Judgement};
use super::graph::{declares_input, named, of_types, trigger};
use crate::secrets::suspects;

/// A point: what it asks for, what helps when it does not hold, and how it is judged.
struct Point {
    check: Check,
    title: &'static str,
    cure: &'static str,
    judge: fn(&Facts) -> Judgement,
}

const POINTS: &[Point] = &[
    Point {
        check: Check::Definition,
        title: "The workflow passes validation, and every node's payload fits its type",
        cure: "mend what is listed, or see `chainkeel workflow validate`",
        judge: definition,
    },
    Point {
        check: Check::Live,
        title: "A version is live, and it is not paused",
        cure: "publish the draft; for a paused workflow review its last failures, then resume it",
        judge: live,
    },
    Point {
        check: Check::Tests,
        title: "It has tests, and all of them pass",
        cure: "write a test (docs/testing-workflows.md) and play it on what is to be used",
        judge: tests,
    },
    Point {
        check: Check::Runs,
        title: "The last finished run of the live version succeeded",
        cure: "start it once with real input, or see what its last failure needs",
        judge: runs,
    },
    Point {
        check: Check::Failures,
        title: "A run that fails for good reaches somebody",
        cure: "name a live workflow as `errorWorkflow` that tells those who are on duty",
        judge: failures,
    },
    Point {
        check: Check::Retries,
        title: "What changes the outside is tried again or has an answer to its failure",
        cure: "give these nodes a `retryPolicy` or `onFailure`",
        judge: retries,
    },
    Point {
        check: Check::Credentials,
        title: "No credential is written into the definition",
        cure: "keep it in a connector or in secrets, refer to it, and replace the one that was \
               written here: every version stays on the ledger",
        judge: credentials,
    },
    Point {
        check: Check::Connectors,
        title: "Its connectors can be used, were tried, and have an owner who is still there",
        cure: "test what is listed (`chainkeel connector test`), authorize it anew, or give it to \
               somebody who answers for it",
        judge: connectors,
    },
    Point {
        check: Check::Keys,
        title: "The keys that may start it are kept to what they are for, and end some day",
        cure: "issue keys with `scopes` and `expiresAt` in place of those that are listed, then \
               revoke these",
        judge: keys,
    },
    Point {
        check: Check::Input,
        title: "It says what a run must be given",
        cure: "declare `inputSchema`, so that wrong input is refused before a run starts",
        judge: input,
    },
    Point {
        check: Check::Schedule,
        title: "Its schedule comes round again",
        cure: "give the schedule a later `endAt`, `UNTIL` or `COUNT`, or start it by something else",
        judge: schedule,
    },
    Point {
        check: Check::Webhook,
        title: "Calls of its webhook carry a secret, and a repeated call starts nothing twice",
        cure: "start it by a `webhook` or `manual` trigger",
        judge: webhook,
    },
    Point {
        check: Check::Wallets,
        title: "What moves funds is bounded by a policy, and its fees can be paid",
        cure: "put a policy on the wallet (docs/policies.md), and coins of the chain into it",
        judge: wallets,
    },
    Point {
        check: Check::Units,
        title: "There are compute units for it",
        cure: "add units, or lower the threshold of the plan",
        judge: units,
    },
    Point {
        check: Check::Documentation,
        title: "It says what it is for",
        cure: "give it a `description` of a sentence or more",
        judge: documentation,
    },
];

/// Answers the whole checklist.
pub fn judge(facts: &Facts) -> Vec<Finding> {
    let found = |point: &Point| {
        let Judgement { verdict, evidence } = (point.judge)(facts);
        let cure = (verdict == super::Verdict::Fail).then_some(point.cure);
        Finding { check: point.check, title: point.title, verdict, evidence, cure }
    };
    POINTS.iter().map(found).collect()
}

fn definition(facts: &Facts) -> Judgement {
    let nodes = facts.definition.as_ref().map_or(0, |definition| definition.nodes().len());
    Judgement::unless(facts.problems.clone(), || {
        format!("{}: {nodes} nodes, each payload fits the schema of its type", facts.edition)
    })
}

fn live(facts: &Facts) -> Judgement {
    let standing = &facts.standing;
    match (standing.live, &standing.paused) {
        (_, _) if standing.archived => Judgement::fail("it is archived"),
        (None, _) => Judgement::fail("nothing was published"),
        (Some(version), Some(why)) => {
            Judgement::fail(format!("version {version} is live and paused: {why}"))
        }
        (Some(version), None) => Judgement::pass(format!("version {version} is live")),
    }
}

fn tests(facts: &Facts) -> Judgement {
    if facts.tests.is_empty() {
        return Judgement::fail("it has no test");
    }
    let faults = facts.tests.iter().filter_map(|test| fault_of_test(test, facts)).collect();
    Judgement::unless(faults, || {
        let oldest = facts.tests.iter().filter_map(|test| Some(test.last.as_ref()?.at)).min();
        let since = oldest.map(|at| format!(", the first of them on {}", at.date()));
        format!("{} tests passed{}", facts.tests.len(), since.unwrap_or_default())
    })
}

fn fault_of_test(test: &Tested, facts: &Facts) -> Option<String> {
    let name = &test.name;
    let Some(played) = &test.last else {
        return Some(format!("`{name}` was never played"));
    };
    if !played.passed {
        return Some(format!("`{name}` failed on {}", played.at.date()));
    }
    if played.test_version != test.version {
        return Some(format!("`{name}` was changed since it was played"));
    }
    let (wanted, seen) = (facts.standing.live?, played.workflow_version?);
    (seen < wanted)
        .then(|| format!("`{name}` was played on version {seen}; version {wanted} is live"))
}

fn runs(facts: &Facts) -> Judgement {
    if facts.standing.live.is_none() {
        return Judgement::not_applicable("nothing is live");
    }
    let finished = facts.runs.iter().find_map(|run| Some((run, run.succeeded?)));
    match finished {
        None if facts.runs.is_empty() => Judgement::fail("no run of the live version was seen"),
        None => Judgement::fail("no run of the live version has ended yet"),
        Some((run, true)) => Judgement::pass(format!("{} succeeded on {}", run.id, run.at.date())),
        Some((run, false)) => {
            let why = run.failure.as_deref().unwrap_or("no reason is known");
            Judgement::fail(format!("{} failed on {}: {why}", run.id, run.at.date()))
        }
    }
}

fn failures(facts: &Facts) -> Judgement {
    match &facts.error_workflow {
        Some(handler) if handler.is_live => {
            Judgement::pass(format!("{} starts when a run of it fails", handler.id))
        }
        Some(handler) => Judgement::fail(format!("its error workflow {} is not live", handler.id)),
        None => Judgement::fail(
            "it has no error workflow: its failures are seen only by who looks, at \
             /v1/runs?status=failure and in the stream of activity",
        ),
    }
}

fn retries(facts: &Facts) -> Judgement {
    let Some(definition) = &facts.definition else {
        return Judgement::not_applicable("the definition cannot be read");
    };
    let (mut all, mut bare) = (0, Vec::new());
    for (id, node) in of_types(definition, &facts.writes) {
        all += 1;
        if node.retry_policy.is_none() && node.on_failure.is_none() {
            bare.push(id);
        }
    }
    match (all, bare.is_empty()) {
        (0, _) => Judgement::not_applicable("no node changes the outside"),
        (_, true) => Judgement::pass(format!("{all} of {all} nodes that change the outside")),
        (_, false) => Judgement::fail(format!(
            "{} of {all} nodes fail at their first failure: {}",
            bare.len(),
            named(bare.iter().copied())
        )),
    }
}

fn credentials(facts: &Facts) -> Judgement {
    let line = |it: crate::secrets::Suspect| format!("{}: {}", it.pointer, it.looks_like);
    let faults = suspects(&facts.document).into_iter().map(line).collect();
    Judgement::unless(faults, || "nothing in it looks like one".to_owned())
}

fn connectors(facts: &Facts) -> Judgement {
    if facts.connectors.is_empty() {
        return Judgement::not_applicable("no node names a connector");
    }
    let faults = facts.connectors.iter().filter_map(fault_of_connector).collect();
    Judgement::unless(faults, || {
        let names: BTreeSet<&str> = facts.connectors.iter().map(|it| it.name.as_str()).collect();
        let names: Vec<&str> = names.into_iter().collect();
        format!("connected, tried, and answered for: {}", names.join(", "))
    })
}

fn fault_of_connector(used: &Connected) -> Option<String> {
    let Connected { node, name, owner, fault, untested } = used;
    let fault = match (fault, owner) {
        (Some(fault), _) => fault.clone(),
        (None, None) => "whoever answered for it is gone".to_owned(),
        (None, Some(_)) if *untested => "it was never tested".to_owned(),
        (None, Some(_)) => return None,
    };
    Some(format!("`{node}` uses {name}: {fault}"))
}

fn keys(facts: &Facts) -> Judgement {
    if facts.keys.is_empty() {
        return Judgement::not_applicable("no API key may start it");
    }
    let fault = |key: &Key| {
        let why = match (key.is_scoped, key.expires_at) {
            (false, _) => "opens all that its owner may do",
            (true, None) => "never ends",
            (true, Some(_)) => return None,
        };
        Some(format!("`{}` ({}) {why}", key.name, key.id))
    };
    let faults = facts.keys.iter().filter_map(fault).collect();
    Judgement::unless(faults, || format!("{} keys may start it, each scoped", facts.keys.len()))
}

fn input(facts: &Facts) -> Judgement {
    match &facts.definition {
        None => Judgement::not_applicable("the definition cannot be read"),
        Some(definition) if declares_input(definition) => {
            Judgement::pass("wrong input is refused before a run starts")
        }
        Some(_) => Judgement::fail("a run takes whatever it is given"),
    }
}

fn schedule(facts: &Facts) -> Judgement {
    let Some(rounds) = &facts.schedule else {
        return Judgement::not_applicable("no schedule starts it");
    };
    let (zone, catch_up) = (&rounds.zone, &rounds.catch_up);
    match rounds.next {
        None => Judgement::fail(format!("its schedule is over: nothing is due any more ({zone})")),
        Some(next) => {
            let (day, time) = (next.date(), next.time());
            let told = format!("next due on {day} at {time} UTC, counted in {zone}");
            Judgement::pass(format!("{told}; missed times: {catch_up}"))
        }
    }
}

fn webhook(facts: &Facts) -> Judgement {
    match facts.definition.as_ref().and_then(trigger) {
        Some("webhook" | "manual") => Judgement::pass(
            "its URL holds a secret that nobody else has, and a delivery that names itself \
             (`webhook-id` or `Idempotency-Key`) starts one run",
        ),
        Some(other) => Judgement::not_applicable(format!("it is started by `{other}`")),
        None => Judgement::not_applicable("it has no trigger that can be read"),
    }
}

fn wallets(facts: &Facts) -> Judgement {
    if facts.payers.is_empty() {
        return Judgement::not_applicable("no node sends transactions");
    }
    let fault = |it: &Payer| it.fault.as_ref().map(|fault| format!("`{}`: {fault}", it.node));
    Judgement::unless(facts.payers.iter().filter_map(fault).collect(), || {
        let nodes: Vec<_> = facts.payers.iter().map(|it| format!("`{}`", it.node)).collect();
        format!(
            "a policy bounds what is signed, and where wallet and chain are known beforehand, fees can \
             be paid: {}",
            nodes.join(", ")
        )
    })
}

fn units(facts: &Facts) -> Judgement {
    match facts.units {
        None => Judgement::not_applicable("usage is not counted here"),
        Some(units) if i128::from(units.left) > i128::from(units.threshold) => Judgement::pass(
            format!("{} units are left, runs stop at {}", units.left, units.threshold),
        ),
        Some(units) => Judgement::fail(format!(
            "{} units are left, and nothing starts unless more than {} are",
            units.left, units.threshold
        )),
    }
}

fn documentation(facts: &Facts) -> Judgement {
    match facts.description.as_deref().map(str::trim) {
        None | Some("") => Judgement::fail("it has no description"),
        Some(text) => Judgement::pass(format!(
            "its description has {} characters, and each of its node types has a page",
            text.chars().count()
        )),
    }
}
