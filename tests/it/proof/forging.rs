//! Checkpoints that our key has not signed, and copies of other logs.

use chainkeel::notary::Damage;
use chainkeel::proof::{Checkpoint, VerifierKey};

use super::stage::Stage;

#[actix::test]
async fn a_forged_checkpoint_in_the_copy_stops_the_notary_and_the_walk() {
    let stage = Stage::with_runs().await;
    let note = stage.outside().await;

    // when somebody writes a checkpoint of another root over the old signature
    let forged = Checkpoint { root: [7; 32], ..note.checkpoint().clone() };
    let signature = note.text().split_once("\n\n").unwrap().1;
    stage.forge(&format!("{forged}\n{signature}"));

    // then it is refused, with the file
    let damage = stage.damage().await;
    assert!(matches!(damage, Damage::Forged { .. }), "{damage}");
    let file = stage.copy.checkpoint_file().display().to_string();
    assert!(stage.halted(&file).await.contains("has not signed it"));

    // and once the right one is back, signing goes on
    stage.forge(note.text());
    stage.runs(1).await;
    let after = stage.signed().await;
    assert!(after.checkpoint().size > note.checkpoint().size);
    assert_eq!(stage.log().standing().await.unwrap().halted, None);
    stage.walked().await.unwrap();
}

#[actix::test]
async fn a_forged_checkpoint_in_the_database_stops_the_notary_at_its_next_start() {
    let mut stage = Stage::with_runs().await;
    let size = stage.outside().await.checkpoint().size;
    stage
        .app
        .after_downtime(async |database| {
            let forge = "update log_checkpoints set note = replace(note, E'\\n\\n', E'0\\n\\n')";
            sqlx::raw_sql(forge).execute(&database.pool).await.unwrap();
        })
        .await;
    let reason = stage.halted("in the database").await;
    assert!(reason.contains(&size.to_string()), "{reason}");
}

#[actix::test]
async fn tiles_in_the_database_that_were_changed_are_made_again_from_the_events() {
    let mut stage = Stage::with_runs().await;
    let note = stage.outside().await;
    stage
        .app
        .after_downtime(async |database| {
            let change =
                "update log_tiles set hashes = overlay(hashes placing '\\x00'::bytea from 3)";
            sqlx::raw_sql(change).execute(&database.pool).await.unwrap();
        })
        .await;
    stage.runs(1).await;
    stage.signed().await;
    assert!(stage.outside().await.checkpoint().size > note.checkpoint().size);
    stage.walked().await.unwrap();
    let run = stage.runs(1).await;
    assert_eq!(stage.app.client.get(&format!("/v1/runs/{run}/bundle")).await.status, 200);
}

#[actix::test]
async fn another_key_of_the_signer_or_a_copy_of_another_log_is_refused() {
    let mut stage = Stage::with_runs().await;
    stage.app.after_downtime(async |database| {
        sqlx::raw_sql("delete from sealed_secrets where organization_id = 'org_00000000000000000000000000'")
            .execute(&database.pool)
            .await
            .unwrap();
    })
    .await;
    assert!(stage.halted("the signer has the key").await.contains("was signed by"));

    let mut stage = Stage::with_runs().await;
    let other = VerifierKey::new("another/log".parse().unwrap(), [3; 32]).to_string();
    let file = stage.copy.place().join("key");
    stage.app.after_downtime(async |_| std::fs::write(file, format!("{other}\n")).unwrap()).await;
    assert!(stage.halted("is of the log").await.contains("another/log"));
}

#[actix::test]
async fn a_directory_without_a_copy_takes_on_what_the_database_has_signed() {
    let mut stage = Stage::with_runs().await;
    let note = stage.outside().await;
    let place = stage.copy.place().to_owned();
    stage.app.after_downtime(async |_| std::fs::remove_dir_all(place).unwrap()).await;
    stage.runs(1).await;
    let after = stage.signed().await;
    assert!(after.checkpoint().size > note.checkpoint().size);
    assert_eq!(stage.walked().await.unwrap().checkpoint, *after.checkpoint());
}
