use engine::parse;
use serde_json::{Value, json};
use time::macros::datetime;

use super::{
    Check, Connected, ErrorWorkflow, Facts, Finding, Key, LastRun, Payer, Played, Rounds, Standing,
    Tested, Units, Verdict, judge,
};

fn document() -> Value {
    json!({
        "nodes": {
            "root": {"type": "manual", "payload": {}, "children": ["pay"]},
            "pay": {
                "type": "http-request",
                "payload": {"url": "https://api.example.com", "method": "POST"},
                "retryPolicy": {"maxAttempts": 3},
            },
        },
        "inputSchema": [{"key": "amount", "type": "number", "required": true}],
    })
}

fn of(document: Value) -> Facts {
    Facts {
        definition: parse(&document).ok(),
        document,
        edition: "live".to_owned(),
        writes: vec!["http-request".to_owned()],
        ..Facts::default()
    }
}

#[test]
fn what_sends_transactions_needs_a_wallet_a_policy_and_coins() {
    let mut facts = ready();
    let verdict = |facts: &Facts| {
        let found = judge(facts).into_iter().find(|found| found.check == Check::Wallets);
        found.map(|found| (found.verdict, found.evidence))
    };
    assert_eq!(verdict(&facts).unwrap().0, Verdict::NotApplicable);
    facts.payers = vec![Payer { node: "pay".to_owned(), fault: None }];
    assert_eq!(verdict(&facts).unwrap().0, Verdict::Pass);
    facts.payers.push(Payer { node: "tip".to_owned(), fault: Some("no coins".to_owned()) });
    let failed = (Verdict::Fail, vec!["`tip`: no coins".to_owned()]);
    assert_eq!(verdict(&facts), Some(failed));
}

/// Everything about it is as it should be.
fn ready() -> Facts {
    let at = datetime!(2026-11-28 12:00 UTC);
    Facts {
        description: Some("Pays suppliers.".to_owned()),
        standing: Standing { live: Some(2), paused: None, archived: false },
        tests: vec![Tested {
            name: "pays once".to_owned(),
            version: 3,
            last: Some(Played { passed: true, test_version: 3, workflow_version: Some(2), at }),
        }],
        runs: vec![
            LastRun { id: "run_b".to_owned(), succeeded: None, failure: None, at },
            LastRun { id: "run_a".to_owned(), succeeded: Some(true), failure: None, at },
        ],
        error_workflow: Some(ErrorWorkflow { id: "wf_oncall".to_owned(), is_live: true }),
        units: Some(Units { left: 11, threshold: 10 }),
        connectors: vec![Connected {
            node: "pay".to_owned(),
            name: "`Bank` (conn_a)".to_owned(),
            owner: Some("organization".to_owned()),
            fault: None,
            untested: false,
        }],
        keys: vec![Key {
            name: "shop".to_owned(),
            id: "key_a".to_owned(),
            is_scoped: true,
            expires_at: Some(at),
        }],
        schedule: Some(Rounds {
            next: Some(at),
            zone: "Europe/Zurich".to_owned(),
            catch_up: "one".to_owned(),
        }),
        ..of(document())
    }
}

fn found(facts: &Facts, check: Check) -> Finding {
    judge(facts).into_iter().find(|found| found.check == check).expect("every check is made")
}

fn fails_with(facts: &Facts, check: Check, words: &str) {
    let found = found(facts, check);
    assert_eq!(found.verdict, Verdict::Fail, "{found:?}");
    assert!(found.evidence.iter().any(|line| line.contains(words)), "{found:?}");
    assert!(found.cure.is_some(), "{found:?}");
}

#[test]
fn a_workflow_of_which_everything_holds_is_ready_and_each_check_has_its_evidence() {
    for found in judge(&ready()) {
        assert_ne!(found.verdict, Verdict::Fail, "{found:?}");
        assert!(!found.evidence.is_empty() && found.cure.is_none(), "{found:?}");
    }
}

#[test]
fn a_new_draft_fails_where_nothing_was_proved_yet() {
    let facts = of(document());
    for check in [Check::Live, Check::Tests, Check::Failures, Check::Documentation] {
        assert_eq!(found(&facts, check).verdict, Verdict::Fail, "{check:?}");
    }
    for check in [Check::Runs, Check::Units, Check::Wallets] {
        assert_eq!(found(&facts, check).verdict, Verdict::NotApplicable, "{check:?}");
    }
}

#[test]
fn each_check_fails_by_its_own_fault_and_says_what_was_seen() {
    let change = |change: fn(&mut Facts)| {
        let mut facts = ready();
        change(&mut facts);
        facts
    };
    fails_with(
        &change(|facts| facts.problems.push("/nodes/pay: unknown".to_owned())),
        Check::Definition,
        "/nodes/pay",
    );
    fails_with(
        &change(|facts| facts.standing.paused = Some("consecutive_failures".to_owned())),
        Check::Live,
        "consecutive_failures",
    );
    fails_with(&change(|facts| facts.standing.archived = true), Check::Live, "archived");
    fails_with(&change(|facts| facts.tests[0].last = None), Check::Tests, "never played");
    fails_with(&change(|facts| facts.tests[0].version = 4), Check::Tests, "changed since");
    fails_with(&change(|facts| facts.standing.live = Some(3)), Check::Tests, "version 3 is live");
    fails_with(
        &change(|facts| {
            facts.runs[1].succeeded = Some(false);
            facts.runs[1].failure = Some("the bank refuses".to_owned());
        }),
        Check::Runs,
        "the bank refuses",
    );
    fails_with(&change(|facts| facts.runs.truncate(1)), Check::Runs, "has ended yet");
    fails_with(
        &change(|facts| facts.error_workflow.as_mut().expect("one").is_live = false),
        Check::Failures,
        "wf_oncall is not live",
    );
    fails_with(
        &change(|facts| facts.units = Some(Units { left: 10, threshold: 10 })),
        Check::Units,
        "10 units are left",
    );
    fails_with(
        &change(|facts| facts.connectors[0].fault = Some("its last test failed: 401".to_owned())),
        Check::Connectors,
        "`pay` uses `Bank` (conn_a): its last test failed: 401",
    );
    fails_with(&change(|facts| facts.connectors[0].owner = None), Check::Connectors, "is gone");
    fails_with(&change(|facts| facts.connectors[0].untested = true), Check::Connectors, "never");
    fails_with(&change(|facts| facts.keys[0].is_scoped = false), Check::Keys, "opens all");
    fails_with(&change(|facts| facts.keys[0].expires_at = None), Check::Keys, "never ends");
    fails_with(
        &change(|facts| facts.description = Some("  ".to_owned())),
        Check::Documentation,
        "no description",
    );
}

#[test]
fn nodes_that_fail_at_once_and_credentials_that_are_written_out_are_named() {
    let mut document = document();
    document["nodes"]["pay"].as_object_mut().expect("a node").remove("retryPolicy");
    document["nodes"]["pay"]["payload"]["headers"] = json!({"X-Api-Key": "0123456789abcdef"});
    document.as_object_mut().expect("an object").remove("inputSchema");
    let facts = of(document);
    fails_with(&facts, Check::Retries, "1 of 1 nodes fail at their first failure: `pay`");
    fails_with(&facts, Check::Credentials, "/nodes/pay/payload/headers/X-Api-Key");
    fails_with(&facts, Check::Input, "whatever it is given");
    let told = format!("{:?}", judge(&facts));
    assert!(!told.contains("0123456789abcdef"), "a finding never holds the credential");
}
