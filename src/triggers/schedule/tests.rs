use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{MAX_MADE_UP, MAX_MISSED, Plan, Settings, Step};

const WORKFLOW: &str = "wf_1";

fn at(text: &str) -> OffsetDateTime {
    OffsetDateTime::parse(text, &Rfc3339).expect("an instant")
}

fn settings(payload: &Value) -> Settings {
    Settings::read(payload).expect("settings")
}

fn step(payload: &Value, done_through: &str, now: &str) -> Step {
    Step::of(&settings(payload), WORKFLOW, at(done_through), at(now))
}

fn hourly(catch_up: &str) -> Value {
    json!({"schedule": "0 * * * *", "catchUp": catch_up})
}

fn plan(catch_up: &str, done_through: &str, now: &str) -> Plan {
    match step(&hourly(catch_up), done_through, now) {
        Step::CatchUp(plan) => plan,
        other @ (Step::Wait(_) | Step::Over | Step::Fire(_)) => panic!("{other:?}"),
    }
}

#[test]
fn a_time_is_fired_when_it_has_come_and_not_before() {
    let from = "2026-11-28T08:00:00Z";
    let wait = step(&hourly("one"), from, "2026-11-28T08:59:59Z");
    assert_eq!(wait, Step::Wait(at("2026-11-28T09:00:00Z")));
    for now in ["2026-11-28T09:00:00Z", "2026-11-28T09:01:00Z"] {
        assert_eq!(step(&hourly("skip"), from, now), Step::Fire(at("2026-11-28T09:00:00Z")));
    }
    let once = json!({"rrule": "DTSTART:20261128T090000Z\nRRULE:FREQ=DAILY;COUNT=1"});
    assert_eq!(step(&once, "2026-11-28T09:00:00Z", "2026-11-29T00:00:00Z"), Step::Over);
}

#[test]
fn what_was_missed_is_passed_over_or_made_up_for_as_the_author_wants() {
    let (from, now) = ("2026-11-28T08:00:00Z", "2026-11-28T12:30:00Z");
    let due = |hour: &str| at(&format!("2026-11-28T{hour}:00:00Z"));
    let skip = plan("skip", from, now);
    let passed = skip.passed.clone().expect("some");
    assert_eq!((passed.count, passed.first, passed.last), (4, due("09"), due("12")));
    assert_eq!((skip.made_up.len(), skip.through), (0, at(now)));
    let one = plan("one", from, now);
    assert_eq!(one.made_up, [due("12").unix_timestamp()]);
    assert_eq!(one.passed.as_ref().map(|it| (it.count, it.last)), Some((3, due("11"))));
    assert_eq!(one.missed_before(one.made_up[0]), 3);
    let all = plan("all", from, now);
    let expected = ["09", "10", "11", "12"].map(|hour| due(hour).unix_timestamp());
    assert_eq!((&all.made_up[..], all.passed), (&expected[..], None));
    // One that was missed alone is made up for, and nothing is said of others.
    let alone = plan("one", "2026-11-28T11:00:00Z", now);
    assert_eq!((alone.made_up.len(), alone.passed), (1, None));
    // What is written down is read again as it was.
    let text = serde_json::to_string(&one).expect("JSON");
    assert_eq!(serde_json::from_str::<Plan>(&text).expect("a plan"), one);
}

#[test]
fn a_long_absence_is_made_up_for_and_counted_within_bounds() {
    let seconds = json!({"schedule": "* * * * * *", "catchUp": "all"});
    let Step::CatchUp(plan) = step(&seconds, "2026-01-01T00:00:00Z", "2026-11-28T00:00:00Z") else {
        panic!("a plan")
    };
    assert_eq!(plan.made_up.len(), MAX_MADE_UP);
    assert_eq!(plan.made_up.last(), Some(&at("2026-11-28T00:00:00Z").unix_timestamp()));
    assert_eq!(plan.passed.expect("the others").count, MAX_MISSED);
}

#[test]
fn jitter_puts_off_by_the_same_time_wherever_it_is_asked() {
    let mut payload = hourly("one");
    payload["jitterMs"] = json!(600_000);
    let settings = settings(&payload);
    let due = at("2026-11-28T09:00:00Z");
    let first = settings.fires_at(WORKFLOW, due);
    assert_eq!(settings.fires_at(WORKFLOW, due), first);
    assert!(first >= due && first <= due + time::Duration::minutes(10));
    assert_ne!(settings.fires_at("wf_2", due), first);
    let waits = Step::of(&settings, WORKFLOW, at("2026-11-28T08:00:00Z"), due);
    assert_eq!(waits, Step::Wait(first));
}

#[test]
fn nothing_is_due_before_the_start_and_after_the_end() {
    let payload = json!({
        "cron": "0 9 * * *", "timezone": "Europe/Zurich",
        "startAt": "2026-11-28T08:00:00Z", "endAt": "2026-11-29T08:00:00Z",
    });
    let settings = settings(&payload);
    let times = settings.upcoming(at("2020-01-01T00:00:00Z"), 9);
    assert_eq!(times, [at("2026-11-28T08:00:00Z"), at("2026-11-29T08:00:00Z")]);
    assert_eq!(settings.previous(at("2030-01-01T00:00:00Z")), Some(times[1]));
    assert_eq!(settings.previous(times[0]), None);
}

#[test]
fn wrong_settings_are_told_with_their_place() {
    let of = |payload: Value| {
        let problem = Settings::read(&payload).expect_err("no settings");
        (problem.path, problem.message)
    };
    assert!(of(json!({})).1.contains("one of `schedule`"));
    assert!(of(json!({"schedule": "0 9 * * *", "rrule": "x"})).1.contains("one of"));
    assert_eq!(of(json!({"schedule": "0 9 * *"})).0, "/schedule");
    assert_eq!(of(json!({"schedule": "0 9 * * *", "timezone": "Mars"})).0, "/timezone");
    assert!(of(json!({"rrule": "0 9 * * *"})).1.contains("no recurrence"));
    let bare = of(json!({"rrule": "RRULE:FREQ=DAILY"}));
    assert!(bare.0 == "/rrule" && bare.1.contains("DTSTART"), "{bare:?}");
    assert_eq!(of(json!({"schedule": "0 9 * * *", "jitterMs": 3_600_001})).0, "/jitterMs");
    assert_eq!(of(json!({"schedule": "0 9 * * *", "startAt": "today"})).0, "/startAt");
    let ended = json!({"schedule": "0 9 * * *", "startAt": "2026-01-01T10:00:00Z",
                       "endAt": "2026-01-01T11:00:00Z"});
    assert_eq!(of(ended).0, "/endAt");
    let taken = json!({"schedule": "0 9 * * *", "inputs": {"missed": 1}});
    assert_eq!(of(taken).0, "/inputs/missed");
}
