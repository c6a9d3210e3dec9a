use std::sync::Arc;

use cqrs_es::Aggregate;
use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use engine::{Audience, Json, ManualTask, PayloadProblem};
use serde_json::{Value, json};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::{
    CancelCause, Command, Created, Error, Escalation, Event, Opening, Order, Reminder, Status, Task,
};
use crate::primitives::{OrganizationId, RunId, TaskId, WorkflowId};

const OPENED: OffsetDateTime = datetime!(2026-11-24 08:00 UTC);
const RUN: RunId = RunId::from_uuid(uuid::Uuid::max());

fn after(seconds: i64) -> OffsetDateTime {
    OPENED + Duration::seconds(seconds)
}

/// Due after 100 seconds, with an escalation to the leads for 50 more.
fn payload() -> Value {
    json!({
        "title": "Pay?",
        "queue": "treasury",
        "priority": "HIGH",
        "form": { "type": "object", "required": ["approved"], "properties": { "approved": { "type": "boolean" } } },
        "data": { "amount": 7 },
        "deadlineMs": 100_000,
        "reminders": [0.5, 0.9],
        "escalation": { "role": "lead", "deadlineMs": 50_000 },
    })
}

fn create(payload: &Value) -> Command {
    let task = ManualTask::of(payload).expect("the payload of a task");
    let more = task.escalation.as_ref().map_or(0, |escalation| escalation.deadline_ms);
    let limit = Duration::milliseconds((task.deadline_ms + more).cast_signed());
    let opening = Opening {
        id: TaskId::of(RUN, "ask"),
        organization: OrganizationId::DEFAULT,
        approval: None,
        run: RUN,
        node: "ask".into(),
        workflow: WorkflowId::from_uuid(uuid::Uuid::nil()),
        task,
        opened_at: OPENED,
        expires_at: OPENED + limit,
    };
    Command { by: "system:tasks".into(), at: OPENED, order: Order::Create(Box::new(opening)) }
}

fn created() -> Event {
    Event::Created(Box::new(Created {
        task_id: TaskId::of(RUN, "ask"),
        organization_id: OrganizationId::DEFAULT,
        approval: None,
        run_id: RUN,
        node_id: "ask".into(),
        workflow_id: WorkflowId::from_uuid(uuid::Uuid::nil()),
        title: "Pay?".into(),
        description: None,
        priority: engine::Priority::High,
        audience: Audience::Queue("treasury".into()),
        form: Some(Arc::new(payload()["form"].clone())),
        ui_component: None,
        data: Some(Arc::new(json!({ "amount": 7 }))),
        due_at: after(100),
        reminders: vec![Reminder { due_at: after(50) }, Reminder { due_at: after(90) }],
        escalation: Some(Escalation { audience: Audience::Role("lead".into()) }),
        expires_at: after(150),
        by: "system:tasks".into(),
        at: OPENED,
    }))
}

fn order(by: &str, seconds: i64, order: Order) -> Command {
    Command { by: by.into(), at: after(seconds), order }
}

fn claimed(by: &str) -> Event {
    Event::Claimed { by: by.into(), at: after(1) }
}

fn assigned(to: &str) -> Event {
    Event::Assigned { assignee: to.into(), by: "boss".into(), at: after(1) }
}

fn yes() -> Json {
    Arc::new(json!({ "approved": true }))
}

fn given(events: Vec<Event>) -> AggregateTestExecutor<Task> {
    TestFramework::<Task>::with(()).given(events)
}

fn folded(events: Vec<Event>) -> Task {
    let mut task = Task::default();
    for event in events {
        task.apply(event);
    }
    task
}

#[test]
fn a_task_begins_with_what_its_node_asks_for() {
    given(vec![]).when(create(&payload())).then_expect_events(vec![created()]);
}

#[test]
fn a_task_for_a_person_is_assigned_at_once() {
    let payload = json!({ "title": "Pay?", "assignee": "ada", "deadlineMs": 1_000 });
    let executor = given(vec![]).when(create(&payload));
    let events = executor.inspect_result().expect("it is created");
    assert_eq!(events.len(), 2);
    let expected =
        Event::Assigned { assignee: "ada".into(), by: "system:tasks".into(), at: OPENED };
    assert_eq!(events[1], expected);
    let task = folded(events);
    assert_eq!((task.status, task.assignee.as_deref()), (Status::Assigned, Some("ada")));
}

#[test]
fn a_task_is_created_once() {
    given(vec![created()]).when(create(&payload())).then_expect_error(Error::Exists);
    let history =
        vec![created(), claimed("ada"), Event::Expired { by: "x".into(), at: after(150) }];
    given(history).when(create(&payload())).then_expect_error(Error::Exists);
}

#[test]
fn what_does_not_exist_takes_no_orders() {
    given(vec![]).when(order("ada", 1, Order::Claim)).then_expect_error(Error::Unknown);
}

#[test]
fn a_task_is_claimed_by_one_person() {
    given(vec![created()])
        .when(order("ada", 1, Order::Claim))
        .then_expect_events(vec![claimed("ada")]);
    let history = vec![created(), claimed("ada")];
    given(history.clone()).when(order("ada", 2, Order::Claim)).then_expect_events(vec![]);
    for theirs in [Order::Claim, Order::Release, Order::Complete { data: yes() }] {
        given(history.clone())
            .when(order("bob", 2, theirs))
            .then_expect_error(Error::ClaimedByAnother("ada".into()));
    }
}

#[test]
fn what_was_assigned_is_its_assignees_until_somebody_assigns_it_anew() {
    given(vec![created()])
        .when(Command {
            by: "boss".into(),
            at: after(1),
            order: Order::Assign { assignee: " bob ".into() },
        })
        .then_expect_events(vec![assigned("bob")]);
    let history = vec![created(), assigned("bob")];
    given(history.clone())
        .when(order("ada", 2, Order::Claim))
        .then_expect_error(Error::AssignedToAnother("bob".into()));
    given(history.clone())
        .when(order("boss", 2, Order::Assign { assignee: "bob".into() }))
        .then_expect_events(vec![]);
    let (from, assignee) = ("bob".to_owned(), "ada".to_owned());
    given([history, vec![claimed("bob")]].concat())
        .when(order("boss", 2, Order::Assign { assignee: assignee.clone() }))
        .then_expect_events(vec![Event::Reassigned {
            from,
            assignee,
            by: "boss".into(),
            at: after(2),
        }]);
}

#[test]
fn what_is_released_goes_back_to_those_whom_it_was_meant_for() {
    let released = Event::Released { by: "bob".into(), at: after(2) };
    let history = vec![created(), assigned("bob"), claimed("bob")];
    given(history.clone())
        .when(order("bob", 2, Order::Release))
        .then_expect_events(vec![released.clone()]);
    let task = folded([history, vec![released]].concat());
    assert_eq!((task.status, task.assignee), (Status::Created, None));
    given(vec![created(), assigned("bob")])
        .when(order("bob", 2, Order::Release))
        .then_expect_error(Error::NotClaimed);
}

#[test]
fn an_answer_must_be_what_the_form_asks_for() {
    let complete = |data: Value| order("ada", 2, Order::Complete { data: Arc::new(data) });
    given(vec![created(), claimed("ada")])
        .when(complete(json!({ "approved": "yes" })))
        .then_expect_error(Error::InvalidAnswer(vec![PayloadProblem {
            path: "/approved".into(),
            message: "expected a boolean, found a string".into(),
        }]));
    given(vec![created()])
        .when(complete(json!({ "approved": true })))
        .then_expect_events(vec![Event::Completed { data: yes(), by: "ada".into(), at: after(2) }]);
    let large = json!({ "approved": true, "note": "x".repeat(300_000) });
    given(vec![created()])
        .when(complete(large))
        .then_expect_error(Error::TooLarge(engine::Excess::Size));
}

#[test]
fn a_rejection_gives_its_reason() {
    let reject = |reason: &str| order("ada", 2, Order::Reject { reason: reason.into() });
    given(vec![created()]).when(reject(" too much ")).then_expect_events(vec![Event::Rejected {
        reason: "too much".into(),
        by: "ada".into(),
        at: after(2),
    }]);
    given(vec![created()])
        .when(reject(" "))
        .then_expect_error(Error::Reason { max: 1_000, actual: 0 });
}

#[test]
fn an_end_is_final() {
    let (by, at) = ("ada".to_owned(), after(3));
    let ends = [
        (Event::Completed { data: yes(), by: by.clone(), at }, Status::Completed),
        (Event::Rejected { reason: "no".into(), by: by.clone(), at }, Status::Rejected),
        (
            Event::Cancelled { cause: CancelCause::Requested, reason: None, by: by.clone(), at },
            Status::Cancelled,
        ),
        (Event::Expired { by, at }, Status::Expired),
    ];
    for (end, status) in ends {
        let orders = [
            Order::Claim,
            Order::Release,
            Order::Assign { assignee: "bob".into() },
            Order::Complete { data: yes() },
            Order::Reject { reason: "no".into() },
            Order::Cancel { cause: CancelCause::RunEnded, reason: None },
            Order::Prompt,
            Order::Expire,
        ];
        for late in orders {
            given(vec![created(), end.clone()])
                .when(order("ada", 200, late))
                .then_expect_error(Error::Settled(status));
        }
    }
}

#[test]
fn each_reminder_is_given_once_and_those_that_were_missed_are_passed_by() {
    let prompt = |seconds| order("clerk", seconds, Order::Prompt);
    let reminded =
        |reminder, seconds| Event::Reminded { reminder, by: "clerk".into(), at: after(seconds) };
    given(vec![created()]).when(prompt(49)).then_expect_events(vec![]);
    given(vec![created()]).when(prompt(50)).then_expect_events(vec![reminded(1, 50)]);
    let once = vec![created(), reminded(1, 50)];
    given(once.clone()).when(prompt(89)).then_expect_events(vec![]);
    given(once).when(prompt(90)).then_expect_events(vec![reminded(2, 90)]);
    given(vec![created()]).when(prompt(95)).then_expect_events(vec![reminded(2, 95)]);
}

#[test]
fn a_task_that_is_due_goes_over_to_others_once() {
    let escalated = Event::Escalated {
        audience: Audience::Role("lead".into()),
        due_at: after(150),
        by: "clerk".into(),
        at: after(100),
    };
    let history = vec![created(), claimed("ada")];
    given(history.clone())
        .when(order("clerk", 100, Order::Prompt))
        .then_expect_events(vec![escalated.clone()]);
    let history = [history, vec![escalated]].concat();
    given(history.clone()).when(order("clerk", 101, Order::Prompt)).then_expect_events(vec![]);
    let task = folded(history.clone());
    assert_eq!((task.status, task.assignee.as_deref()), (Status::Created, None));
    assert_eq!(task.due_at(), Some(after(150)));
    given(history)
        .when(order("lead", 101, Order::Claim))
        .then_expect_events(vec![Event::Claimed { by: "lead".into(), at: after(101) }]);
}

#[test]
fn an_answer_comes_before_the_run_stops_waiting_or_not_at_all() {
    given(vec![created()])
        .when(order("ada", 150, Order::Complete { data: yes() }))
        .then_expect_error(Error::TooLate(after(150)));
    given(vec![created()])
        .when(order("clerk", 149, Order::Expire))
        .then_expect_error(Error::NotDue(after(150)));
    given(vec![created()])
        .when(order("clerk", 150, Order::Prompt))
        .then_expect_events(vec![Event::Expired { by: "clerk".into(), at: after(150) }]);
    given(vec![created()])
        .when(order("clerk", 150, Order::Expire))
        .then_expect_events(vec![Event::Expired { by: "clerk".into(), at: after(150) }]);
}

#[test]
fn nobody_acts_without_a_name() {
    given(vec![created()])
        .when(order(" ", 1, Order::Claim))
        .then_expect_error(Error::Person { max: 100, actual: 0 });
    given(vec![created()])
        .when(order("ada", 1, Order::Assign { assignee: "n".repeat(101) }))
        .then_expect_error(Error::Person { max: 100, actual: 101 });
}
