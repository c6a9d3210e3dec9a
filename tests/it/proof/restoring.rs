//! An old backup takes the place of the database, and life goes on in it.

use super::stage::Stage;

/// Keeps what a backup of the ledger and of its log would hold.
const BACK_UP: &str = "
    create schema backup;
    create table backup.events as select * from events;
    create table backup.event_log as select * from event_log;
    create table backup.sequencer as select * from sequencer;
    create table backup.log_tiles as select * from log_tiles;
    create table backup.log_checkpoints as select * from log_checkpoints;";

/// Puts it back, as docs of restoring say: the sequencer begins anew behind it.
const RESTORE: &str = "
    truncate events, event_log, log_tiles, log_checkpoints, log_halt;
    insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
                        metadata, recorded_at)
      select aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
             recorded_at from backup.events;
    insert into event_log select * from backup.event_log;
    insert into log_tiles select * from backup.log_tiles;
    insert into log_checkpoints select * from backup.log_checkpoints;
    update sequencer set head = (select head from backup.sequencer), last_snapshot = pg_current_snapshot();";

#[actix::test]
async fn a_restored_backup_is_refused_at_once_and_after_it_has_grown_beyond_what_was_signed() {
    // given a backup, after which more was done and signed
    let mut stage = Stage::with_runs().await;
    let kept = stage.outside().await.checkpoint().size;
    stage.tamper(BACK_UP).await;
    stage.runs(1).await;
    let note = stage.signed().await;
    let signed = note.checkpoint().size;
    assert!(signed > kept);

    // when the backup takes the place of the database
    stage
        .app
        .after_downtime(async |database| {
            sqlx::raw_sql(RESTORE).execute(&database.pool).await.unwrap();
            // What was written after the snapshot is taken for known: the restored ledger ends here.
            sqlx::raw_sql("update sequencer set last_snapshot = pg_current_snapshot()")
                .execute(&database.pool)
                .await
                .unwrap();
        })
        .await;

    // then nothing is signed, and the place is named
    let reason = stage.halted("ends at position").await;
    assert!(reason.contains(&signed.to_string()), "{reason}");

    // and it stays so when the ledger grows beyond that with other events
    while u64::try_from(stage.app.head().await).unwrap() <= signed {
        stage.app.created(&crate::support::definitions::pure()).await;
    }
    let reason = stage.halted(&format!("position {} is not what was signed", kept + 1)).await;
    assert!(reason.contains("changed or moved"), "{reason}");
    let damage = stage.damage().await;
    assert!(damage.to_string().contains(&format!("position {}", kept + 1)), "{damage}");
    assert_eq!(stage.outside().await, note);
}

/// Lets the events come from another server, whose transactions were further, as a dump brings them; and takes the
/// order up, as a restore does.
const FROM_ANOTHER_SERVER: &str = "
    alter table events alter column xid type xid8
      using ((pg_snapshot_xmax(pg_current_snapshot())::text::bigint + 500)::text)::xid8;
    select journal_reset_after_restore();";

/// Lets this server come to those ids.
const MANY_TRANSACTIONS: &str = "
    do $$ begin for i in 1..1000 loop perform pg_current_xact_id(); commit; end loop; end $$";

#[actix::test]
async fn a_ledger_from_another_server_goes_on_when_this_one_comes_to_its_transaction_ids() {
    // given a signed ledger that came by a dump
    let mut stage = Stage::with_runs().await;
    stage
        .app
        .after_downtime(async |database| {
            sqlx::raw_sql(FROM_ANOTHER_SERVER).execute(&database.pool).await.unwrap();
        })
        .await;

    // when as many transactions go by as the other server had had
    stage.runs(1).await;
    stage.tamper(MANY_TRANSACTIONS).await;
    stage.runs(1).await;

    // then every event has one place, and all of them are signed
    let note = stage.signed().await;
    assert_eq!(stage.app.count_events().await, stage.app.head().await);
    assert_eq!(stage.walked().await.unwrap().checkpoint, *note.checkpoint());
}
