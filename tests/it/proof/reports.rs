//! What an auditor hands on about a run.

use std::fs;

use serde_json::Value;

use super::stage::Stage;
use crate::support::chainkeel;

#[actix::test]
async fn the_report_about_a_run_says_who_did_what_and_that_it_is_as_it_was_signed() {
    // given a run that is over and signed
    let stage = Stage::empty(chainkeel::signing::Config::default()).await;
    let run = stage.runs(1).await;
    stage.signed().await;
    let key = stage.key().await.to_string();
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("report.html");

    // when its report is written
    let out = ["audit", "report", &run, "--out", file.to_str().unwrap(), "--key", &key];
    let said = chainkeel(&stage.app, &out);

    // then it is a page that needs nothing else, and says what was found
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.contains(file.to_str().unwrap()), "{said:?}");
    let page = fs::read_to_string(&file).unwrap();
    assert!(page.contains("class=\"verdict good\">It is as it was signed"), "{page}");
    assert!(page.contains("the auditor knew it") && page.contains("Who did what"));
    assert!(!page.contains("<script") && !page.contains("src="), "{page}");

    // and as JSON it holds every event of the run, in order, with who caused it
    let said = chainkeel(&stage.app, &["audit", "report", &run, "--format", "json"]);
    let report: Value = serde_json::from_str(&said.out).unwrap();
    let timeline = report["timeline"].as_array().unwrap();
    let events =
        stage.app.count_of("select count(*) from events where aggregate_id = $1", &run).await;
    assert_eq!(timeline.len() as i64, events);
    assert!(timeline.iter().all(|line| !line["by"].as_str().unwrap().is_empty()), "{timeline:?}");
    assert_eq!(
        (&report["verification"]["verified"], &report["replay"]["divergesAt"]),
        (&true.into(), &Value::Null)
    );
    assert_eq!(report["verification"]["keyWasKnown"], false);
}

#[actix::test]
async fn the_report_about_a_run_that_was_changed_says_so_and_ends_in_an_error() {
    // given a run of which a byte was changed in the database after it was signed
    let stage = Stage::empty(chainkeel::signing::Config::default()).await;
    let run = stage.runs(1).await;
    stage.signed().await;
    stage
        .tamper(&format!(
            "update events set metadata = (metadata::jsonb || '{{\"actor\": \"mallory\"}}')::json
              where aggregate_id = '{run}' and sequence = 2"
        ))
        .await;

    // when its report is asked for, then it says that it is not what was signed, or the server has refused to prove it
    let said = chainkeel(&stage.app, &["audit", "report", &run]);
    assert_ne!(said.code, Some(0), "{said:?}");
    assert!(!said.out.contains("class=\"verdict good\""), "{said:?}");
}
