//! Work for people: opened, answered by its task alone, missed.

use chainkeel_engine::{
    Audience, Fact, Failure, FailureCategory, ManualTask, Priority, Refusal, RunStatus, Stimulus,
};
use serde_json::{Value, json};
use time::Duration;

use crate::support::{NOON, TestCatalog, World, definition, log, story};

/// A task with children under these branches.
fn asking(branches: &[&str]) -> World {
    let mut nodes = json!({
        "ask": {
            "type": "manual-task",
            "payload": {
                "title": "Pay {{$trigger.body.amount}}?",
                "queue": "treasury",
                "deadlineMs": 60_000,
                "escalation": { "role": "lead", "deadlineMs": 30_000 },
            },
            "children": branches,
        },
    });
    for branch in branches {
        let mut child = log("{{ask.result.status}}", &[]);
        child["branch"] = json!(branch);
        nodes[branch] = child;
    }
    World::with(&definition(&["ask"], nodes), json!({ "amount": 7 }))
}

fn answer(world: &mut World, outcome: &str, source: &str) -> Result<Vec<Fact>, Refusal> {
    let data = json!({
        "outcome": outcome, "data": { "approved": true }, "by": "ada", "taskId": "task_1",
        "reason": (outcome == "rejected").then_some("too much"),
    });
    let stimulus = Stimulus::Resume {
        node: "ask".into(),
        data: data.into(),
        source: source.to_owned(),
        by: "system:tasks".to_owned(),
    };
    world.tell(stimulus)
}

#[test]
fn a_task_waits_for_both_its_deadlines_with_its_payload_resolved() {
    let world = asking(&["completed"]);
    assert_eq!(world.run.status(), RunStatus::Waiting);
    let opened = world.facts.iter().find_map(|fact| {
        let Fact::WaitOpened { kind, input, due_at, .. } = fact else { return None };
        Some((kind, input, due_at))
    });
    let (kind, input, due_at) = opened.expect("a wait is open");
    assert_eq!((&**kind, *due_at), ("manual-task", NOON + Duration::seconds(90)));
    let task = ManualTask::of(input).expect("the input of a task");
    assert_eq!(task.title, "Pay 7?");
    assert_eq!(task.audience, Audience::Queue("treasury".into()));
    assert_eq!((task.priority, task.deadline_ms), (Priority::Medium, 60_000));
    assert_eq!(task.reminders, [0.5, 0.75, 0.9]);
    assert_eq!(task.escalation.expect("one").audience, Audience::Role("lead".into()));
}

#[test]
fn a_completed_task_goes_on_with_its_answer() {
    let mut world = asking(&["completed", "rejected", "timed_out"]);
    let facts = answer(&mut world, "completed", "task").expect("it waits");
    assert_eq!(
        story(&facts)[..3],
        ["wait_resumed ask", "node_succeeded ask", "node_succeeded completed",]
    );
    assert_eq!(
        world.result("ask"),
        json!({ "status": "completed", "data": { "approved": true }, "completedBy": "ada", "reason": null, "taskId": "task_1" })
    );
    assert_eq!(world.run.status(), RunStatus::Success);
    let again = answer(&mut world, "completed", "task");
    assert_eq!(again, Err(Refusal::AlreadyResumed { node: "ask".into() }));
}

#[test]
fn a_rejected_task_takes_its_branch_or_fails_the_node() {
    let mut world = asking(&["completed", "rejected"]);
    answer(&mut world, "rejected", "task").expect("it waits");
    assert_eq!(world.result("rejected")["message"], "rejected");
    assert_eq!(world.result("ask")["reason"], "too much");

    let mut world = asking(&["completed"]);
    let facts = answer(&mut world, "rejected", "task").expect("it waits");
    assert_eq!(
        story(&facts),
        ["wait_resumed ask", "node_failed ask", "node_cancelled completed", "failed ask"]
    );
    let failure = world.run.failure().expect("the run failed");
    assert_eq!(failure.code, Failure::TASK_REJECTED);
    assert_eq!(failure.category, FailureCategory::Validation);
    assert!(failure.message.starts_with("ada rejected the task: too much"), "{}", failure.message);
    assert!(!failure.retryable);
    let again = answer(&mut world, "completed", "task");
    assert_eq!(again, Err(Refusal::AlreadyResumed { node: "ask".into() }));
}

#[test]
fn nobody_but_its_task_goes_on_from_a_manual_task() {
    let mut world = asking(&["completed"]);
    for source in ["manual", "webhook"] {
        let refused = answer(&mut world, "completed", source);
        assert_eq!(refused, Err(Refusal::NotYours { node: "ask".into(), by: "task" }));
    }
    assert_eq!(world.run.status(), RunStatus::Waiting);
}

#[test]
fn a_missed_task_takes_its_branch_or_fails_the_node() {
    let mut world = asking(&["completed", "timed_out"]);
    world.pass(Duration::seconds(89));
    assert!(matches!(world.due("ask"), Err(Refusal::NotDue { .. })));
    world.pass(Duration::seconds(1));
    world.due("ask").expect("it is due");
    assert_eq!(world.result("timed_out")["message"], "timed_out");
    assert_eq!(world.result("ask")["data"], Value::Null);
    let late = answer(&mut world, "completed", "task");
    assert_eq!(late, Err(Refusal::Expired { node: "ask".into() }));

    let mut world = asking(&["completed"]);
    world.pass(Duration::seconds(90));
    world.due("ask").expect("it is due");
    assert_eq!(world.run.failure().map(|failure| &*failure.code), Some(Failure::WAIT_TIMED_OUT));
}

#[test]
fn what_is_wrong_with_a_task_is_told_before_it_runs() {
    let table = [
        (json!({}), "/title"),
        (json!({ "title": " " }), "/title"),
        (json!({ "title": "x".repeat(201) }), "/title"),
        (json!({ "title": "x", "assignee": "ada", "queue": "q" }), "/queue"),
        (json!({ "title": "x", "assignee": "ada", "role": "r" }), "/role"),
        (json!({ "title": "x", "priority": "URGENT" }), "/priority"),
        (json!({ "title": "x", "form": [] }), "/form"),
        (json!({ "title": "x", "form": { "title": "f".repeat(70_000) } }), "/form"),
        (json!({ "title": "x", "deadlineMs": 999 }), "/deadlineMs"),
        (json!({ "title": "x", "deadlineMs": 2_592_000_001_u64 }), "/deadlineMs"),
        (json!({ "title": "x", "reminders": [0.5, 1] }), "/reminders/1"),
        (json!({ "title": "x", "reminders": vec![0.5; 11] }), "/reminders"),
        (json!({ "title": "x", "escalation": { "deadlineMs": 1_000 } }), "/escalation"),
        (json!({ "title": "x", "escalation": { "role": "r" } }), "/escalation/deadlineMs"),
        (
            json!({ "title": "x", "escalation": { "role": "r", "queue": "q", "deadlineMs": 1_000 } }),
            "/escalation/queue",
        ),
    ];
    for (payload, place) in table {
        let node = json!({ "a": { "type": "manual-task", "payload": payload } });
        let definition = definition(&["a"], node);
        let found = chainkeel_engine::validate(&definition, &TestCatalog);
        let paths: Vec<_> = found.iter().map(|problem| problem.path.as_str()).collect();
        assert_eq!(paths, [format!("/nodes/a/payload{place}")], "{payload}");
        // And again when it is reached, should validation have been passed by.
        let run = World::of(&definition).run;
        let failure = run.failure().expect("the run failed");
        assert_eq!(failure.code, Failure::INVALID_INPUT, "{payload}");
    }
}
