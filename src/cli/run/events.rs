//! The events of a run, as the server has them.

use engine::Fact;
use serde_json::Value;

use crate::cli::client::{Client, Error};
use crate::cli::print::items;

/// Events of one read.
const PAGE: u32 = 500;

/// All events of a run, in order, each with what goes along with it.
pub(in crate::cli) async fn events(client: &Client, run: &str) -> Result<Vec<Value>, Error> {
    let (mut events, mut after) = (Vec::new(), 0);
    loop {
        let page = client.get(&format!("/v1/runs/{run}/events?after={after}&limit={PAGE}")).await?;
        events.extend(items(&page).cloned());
        let last = events.last().and_then(|event: &Value| event.get("sequence")?.as_i64());
        after = last.unwrap_or(after);
        if page.get("hasMore") != Some(&Value::Bool(true)) {
            return Ok(events);
        }
    }
}

/// What these events of a run say.
pub(in crate::cli) fn facts(events: &[Value], run: &str) -> Result<Vec<Fact>, Error> {
    let fact = |event: &Value| {
        let payload = event.get("payload").cloned().unwrap_or_default();
        serde_json::from_value(payload).map_err(|source| {
            let sequence = event.get("sequence").unwrap_or(&Value::Null);
            Error::NotJson { what: format!("event {sequence} of {run}"), source }
        })
    };
    events.iter().map(fact).collect()
}
