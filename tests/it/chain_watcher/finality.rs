//! What is final.

use chainkeel::journal::{ChainView, ChainWatch};
use serde_json::json;

use super::{transfers, watched};

#[actix_web::test]
async fn a_branch_behind_what_is_final_halts_the_chain_until_a_person_lets_it_go_on() {
    let (app, chain, _) = watched(&transfers(&json!({"delivery": "finalized"}))).await;
    let _detector = app.detector(&chain);
    app.until_enrolled(1).await;
    let sent = chain.sent(&[1]);
    chain.mine(&[sent]);
    chain.mine_empty(5);
    app.until_followed(&chain).await;
    assert_eq!(app.count_runs().await, 0, "it is not final");
    chain.finalize(12);
    app.until_runs(1).await;

    chain.reorganize(5, &vec![vec![]; 7]);
    let halted = "select count(*) from chain_cursors where halted is not null";
    app.eventually(|| app.count(halted), |count| *count == 1).await;
    chain.mine(&[chain.sent(&[2])]);
    let page = app.client.data("/v1/chain-watches").await;
    assert!(page["items"][0]["halted"].as_str().unwrap().contains("was final"), "{page}");

    let watch = ChainWatch::new(app.database.pool.clone(), super::CHAIN, ChainView::Installation);
    assert!(watch.resume(11).await.unwrap());
    assert!(!watch.resume(11).await.unwrap(), "it is not halted any more");
    chain.finalize(18);
    app.until_runs(2).await;
    assert_eq!(app.count_runs().await, 2);
}
