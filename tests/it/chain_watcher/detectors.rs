//! Several detectors on one database.

use serde_json::json;

use super::{transfers, watched};

#[actix_web::test]
async fn two_detectors_on_one_database_start_every_run_once() {
    let (app, chain, _) = watched(&transfers(&json!({"delivery": "seen"}))).await;
    let first = app.detector(&chain);
    let _second = app.detector(&chain);
    app.until_enrolled(1).await;
    let sent: Vec<_> = (0..6).map(|_| chain.sent(&[1, 2])).collect();
    for sent in &sent[..4] {
        chain.mine(std::slice::from_ref(sent));
    }
    app.until_runs(8).await;
    chain.reorganize(2, &[vec![sent[3].clone()], vec![sent[2].clone()], vec![]]);
    app.until_followed(&chain).await;
    // The one that watches goes; the other one goes on where it was.
    drop(first);
    chain.mine(&[sent[4].clone(), sent[5].clone()]);
    app.until_runs(12).await;
    assert_eq!(app.retractions().await, 0);
}

#[actix_web::test]
async fn many_triggers_of_a_chain_cost_as_many_questions_as_one() {
    let (app, chain, _) = watched(&transfers(&json!({"delivery": "seen"}))).await;
    for _ in 0..4 {
        app.published(&transfers(&json!({"delivery": "seen"}))).await;
    }
    let _detector = app.detector(&chain);
    app.until_enrolled(5).await;
    app.until_followed(&chain).await;
    let before = chain.asked("logs");
    for _ in 0..3 {
        chain.mine(&[chain.sent(&[1])]);
    }
    app.until_runs(15).await;
    assert_eq!(chain.asked("logs") - before, 3);
    assert_eq!(chain.asked("receipts"), 3);
}
