//! `chainkeel workflow`: check, save and publish workflows from files.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{Value, json};

use super::client::{Client, Error, read_json};
use super::diff;
use super::print::{line, print_json};
use super::simulate::Simulate;
use super::what_if;
use super::workflow_care::{self, Limits};
use crate::triggers::webhook::Settings;

/// What to do with workflows.
#[derive(Debug, Subcommand)]
pub(super) enum Workflow {
    /// Check a workflow file and list every problem; nothing is saved.
    Validate {
        /// `{name, description, definition}` or a bare definition; `-` reads standard input.
        file: PathBuf,
    },
    /// Save a workflow file as a draft: a new workflow, or with --id a new draft of that one.
    Apply {
        /// `{name, description, definition, tags, limits}`; `-` reads standard input.
        file: PathBuf,
        /// The workflow whose draft it becomes.
        #[arg(long)]
        id: Option<String>,
        /// Make it the live version at once.
        #[arg(long)]
        publish: bool,
    },
    /// Make a workflow's draft its live version.
    Publish {
        /// The workflow.
        id: String,
        /// The version that you saw; another one now is a conflict.
        #[arg(long)]
        expected_version: Option<u64>,
        /// Do not show what would have become of the last runs.
        #[arg(long)]
        no_what_if: bool,
    },
    /// Show or set how many runs a workflow may start, how often, and when it stops by itself.
    Limits {
        /// The workflow.
        id: String,
        #[command(flatten)]
        limits: Limits,
    },
    /// Add runs to what a workflow with a limit may start.
    Refill {
        /// The workflow.
        id: String,
        /// How many.
        runs: u32,
    },
    /// Stop the automatic triggers of a workflow.
    Pause {
        /// The workflow.
        id: String,
    },
    /// Let the triggers of a paused workflow start runs again.
    Resume {
        /// The workflow.
        id: String,
        /// The reason for which it paused by itself, once you have looked into it.
        #[arg(long, value_name = "REASON")]
        acknowledge: Option<String>,
    },
    /// Show what would have become of the last runs, had the draft been live.
    WhatIf {
        /// The workflow.
        id: String,
        /// How many of the last finished runs of the live version, 200 at most; 20 when absent.
        #[arg(long, value_name = "N")]
        last: Option<u8>,
        /// Try this definition instead of the draft; `-` reads standard input.
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Play one run in virtual time and show what each node would do; nothing is written or sent.
    Simulate(Simulate),
    /// Show what changed between two versions of a workflow, its draft, or files.
    Diff {
        /// A workflow, or a file with `{name, description, definition}` or a bare definition.
        #[arg(value_name = "FILE|WORKFLOW")]
        what: String,
        /// What it is compared with; without it, another content of the same workflow.
        #[arg(value_name = "FILE|WORKFLOW")]
        other: Option<String>,
        /// Which content of the first workflow: live, draft, or a version's number.
        #[arg(long, value_name = "VERSION")]
        from: Option<String>,
        /// Which content of the second one; its draft when both are the same.
        #[arg(long, value_name = "VERSION")]
        to: Option<String>,
    },
}

impl Workflow {
    /// Does it.
    pub(super) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::Validate { file } => validate(client, read_json(&file)?).await,
            Self::Apply { file, id, publish } => {
                apply(client, read_json(&file)?, id, publish).await
            }
            Self::Limits { id, limits } => workflow_care::limits(client, &id, limits).await,
            Self::Refill { id, runs } => workflow_care::refill(client, &id, runs).await,
            Self::Pause { id } => workflow_care::pause(client, &id).await,
            Self::Resume { id, acknowledge } => {
                workflow_care::resume(client, &id, acknowledge).await
            }
            Self::WhatIf { id, last, file } => what_if::what_if(client, &id, last, file).await,
            Self::Simulate(order) => order.run(client).await,
            Self::Publish { id, expected_version, no_what_if } => {
                if !no_what_if && !client.json {
                    what_if::before_publication(client, &id).await?;
                }
                let record = publish(client, &id, expected_version).await?;
                show(client, &record)
            }
            Self::Diff { what, other, from, to } => diff::diff(client, what, other, from, to).await,
        }
    }
}

async fn validate(client: &Client, file: Value) -> Result<(), Error> {
    let (name, definition) = match file.get("definition") {
        Some(definition) => (file.get("name").cloned(), definition.clone()),
        None => (None, file),
    };
    let mut body = json!({ "definition": definition });
    if let Some(name) = name {
        body["name"] = name;
    }
    let report = client.post("/v1/workflows/validate", &body).await?;
    let valid = report.get("valid").and_then(Value::as_bool).unwrap_or_default();
    if client.json {
        print_json(&report);
    } else if valid {
        line("valid: it can be published");
    }
    if valid {
        return Ok(());
    }
    let problems = report.get("problems").and_then(Value::as_array).cloned().unwrap_or_default();
    let text: Vec<String> = problems
        .iter()
        .map(|problem| format!("  {}: {}", text_of(problem, "path"), text_of(problem, "message")))
        .collect();
    let count = problems.len();
    let noun = if count == 1 { "problem" } else { "problems" };
    Err(Error::Outcome(format!("{count} {noun}:\n{}", text.join("\n"))))
}

async fn apply(
    client: &Client,
    mut file: Value,
    id: Option<String>,
    publish_it: bool,
) -> Result<(), Error> {
    // They are no part of the draft: they hold at once, for whatever version is live.
    let tags = file.as_object_mut().and_then(|file| file.remove("tags"));
    let limits = file.as_object_mut().and_then(|file| file.remove("limits"));
    let mut record = match id {
        Some(id) => client.put(&format!("/v1/workflows/{id}"), &file).await?,
        None => client.post("/v1/workflows", &file).await?,
    };
    if let Some(tags) = tags {
        let path = format!("/v1/workflows/{}/tags", text_of(&record, "id"));
        record = client.put(&path, &json!({ "tags": tags })).await?;
    }
    if let Some(limits) = limits {
        let path = format!("/v1/workflows/{}/limits", text_of(&record, "id"));
        record = client.put(&path, &limits).await?;
    }
    if publish_it {
        let id = text_of(&record, "id").to_owned();
        record = publish(client, &id, None).await?;
    }
    show(client, &record)
}

async fn publish(client: &Client, id: &str, expected_version: Option<u64>) -> Result<Value, Error> {
    let body = expected_version.map_or(json!({}), |version| json!({ "expectedVersion": version }));
    client.post(&format!("/v1/workflows/{id}/publish"), &body).await
}

#[expect(clippy::unnecessary_wraps, reason = "the last step of commands that can fail")]
fn show(client: &Client, record: &Value) -> Result<(), Error> {
    if client.json {
        print_json(record);
        return Ok(());
    }
    line(&format!(
        "{}  {}  {}",
        text_of(record, "id"),
        text_of(record, "status"),
        text_of(record, "name")
    ));
    if let Some(live) = record.get("liveVersion").and_then(Value::as_u64) {
        line(&format!("live version {live}"));
    }
    let root = &record["definition"]["nodes"]["root"];
    let takes_deliveries = Settings::of(text_of(root, "type"), &root["payload"]).is_some();
    if let Some(url) = record["webhookUrl"].as_str().filter(|_| takes_deliveries) {
        match url.split_once("/webhooks/") {
            // The secret URL of what is sold starts nothing.
            Some((door, _)) if !root["payload"]["price"].is_null() => {
                line(&format!("sold at {door}/x402/{}", text_of(record, "id")));
            }
            Some(_) | None => line(&format!("webhook {url}")),
        }
    }
    Ok(())
}

pub(super) fn text_of<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
