//! What is asked for many triggers. Several detectors are tested on a real chain.

use serde_json::json;

use super::{transfers, watched};

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
