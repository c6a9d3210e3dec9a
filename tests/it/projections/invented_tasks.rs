//! Invented lives of tasks: whatever the aggregate allows, in whatever order chance asks for it.

use std::sync::Arc;

use chainkeel::aggregates::task::{CancelCause, Command, Opening, Order, Task};
use chainkeel::journal::{NewEvent, StreamId};
use chainkeel::primitives::{OrganizationId, RunId, TaskId, WorkflowId};
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use engine::ManualTask;
use futures::executor::block_on;
use serde_json::{Value, json};
use time::Duration;
use time::macros::datetime;

use super::invention::{Dice, History};

/// One task's life.
pub(super) fn task(dice: &mut Dice, workflow: WorkflowId) -> History {
    let run = RunId::generate();
    let id = TaskId::of(run, "ask");
    let mut at =
        datetime!(2026-11-22 08:00 UTC) + Duration::seconds(dice.roll(9_000).cast_signed());
    let asked = ManualTask::of(&payload(dice)).unwrap();
    let opening = Opening {
        id,
        organization: OrganizationId::DEFAULT,
        approval: None,
        run,
        node: "ask".into(),
        workflow,
        task: asked,
        opened_at: at,
        expires_at: at + Duration::hours(2),
    };
    let mut task = Task::default();
    let mut appends = Vec::new();
    let mut order = Order::Create(Box::new(opening));
    for _ in 0..=dice.roll(9) {
        let by = ["ada", "bob\u{0}by", "cleo"][usize::try_from(dice.roll(3)).unwrap()].to_owned();
        let sink = EventSink::default();
        // What is refused did not happen.
        let _ = block_on(task.handle(Command { by, at, order }, &(), &sink));
        let events = block_on(sink.collect());
        if !events.is_empty() {
            appends.push(events.iter().map(|event| NewEvent::of(event).unwrap()).collect());
        }
        at += Duration::minutes(dice.roll(40).cast_signed());
        order = next(dice);
    }
    History { stream: StreamId::task(id), appends }
}

fn payload(dice: &mut Dice) -> Value {
    let priority = engine::Priority::ALL[usize::try_from(dice.roll(4)).unwrap()].name();
    let mut payload = json!({
        "title": format!("Task\u{0} {}", dice.roll(100)),
        "priority": priority,
        "deadlineMs": 3_600_000,
    });
    match dice.roll(4) {
        0 => payload["assignee"] = json!("ada"),
        1 => payload["role"] = json!("lead"),
        2 => payload["queue"] = json!("treasury"),
        _ => {}
    }
    if dice.roll(2) == 0 {
        payload["escalation"] = json!({ "assignee": "cleo", "deadlineMs": 3_600_000 });
    }
    payload
}

fn next(dice: &mut Dice) -> Order {
    match dice.roll(14) {
        0 => Order::Assign { assignee: "ada".into() },
        1 => Order::Assign { assignee: "bob".into() },
        2..=4 => Order::Claim,
        5 => Order::Release,
        6 => Order::Complete { data: Arc::new(json!({ "approved": true })) },
        7 => Order::Reject { reason: "no".into() },
        8 => Order::Cancel { cause: CancelCause::RunEnded, reason: None },
        9 => Order::Expire,
        _ => Order::Prompt,
    }
}
