//! How soon the triggers of another process know what was published and paused.

use std::time::{Duration, Instant};

use chainkeel::app::House;
use chainkeel::primitives::{OrganizationId, WorkflowId};
use chainkeel::triggers::Lookup;
use serde_json::json;

use crate::support::app;

/// How often a workflow is published and paused.
const TIMES: usize = 20;
/// How soon it counts.
const SOON: Duration = Duration::from_millis(100);
/// How soon at the latest, on a machine that does other things too.
const LATEST: Duration = Duration::from_secs(5);

async fn until(house: &House, workflow: WorkflowId, is: impl Fn(&Lookup) -> bool) -> Duration {
    let began = Instant::now();
    while !is(&house.index.live(OrganizationId::DEFAULT, workflow)) {
        assert!(began.elapsed() < LATEST, "the index does not hear of it");
        actix_web::rt::time::sleep(Duration::from_millis(1)).await;
    }
    began.elapsed()
}

#[actix_web::test]
async fn a_published_or_paused_workflow_counts_in_another_process_within_100_ms() {
    // given a process beside the one that people ask
    let app = app().await;
    let house = app.house_beside().await;
    let definition = json!({"nodes": {
        "root": {"type": "event", "payload": {"pattern": "paid"}, "children": ["note"]},
        "note": {"type": "log", "payload": {"message": "paid"}},
    }});

    // when workflows are published and paused
    let mut delays = Vec::with_capacity(2 * TIMES);
    for _ in 0..TIMES {
        let workflow = app.published(&definition).await;
        let id = workflow.parse().unwrap();
        delays.push(until(&house, id, |it| matches!(it, Lookup::Live(_))).await);
        app.client.post(&format!("/v1/workflows/{workflow}/pause"), &json!({})).await.data();
        delays.push(until(&house, id, |it| matches!(it, Lookup::Paused(_))).await);
    }
    house.close().await;

    // then the other process knows it in time; what is beside it may hold up one in ten
    delays.sort_unstable();
    assert!(delays[delays.len() * 9 / 10 - 1] < SOON, "{delays:?}");
}
