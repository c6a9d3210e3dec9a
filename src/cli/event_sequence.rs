//! `chainkeel event sequence`: the order in which events are expected, and how its instances stand.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{Value, json};

use super::client::{Client, Error, query, read_json};
use super::print::{line, list, tell};
use super::workflow::text_of;

const SEQUENCES: &str = "/v1/event-sequences";

/// What to do with sequences.
#[derive(Debug, Subcommand)]
pub(super) enum Sequence {
    /// Define a sequence, or add a version to it.
    Create {
        /// A file with the sequence as JSON; `-` reads standard input.
        file: PathBuf,
    },
    /// List sequences.
    List,
    /// Show a sequence, or one of its instances with the events that came.
    Show {
        /// The sequence.
        name: String,
        /// The instance.
        instance: Option<String>,
    },
    /// List instances of a sequence, the latest first.
    Instances {
        /// The sequence.
        name: String,
        /// Those that are created, `in_progress`, completed, failed or abandoned.
        #[arg(long)]
        status: Option<String>,
        /// The one of this key.
        #[arg(long)]
        key: Option<String>,
        /// How many at most, 1 to 100.
        #[arg(long, default_value_t = 20)]
        limit: u8,
    },
    /// Let an instance that failed go on.
    Retry {
        /// The sequence.
        name: String,
        /// The instance.
        instance: String,
    },
    /// Give an instance up.
    Abandon {
        /// The sequence.
        name: String,
        /// The instance.
        instance: String,
        /// Why.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Let no instance begin any more; those that have begun go on.
    Remove {
        /// The sequence.
        name: String,
    },
}

impl Sequence {
    /// Does it.
    pub(super) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::Create { file } => {
                let made = client.post(SEQUENCES, &read_json(&file)?).await?;
                tell(client, &made, show);
            }
            Self::List => {
                let page = client.get(&format!("{SEQUENCES}?limit=100")).await?;
                let hint = "no sequence is defined: chainkeel event sequence create FILE";
                tell(client, &page, |page| list(page, hint, show));
            }
            Self::Show { name, instance: None } => {
                let shown = client.get(&format!("{SEQUENCES}/{name}")).await?;
                tell(client, &shown, |shown| {
                    show(shown);
                    for step in shown["events"].as_array().into_iter().flatten() {
                        let is_required = step["required"] == true;
                        let optional = if is_required { "" } else { "  optional" };
                        line(&format!(
                            "  {}  {}{optional}",
                            step["order"],
                            text_of(step, "eventId")
                        ));
                    }
                });
            }
            Self::Show { name, instance: Some(instance) } => {
                let shown = client.get(&format!("{SEQUENCES}/{name}/instances/{instance}")).await?;
                tell(client, &shown, show_instance);
            }
            Self::Instances { name, status, key, limit } => {
                let limit = Some(limit.to_string());
                let wanted = query([("status", status), ("correlationKey", key), ("limit", limit)]);
                let page = client.get(&format!("{SEQUENCES}/{name}/instances{wanted}")).await?;
                let hint = "there is no such instance: one begins with an event of the sequence";
                tell(client, &page, |page| list(page, hint, show_line));
            }
            Self::Retry { name, instance } => {
                let path = format!("{SEQUENCES}/{name}/instances/{instance}/retry");
                let now = client.post(&path, &json!({})).await?;
                tell(client, &now, show_instance);
            }
            Self::Abandon { name, instance, reason } => {
                let path = format!("{SEQUENCES}/{name}/instances/{instance}/abandon");
                let now = client.post(&path, &json!({ "reason": reason })).await?;
                tell(client, &now, show_instance);
            }
            Self::Remove { name } => {
                let gone = client.delete(&format!("{SEQUENCES}/{name}")).await?;
                tell(client, &gone, |gone| line(&format!("{} is gone", text_of(gone, "name"))));
            }
        }
        Ok(())
    }
}

fn show(sequence: &Value) {
    let [name, version, key] =
        ["name", "version", "correlationKey"].map(|field| text_of(sequence, field));
    let steps = sequence["events"].as_array().map_or(0, Vec::len);
    line(&format!("{name}@{version}  {steps} events  by {key}"));
}

fn show_line(instance: &Value) {
    let [id, status, key] =
        ["id", "status", "correlationKey"].map(|field| text_of(instance, field));
    let (processed, steps) = (&instance["processed"], &instance["steps"]);
    line(&format!("{id}  {status}  {processed} of {steps}  {key}"));
}

fn show_instance(instance: &Value) {
    let [id, status, key, failure] =
        ["id", "status", "correlationKey", "failure"].map(|field| text_of(instance, field));
    line(&format!("{id}  {status}  {key}  {failure}"));
    for step in instance["events"].as_array().into_iter().flatten() {
        let [event, status, by] =
            ["eventId", "status", "servedBy"].map(|field| text_of(step, field));
        line(&format!("  {}  {event}  {status}  {by}", step["order"]));
    }
}
