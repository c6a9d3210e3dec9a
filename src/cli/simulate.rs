//! `chainkeel workflow simulate`: one run, played and shown.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::client::{Client, Error, read_json};
use super::print::{line, tell};
use super::workflow::text_of;

/// How a run is played.
#[derive(Debug, Args)]
pub(super) struct Simulate {
    /// The workflow.
    id: String,
    /// A file with what the trigger brings, as JSON; `-` reads standard input.
    #[arg(long, value_name = "FILE")]
    payload: Option<PathBuf>,
    /// A file with what the outside answers, as a list of mocks in JSON.
    #[arg(long, value_name = "FILE")]
    mocks: Option<PathBuf>,
    /// Ask the chains, as they stand now, what nodes would read and what transactions would do.
    #[arg(long)]
    chains: bool,
    /// Answer what nothing else answers with the node's own input.
    #[arg(long)]
    echo: bool,
    /// What is played: draft, live, or a version's number. The draft when absent, and without one what is
    /// live.
    #[arg(long, value_name = "VERSION")]
    version: Option<String>,
}

impl Simulate {
    /// Plays it and shows it.
    pub(super) async fn run(self, client: &Client) -> Result<(), Error> {
        let mut order = json!({});
        if let Some(payload) = &self.payload {
            order["payload"] = read_json(payload)?;
        }
        if let Some(mocks) = &self.mocks {
            order["mocks"] = read_json(mocks)?;
        }
        if self.chains {
            order["chains"] = "foreseen".into();
        }
        if self.echo {
            order["unmocked"] = "echo".into();
        }
        if let Some(version) = self.version {
            order["version"] = version.into();
        }
        let played = client.post(&format!("/v1/workflows/{}/simulate", self.id), &order).await?;
        tell(client, &played, show);
        Ok(())
    }
}

fn show(played: &Value) {
    let seconds = played["durationMs"].as_u64().unwrap_or_default() / 1_000;
    let version = &played["workflowVersion"];
    line(&format!(
        "version {version} would end as {} after {seconds} s",
        text_of(played, "status")
    ));
    for (node, state) in played["executionState"].as_object().into_iter().flatten() {
        let error = state["error"]["message"].as_str().unwrap_or_default();
        line(&format!(
            "  {:<9} {node} ({})  {error}",
            text_of(state, "status"),
            text_of(state, "type")
        ));
    }
    for sent in played["transactions"].as_array().into_iter().flatten() {
        let to = sent["to"].as_str().unwrap_or("a new contract");
        let ends = match (sent["refusal"].as_str(), sent["fee"].as_str()) {
            (Some(refusal), _) => format!("comes to nothing: {refusal}"),
            (None, fee) => {
                format!("gas {}, {} wei in fees", sent["gasUsed"], fee.unwrap_or_default())
            }
        };
        line(&format!(
            "  {} sends {} wei to {to} on chain {}: {}, {ends}",
            text_of(sent, "node"),
            text_of(sent, "value"),
            sent["chainId"],
            text_of(sent, "policy"),
        ));
    }
    if let Some(stopped) = played["stopped"].as_str() {
        line(&format!("it was not played to its end: {stopped}"));
    }
    for unused in played["unusedMocks"].as_array().into_iter().flatten() {
        line(&format!("nothing called the mock {}", unused.as_str().unwrap_or_default()));
    }
}
