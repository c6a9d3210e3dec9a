//! Variables that a workflow keeps between its runs.

use serde_json::json;

use crate::support::app;

#[tokio::test]
async fn a_variable_that_is_kept_is_what_the_run_before_made_it() {
    let app = app().await;
    let definition = json!({
        "variableDefs": [{ "name": "count", "type": "number", "default": 40, "lifetime": "persist" }],
        "nodes": {
            "root": { "type": "manual", "payload": {}, "children": ["add"] },
            "add": { "type": "set-variable", "payload": { "name": "count", "value": "{{$vars.count + 1}}" }, "children": ["told"] },
            "told": { "type": "log", "payload": { "message": "{{$vars.count}}" } },
        },
    });
    let (one, other) = (app.published(&definition).await, app.published(&definition).await);
    for (workflow, expected) in [(&one, 41), (&one, 42), (&other, 41), (&one, 43)] {
        let run = app.finished_run(workflow).await;
        let shown = app.client.data(&format!("/v1/runs/{run}")).await;
        assert_eq!(shown["status"], "success", "{shown}");
        assert_eq!(shown["output"]["told"]["message"], expected);
    }
}
