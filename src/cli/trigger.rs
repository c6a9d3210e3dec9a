//! `chainkeel trigger`: what the trigger of a workflow would fire, without firing it.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::client::{Client, Error, read_json};
use super::print::{line, tell};
use super::webhook::tell_simulation;
use super::workflow::text_of;

/// What to do with triggers.
#[derive(Debug, Subcommand)]
pub(super) enum Trigger {
    /// Show what the trigger of a workflow would fire. Nothing is fired, and nothing is written.
    Test(Test),
}

/// What is tried.
#[derive(Debug, Args)]
pub(super) struct Test {
    /// The workflow.
    workflow: String,
    /// The `draft`, what is `live`, or a version's number; the draft when absent, and without one
    /// what is live.
    #[arg(long)]
    version: Option<String>,
    #[command(flatten)]
    with: With,
    /// Of --event: what it says, as JSON.
    #[arg(long, default_value = "{}", requires = "event")]
    payload_of_event: String,
    /// Of --event: where it comes from.
    #[arg(long, requires = "event")]
    source: Option<String>,
    /// Play the run of the first firing in virtual time.
    #[arg(long)]
    simulate: bool,
    /// Of --simulate: a file with what the outside answers, as a list of mocks in JSON.
    #[arg(long, requires = "simulate")]
    mocks: Option<PathBuf>,
}

/// With what it is tried: one of these.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct With {
    /// A file with what the trigger would tell its run, as JSON; `-` reads standard input.
    #[arg(long, value_name = "FILE")]
    payload: Option<PathBuf>,
    /// The name of an event, as order.paid.
    #[arg(long, value_name = "NAME")]
    event: Option<String>,
    /// A delivery that came in before.
    #[arg(long, value_name = "ID")]
    delivery: Option<String>,
    /// Blocks of the trigger's chain, as 19000000..19005000, the last one included.
    #[arg(long, value_name = "FROM..TO", value_parser = blocks)]
    blocks: Option<Blocks>,
    /// A span of time, as 2026-12-01T00:00:00Z..2026-12-31T00:00:00Z.
    #[arg(long, value_name = "FROM..TO", value_parser = times)]
    times: Option<Times>,
}

/// Blocks, the last included.
#[derive(Debug, Clone, Copy)]
struct Blocks(u32, u32);

/// A span of time.
#[derive(Debug, Clone)]
struct Times(String, String);

/// How many blocks are asked for at a time.
const BLOCKS_AT_ONCE: u32 = 10_000;

fn blocks(text: &str) -> Result<Blocks, String> {
    let read = text.split_once("..").and_then(|(from, to)| {
        let to = to.trim_start_matches('=');
        Some(Blocks(from.trim().parse().ok()?, to.trim().parse().ok()?))
    });
    match read {
        Some(blocks) if blocks.0 <= blocks.1 => Ok(blocks),
        Some(_) => Err("the first block is after the last".to_owned()),
        None => Err("write it as 19000000..19005000".to_owned()),
    }
}

fn times(text: &str) -> Result<Times, String> {
    let read = text.split_once("..").map(|(from, to)| Times(from.trim().into(), to.trim().into()));
    read.ok_or_else(|| "write it as 2026-12-01T00:00:00Z..2026-12-31T00:00:00Z".to_owned())
}

impl Trigger {
    /// Does it.
    pub(super) async fn run(self, client: &Client) -> Result<(), Error> {
        let Self::Test(test) = self;
        let path = format!("/v1/workflows/{}/trigger/test", test.workflow);
        let mut body = json!({ "simulate": test.simulate });
        if let Some(version) = test.version {
            body["version"] = version.into();
        }
        if let Some(mocks) = &test.mocks {
            body["mocks"] = read_json(mocks)?;
        }
        let With { payload, event, delivery, blocks, times } = test.with;
        if let Some(Blocks(from, to)) = blocks {
            return in_blocks(client, &path, body, from, to).await;
        }
        body["with"] = if let Some(file) = payload {
            json!({ "payload": read_json(&file)? })
        } else if let Some(event) = event {
            let said: Value = serde_json::from_str(&test.payload_of_event).map_err(|source| {
                Error::NotJson { what: "--payload-of-event".to_owned(), source }
            })?;
            let mut tried = json!({ "event": event, "payload": said });
            if let Some(source) = test.source {
                tried["source"] = source.into();
            }
            json!({ "event": tried })
        } else if let Some(delivery) = delivery {
            json!({ "delivery": delivery })
        } else if let Some(Times(from, to)) = times {
            json!({ "times": { "from": from, "to": to } })
        } else {
            Value::Null
        };
        let tested = client.post(&path, &body).await?;
        tell(client, &tested, |tested| {
            tell_firings(tested);
            tell_end(tested, tested["firings"].as_array().map_or(0, Vec::len));
        });
        Ok(())
    }
}

/// Blocks, as many at a time as the server takes; it says where to go on.
async fn in_blocks(
    client: &Client,
    path: &str,
    mut body: Value,
    from: u32,
    to: u32,
) -> Result<(), Error> {
    let (mut next, mut count) = (from, 0);
    loop {
        let last = to.min(next.saturating_add(BLOCKS_AT_ONCE - 1));
        body["with"] = json!({ "blocks": { "from": next, "to": last } });
        let tested = client.post(path, &body).await?;
        count += tested["firings"].as_array().map_or(0, Vec::len);
        let read_to = tested["readTo"].as_u64().and_then(|read| u32::try_from(read).ok());
        let read_to = read_to.unwrap_or(last);
        // The chain has not come further, or all was read.
        let is_last = tested["nextBlock"].is_null() && (last == to || read_to < last);
        tell(client, &tested, |tested| {
            tell_firings(tested);
            if is_last {
                tell_end(tested, count);
                line(&format!("blocks {from} to {read_to} were read"));
            } else {
                line(&format!("… read up to block {read_to} of {to}"));
            }
        });
        if is_last {
            return Ok(());
        }
        next = read_to.saturating_add(1);
        // Only the first run is played.
        if count > 0 {
            body["simulate"] = false.into();
        }
    }
}

fn tell_firings(tested: &Value) {
    for firing in tested["firings"].as_array().into_iter().flatten() {
        let place =
            firing["block"].as_u64().map_or_else(String::new, |block| format!("block {block}  "));
        let id = text_of(firing, "id");
        line(format!("{}  {place}{id}", text_of(firing, "at")).trim());
        line(&format!("    {}", firing["body"]));
    }
    if tested["simulation"].is_object() {
        tell_simulation("the run of the first", &tested["simulation"]);
    }
}

fn tell_end(tested: &Value, count: usize) {
    for key in tested["cancels"].as_array().into_iter().flatten() {
        line(&format!("it would cancel the runs under the key {key}"));
    }
    let (trigger, version) = (text_of(tested, "trigger"), &tested["workflowVersion"]);
    let told = match (count, text_of(tested, "reason")) {
        (0, reason) => format!("would fire nothing: {reason}"),
        (1, _) => "would start 1 run".to_owned(),
        (count, _) => format!("would start {count} runs"),
    };
    line(&format!("`{trigger}` of version {version} {told}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_with_their_ends() {
        assert!(matches!(blocks("5..9"), Ok(Blocks(5, 9))));
        assert!(matches!(blocks("5..=9"), Ok(Blocks(5, 9))));
        assert!(blocks("9..5").is_err() && blocks("5").is_err() && blocks("a..b").is_err());
        assert!(matches!(times("a..b"), Ok(Times(from, to)) if from == "a" && to == "b"));
    }
}
