//! What a reaction has given up is seen by its organization, tried again, or discarded.

use serde_json::{Value, json};

use crate::support::{app, chainkeel};

const LETTERS: &str = "/v1/dead-letters";

#[actix_web::test]
#[expect(clippy::disallowed_methods, reason = "tests ask SQL ad hoc")]
async fn a_dead_letter_is_inspected_tried_again_discarded_and_purged_by_its_organization_alone() {
    // given two events that the reaction to events has given up
    let app = app().await;
    let mut positions = Vec::new();
    for number in 0..2 {
        let event = json!({"event": "order.paid", "payload": {"number": number}});
        app.client.post("/v1/events", &event).await.data();
        positions.push(app.head().await);
    }
    for position in &positions {
        let park = "insert into reaction_arrears (name, position, aggregate_type, aggregate_id,
                                                  tries, reason, next_try_at)
                    select 'events', position, aggregate_type, aggregate_id, 9, 'it is broken', null
                      from event_log where position = $1";
        sqlx::query(park).bind(position).execute(&app.database.pool).await.unwrap();
    }
    let listed = async |query: &str| -> Vec<Value> {
        let page = app.client.data(&format!("{LETTERS}{query}")).await;
        page["items"].as_array().unwrap().clone()
    };

    // then they are listed, the latest first, and inspected
    let all = listed("").await;
    let ids: Vec<&str> = all.iter().map(|it| it["id"].as_str().unwrap()).collect();
    let expected = [1, 0].map(|at: usize| format!("events@{}", positions[at]));
    assert_eq!(ids, expected);
    let shown = app.client.data(&format!("{LETTERS}/{}", ids[0])).await;
    assert_eq!((&shown["reason"], &shown["tries"]), (&json!("it is broken"), &json!(9)));
    assert_eq!((&shown["eventType"], &shown["status"]), (&json!("published"), &json!("dead")));
    assert_eq!(listed("?reaction=tasks").await.len(), 0);
    let told = chainkeel(&app, &["dead-letter", "list", "--reaction", "events"]);
    assert!(told.out.contains(ids[0]), "{told:?}");
    for (what, wanted) in [("list", "--pattern"), ("definitions", "--name")] {
        let told = chainkeel(&app, &["event", what, wanted, "order.paid"]);
        assert!(told.code == Some(0) && !told.out.is_empty(), "{told:?}");
    }
    let page = app.client.data(&format!("{LETTERS}?limit=1")).await;
    let cursor = page["cursor"].as_str().unwrap();
    assert_eq!(listed(&format!("?cursor={cursor}")).await[0]["id"], ids[1]);

    // and nobody else sees or touches them
    let stranger = app.organization("Elsewhere").await;
    assert_eq!(stranger.data(LETTERS).await["items"], json!([]));
    let path = format!("{LETTERS}/{}", ids[0]);
    let unseen = stranger.get(&path).await;
    assert_eq!((unseen.status, unseen.code().as_str()), (404, "dead-letter-not-found"));
    assert_eq!(stranger.post(&format!("{path}/discard"), &json!({})).await.status, 404);
    let none = stranger.post(&format!("{LETTERS}/reprocess"), &json!({"ids": ids})).await.data();
    assert_eq!(none["reprocessed"], 0);

    // when one is discarded and the other tried again, then the one waits to be purged, and the
    // other is done and gone
    let notes = json!({"notes": "known"});
    let discarded = app.client.post(&format!("{path}/discard"), &notes).await.data();
    assert_eq!(
        (&discarded["status"], &discarded["discardedBy"]),
        (&json!("discarded"), &json!("admin"))
    );
    let done = app.client.post(&format!("{LETTERS}/reprocess"), &json!({})).await.data();
    assert_eq!(done["reprocessed"], 1, "what is discarded is not tried again");
    let gone = format!("{LETTERS}/{}", ids[1]);
    app.eventually(|| app.client.get(&gone), |answer| answer.status == 404).await;
    assert_eq!(listed("?status=discarded").await.len(), 1);
    let early = json!({"before": "2026-01-01T00:00:00Z"});
    assert_eq!(app.client.post(&format!("{LETTERS}/purge"), &early).await.data()["purged"], 0);
    assert_eq!(app.client.post(&format!("{LETTERS}/purge"), &json!({})).await.data()["purged"], 1);
    assert_eq!(app.client.get(&path).await.status, 404);
    let wrong = app.client.get(&format!("{LETTERS}/nonsense")).await;
    assert_eq!(wrong.status, 400);
}
