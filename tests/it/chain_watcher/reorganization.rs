//! What was found in blocks that a chain replaced.

use serde_json::json;

use super::{transfers, watched};

#[actix_web::test]
async fn a_log_that_moves_keeps_its_run_and_one_that_is_gone_takes_its_run_back() {
    let definition = transfers(&json!({"delivery": "seen", "onReorg": "cancel"}));
    let (app, chain, workflow) = watched(&definition).await;
    let _detector = app.detector(&chain);
    app.until_enrolled(1).await;
    let (first, moves, goes) = (chain.sent(&[1]), chain.sent(&[2, 3]), chain.sent(&[4]));
    chain.mine(&[first]);
    chain.mine(&[moves.clone(), goes.clone()]);
    chain.mine_empty(1);
    app.until_runs(4).await;

    // The head that goes back for a poll is an endpoint that lags.
    chain.lag(3);
    let polls = chain.asked("heads");
    app.eventually(|| async { chain.asked("heads") }, |asked| *asked > polls + 4).await;
    chain.lag(0);
    assert_eq!(app.count("select count(*) from chain_matches where state <> 'delivered'").await, 0);

    // One transaction moves two blocks on, one is gone, and a new one comes.
    let comes = chain.sent(&[5]);
    chain.reorganize(2, &[vec![comes], vec![], vec![moves]]);
    chain.mine_empty(3);
    app.until_followed(&chain).await;
    app.until_runs(5).await;
    app.eventually(|| app.retractions(), |count| *count == 1).await;
    let path = format!("/v1/runs?workflowId={workflow}&status=cancelled");
    let cancelled = || app.client.data(&path);
    let cancelled = app
        .eventually(cancelled, |page| page["items"].as_array().is_some_and(|it| !it.is_empty()))
        .await;
    let [run] = &cancelled["items"].as_array().unwrap()[..] else { panic!("{cancelled}") };
    let run = run["id"].as_str().unwrap();
    assert_eq!(app.body_of(run).await["transactionHash"], goes.hash.to_string());
    let states = "select count(*) from chain_matches where state = 'delivered'";
    assert_eq!(app.count(states).await, 4);

    // What is taken back and comes again starts nothing more; the ledger says that it came.
    chain.mine(&[goes]);
    let returned = "select count(*) from events where aggregate_type = 'chain_match'
                     and event_type = 'returned'";
    app.eventually(|| app.count(returned), |count| *count == 1).await;
    app.until_runs(5).await;
    app.replays(run).await;
}

#[actix_web::test]
async fn a_match_that_waits_for_confirmations_and_is_gone_never_starts_a_run() {
    let definition = transfers(&json!({"delivery": {"confirmations": 3}}));
    let (app, chain, _) = watched(&definition).await;
    let _detector = app.detector(&chain);
    app.until_enrolled(1).await;
    let (stays, goes) = (chain.sent(&[1]), chain.sent(&[2]));
    chain.mine(&[stays.clone(), goes]);
    chain.mine_empty(2);
    let waiting = "select count(*) from chain_matches where state = 'waiting'";
    app.eventually(|| app.count(waiting), |count| *count == 2).await;
    chain.reorganize(3, &[vec![], vec![stays], vec![], vec![], vec![]]);
    app.until_runs(1).await;
    assert_eq!(app.count("select count(*) from chain_matches where state = 'withdrawn'").await, 1);
    assert_eq!(app.retractions().await, 0, "nothing had begun");
}
