//! Used-up units pause workflows once, however often the event is handed over.

use std::sync::Arc;

use chainkeel::actors::{Exhaustion, IndexKeeper, Reaction};
use chainkeel::aggregates::account::{self, Plan};
use chainkeel::aggregates::workflow::{self, PauseReason, Status, Workflow};
use chainkeel::journal::{Context, Metadata, Recorded, Store, StreamId, pool};
use chainkeel::primitives::{CommandId, OrganizationId, WorkflowId};
use chainkeel::projections::{HouseViews, Positions, Views};
use chainkeel::triggers::TriggerIndex;
use serde_json::json;
use time::macros::datetime;
use tokio_util::sync::CancellationToken;

use super::stage::{Stage, eventually};

const WHOSE: OrganizationId = OrganizationId::DEFAULT;
const AT: time::OffsetDateTime = datetime!(2026-11-24 10:00 UTC);

fn context() -> Context {
    Context::new(Metadata::new(WHOSE, "tester", CommandId::generate()))
}

async fn order(workflows: &Store<Workflow>, id: WorkflowId, order: workflow::Order) {
    let command = workflow::Command { by: "tester".to_owned(), at: AT, order };
    workflows.execute(&id.to_string(), command, context()).await.unwrap();
}

async fn live(workflows: &Store<Workflow>) -> WorkflowId {
    let id = WorkflowId::generate();
    let definition: engine::Json =
        json!({"nodes": {"root": {"type": "manual", "payload": {}}}}).into();
    let create = workflow::Order::Create {
        id,
        organization: WHOSE,
        name: "A workflow".to_owned(),
        description: None,
        definition: definition.clone(),
        webhook_secret_hash: id.to_string(),
    };
    order(workflows, id, create).await;
    let publish = workflow::Order::Publish {
        expected_version: None,
        checked_at_version: 1,
        definition,
        approval: workflow::Approval::Unasked,
    };
    order(workflows, id, publish).await;
    id
}

/// The event that says that the units are used up, with its position.
async fn exhausted(stage: &Stage) -> Recorded {
    let accounts = Store::accounts(stage.journal.clone());
    let plan = Plan { monthly_grant: 0, min_threshold: 0 };
    for order in [account::Order::Meter(plan), account::Order::Judge { balance: 0, seen: 1 }] {
        let command = account::Command { by: "tester".to_owned(), at: AT, order };
        accounts.execute(&WHOSE.to_string(), command, context()).await.unwrap();
    }
    let stream = StreamId::account(WHOSE);
    let last = async || stage.journal.read_stream(&stream, 1, 1).await.unwrap().remove(0);
    eventually("a position", async || last().await.position > 0).await;
    last().await
}

#[tokio::test]
async fn a_workflow_that_was_resumed_is_not_paused_again_by_the_same_event() {
    let stage = Stage::new().await;
    let workflows = Store::workflows(stage.journal.clone());
    let (one, other) = (live(&workflows).await, live(&workflows).await);
    let event = exhausted(&stage).await;
    let index = Arc::new(TriggerIndex::default());
    let (journal, tail) = (stage.journal.clone(), stage.tail.clone());
    let keeper = IndexKeeper {
        journal,
        tail,
        index: Arc::clone(&index),
        views: Views::new(stage.app.clone()),
        across: HouseViews::new(pool::house(&stage.database.login(pool::Role::House), 1)),
        positions: Positions::new(stage.app.clone()),
    };
    let stop = CancellationToken::new();
    let kept = tokio::spawn(keeper.run(stop.clone()));

    let reaction = Exhaustion::new(stage.journal.clone(), Arc::clone(&index));
    assert!(reaction.concerns(&event.aggregate_type, &event.event_type));
    let found = async |id: WorkflowId| workflows.load(&id.to_string()).await.unwrap().aggregate;
    reaction.react(&event).await.unwrap();
    for id in [one, other] {
        let paused = found(id).await;
        assert_eq!(
            (paused.status, paused.pause_reason),
            (Status::Paused, Some(PauseReason::CuExhausted))
        );
    }
    assert!(index.shortage(WHOSE).is_some_and(|shortage| shortage.balance == 0));

    let reviewed = Some(PauseReason::CuExhausted);
    order(&workflows, one, workflow::Order::Resume { reviewed }).await;
    let resumed = || index.started_by_triggers(WHOSE, None, 9) == [one];
    eventually("the index", async || resumed()).await;
    // A follower that died before it noted how far it had come hands the event over again.
    reaction.react(&event).await.unwrap();
    assert_eq!(found(one).await.status, Status::Active);
    assert_eq!(found(other).await.status, Status::Paused);
    stop.cancel();
    kept.await.unwrap().unwrap();
}
