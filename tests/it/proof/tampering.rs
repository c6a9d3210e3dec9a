//! What is done to the events in the database, by somebody who may do everything there.

use chainkeel::notary::Damage;
use chainkeel::proof::{Frontier, TileId, Tiles, leaf_of, root_at};

use super::stage::Stage;

#[actix::test]
async fn a_ledger_that_nobody_touched_is_as_it_was_signed_and_is_published_so() {
    // given a ledger that was signed
    let stage = Stage::with_runs().await;
    let note = stage.outside().await;

    // when it is walked
    let walked = stage.walked().await.unwrap();

    // then it is the one that was signed, and the tiles over HTTP lead to the same root
    assert_eq!(&walked.checkpoint, note.checkpoint());
    let size = note.checkpoint().size;
    let mut tiles = Tiles::default();
    let stranger = stage.app.client.stranger();
    for tile in Frontier::edge_of(size).filter(|tile| tile.width > 0) {
        for index in 0..=tile.index {
            let width = if index < tile.index { 256 } else { tile.width };
            let tile = TileId { index, width, ..tile };
            let answer = stranger.get(&format!("/v1/log/{tile}")).await;
            assert_eq!(answer.status, 200, "{tile}");
            assert_eq!(stage.copy.tile(tile).unwrap().as_ref(), Some(&answer.body), "{tile}");
            tiles.add(tile.level, index, &answer.body);
        }
    }
    assert_eq!(root_at(&tiles, size), Ok(note.checkpoint().root));
    let published = stranger.get("/v1/log/checkpoint").await;
    assert_eq!(published.text(), note.text());
    assert_eq!(stranger.get("/v1/log/key").await.text().trim(), stage.key().await.to_string());
    assert_eq!(stranger.get("/v1/log/tile/0/000.p/257").await.status, 404);
    assert_eq!(stranger.get("/v1/log/tile/../../key").await.status, 404);
    assert_ne!(leaf_of(b""), note.checkpoint().root);
}

/// Does one thing to the database; the walk must name the place.
async fn is_named(statement: impl FnOnce(&str) -> String, sequence: i64, words: &str) {
    let stage = Stage::empty(chainkeel::signing::Config::default()).await;
    let run = stage.runs(2).await;
    stage.signed().await;
    let expected = stage.position(&run, sequence).await;
    // Nobody signs on while the database is changed, so that the walk alone must find it.
    stage.tamper(&statement(&run)).await;

    let damage = stage.damage().await;

    let Damage::Event { position, what } = &damage else { panic!("{damage}") };
    assert_eq!(*position, expected, "{damage}");
    assert!(what.contains(words), "{damage}");
}

#[actix::test]
async fn a_flipped_byte_of_a_payload_is_named() {
    let flip = |run: &str| {
        format!(
            "update events set payload = replace(payload::text, '250', '251')::json
              where aggregate_id = '{run}' and sequence = 1"
        )
    };
    is_named(flip, 1, "event 1 of run").await;
}

#[actix::test]
async fn a_space_in_a_payload_that_changes_no_value_is_named() {
    let pad = |run: &str| {
        format!(
            "update events set payload = (payload::text || ' ')::json
              where aggregate_id = '{run}' and sequence = 2"
        )
    };
    is_named(pad, 2, "event 2 of run").await;
}

#[actix::test]
async fn another_actor_in_the_metadata_is_named() {
    let blame = |run: &str| {
        format!(
            "update events set metadata = (metadata::jsonb || '{{\"actor\": \"mallory\"}}')::json
              where aggregate_id = '{run}' and sequence = 1"
        )
    };
    is_named(blame, 1, "event 1 of run").await;
}

#[actix::test]
async fn a_time_that_was_moved_by_a_microsecond_is_named() {
    let move_it = |run: &str| {
        format!(
            "update events set recorded_at = recorded_at + interval '1 microsecond'
              where aggregate_id = '{run}' and sequence = 2"
        )
    };
    is_named(move_it, 2, "event 2 of run").await;
}

#[actix::test]
async fn an_event_that_is_gone_is_named() {
    let delete =
        |run: &str| format!("delete from events where aggregate_id = '{run}' and sequence = 2");
    is_named(delete, 2, "is gone").await;
}

#[actix::test]
async fn two_events_that_changed_places_are_named() {
    // The first of the two stands where the second one was signed, and the other way round.
    let swap = |run: &str| {
        format!(
            "with two as (select payload, metadata, sequence from events
                           where aggregate_id = '{run}' and sequence in (1, 2))
             update events e set payload = t.payload, metadata = t.metadata from two t
              where e.aggregate_id = '{run}' and e.sequence in (1, 2) and t.sequence = 3 - e.sequence"
        )
    };
    is_named(swap, 1, "changed or moved").await;
}

#[actix::test]
async fn two_positions_that_changed_places_are_named() {
    let swap = |run: &str| {
        format!(
            "begin;
             create temporary table two on commit drop as
               select * from event_log where aggregate_id = '{run}' and sequence in (1, 2);
             delete from event_log where aggregate_id = '{run}' and sequence in (1, 2);
             insert into event_log
               select position, aggregate_type, aggregate_id, 3 - sequence from two;
             commit"
        )
    };
    is_named(swap, 1, "changed or moved").await;
}

#[actix::test]
async fn a_blob_that_is_another_text_is_named() {
    // given a run with a large input
    let stage = Stage::empty(chainkeel::signing::Config::default()).await;
    let workflow = stage.app.published(&crate::support::definitions::pure()).await;
    let payload = serde_json::json!({ "amount": 1, "text": "x".repeat(60_000) });
    stage.app.run_of(&workflow, &payload).await;
    stage.signed().await;
    let walked = stage.walked().await.unwrap();
    assert!(walked.blobs > 0);

    // when its text is another
    stage.tamper("update blobs set content = content || ' '").await;

    // then the walk refuses it, and so it does when it is gone
    let damage = stage.damage().await;
    assert!(matches!(damage, Damage::Blob { .. }), "{damage}");
    stage.tamper("delete from blobs").await;
    let damage = stage.damage().await;
    assert!(matches!(&damage, Damage::Event { what, .. } if what.contains("blob")), "{damage}");
}

#[actix::test]
async fn a_dropped_tail_is_refused_by_the_walk_and_by_the_notary() {
    // given a ledger that was signed
    let mut stage = Stage::with_runs().await;
    let signed = stage.outside().await.checkpoint().size;

    // when its last two events are dropped, and the sequencer says that it ends before them
    let cut = format!(
        "delete from events e using event_log l where l.position > {0}
            and (e.aggregate_type, e.aggregate_id, e.sequence)
              = (l.aggregate_type, l.aggregate_id, l.sequence);
         delete from event_log where position > {0};
         update sequencer set head = {0}",
        signed - 2
    );
    stage
        .app
        .after_downtime(async |database| {
            sqlx::raw_sql(&cut).execute(&database.pool).await.unwrap();
        })
        .await;

    // then both say where it ends
    let ends = format!("ends at position {}", signed - 2);
    let damage = stage.damage().await;
    assert!(damage.to_string().contains(&ends), "{damage}");
    assert!(stage.halted(&ends).await.contains(&signed.to_string()));
    assert_eq!(stage.outside().await.checkpoint().size, signed);
}

#[actix::test]
async fn a_tail_that_is_dropped_while_the_sequencer_stays_is_refused_by_both() {
    let stage = Stage::with_runs().await;
    let signed = stage.outside().await.checkpoint().size;

    stage.tamper(&format!("delete from event_log where position = {signed}")).await;

    let damage = stage.damage().await;
    let Damage::Event { position, .. } = &damage else { panic!("{damage}") };
    assert_eq!(*position, signed);
    stage.halted(&format!("position {signed}")).await;
}
