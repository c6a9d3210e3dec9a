//! `chainkeel event`: publish events, find them again, say what they look like.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{Value, json};

use super::client::{Client, Error, query, read_json};
use super::event_sequence::Sequence;
use super::print::{line, list, print_json, tell};
use super::workflow::text_of;

const EVENTS: &str = "/v1/events";
const DEFINITIONS: &str = "/v1/event-definitions";

/// What to do with events.
#[derive(Debug, Subcommand)]
pub(super) enum Event {
    /// Publish an event: every run goes on that waits for it.
    Publish {
        /// Its name, as order.paid.
        name: String,
        /// What it says, as JSON.
        #[arg(long, default_value = "{}")]
        payload: String,
        /// Where it comes from.
        #[arg(long)]
        source: Option<String>,
        /// The id that it has for you: the same id is the same event, for ever.
        #[arg(long)]
        id: Option<String>,
        /// What all that belongs together shares.
        #[arg(long)]
        correlation_id: Option<String>,
        /// Publishes it once however often it is sent with this key.
        #[arg(long)]
        idempotency_key: Option<String>,
    },
    /// Show an event that was published.
    Show {
        /// The event.
        id: String,
    },
    /// List events, the latest first.
    List {
        /// Those whose name matches, as order.*
        #[arg(long)]
        pattern: Option<String>,
        /// Those of this source.
        #[arg(long)]
        source: Option<String>,
        /// Those of this story.
        #[arg(long)]
        correlation_id: Option<String>,
        /// How many at most, 1 to 100.
        #[arg(long, default_value_t = 20)]
        limit: u8,
    },
    /// Sequences in which events are expected.
    Sequence {
        /// What to do with them.
        #[command(subcommand)]
        what: Sequence,
    },
    /// Show how the delivery of events stands.
    Queue,
    /// Define events, or add a version to their definition.
    Define {
        /// A file with the definition as JSON; `-` reads standard input.
        file: PathBuf,
    },
    /// List definitions of events.
    Definitions {
        /// Those of events of this name.
        #[arg(long)]
        name: Option<String>,
    },
}

impl Event {
    /// Does it.
    pub(super) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::Publish { name, payload, source, id, correlation_id, idempotency_key } => {
                let payload: Value = serde_json::from_str(&payload)
                    .map_err(|source| Error::NotJson { what: "the payload".to_owned(), source })?;
                let mut body = json!({ "event": name, "payload": payload });
                if let Some(source) = source {
                    body["source"] = source.into();
                }
                if let Some(id) = id {
                    body["id"] = id.into();
                }
                if let Some(correlation) = correlation_id {
                    body["metadata"] = json!({ "correlationId": correlation });
                }
                let key = idempotency_key.as_deref();
                let taken = client.post_once(EVENTS, &body, key).await?;
                tell(client, &taken, |taken| line(text_of(taken, "eventId")));
            }
            Self::Show { id } => {
                let event = client.get(&format!("{EVENTS}/{id}")).await?;
                if client.json {
                    print_json(&event);
                    return Ok(());
                }
                let [name, at, by, source] =
                    ["event", "at", "by", "source"].map(|field| text_of(&event, field));
                line(&format!("{name}  {at}  by {by}"));
                if !source.is_empty() {
                    line(&format!("source {source}"));
                }
                line(&format!("payload {:#}", event["payload"]));
            }
            Self::List { pattern, source, correlation_id, limit } => {
                let wanted = query([
                    ("pattern", pattern),
                    ("source", source),
                    ("correlationId", correlation_id),
                    ("limit", Some(limit.to_string())),
                ]);
                let page = client.get(&format!("{EVENTS}{wanted}")).await?;
                let hint = "no such event was published: chainkeel event publish order.paid";
                tell(client, &page, |page| list(page, hint, show));
            }
            Self::Sequence { what } => what.run(client).await?,
            Self::Queue => {
                let queue = client.get(&format!("{EVENTS}/queue")).await?;
                tell(client, &queue, |queue| {
                    line(&format!(
                        "{}: {} of {} wait, {} delivered in {} ms on average, {} errors",
                        text_of(queue, "state"),
                        queue["depth"],
                        queue["highWatermark"],
                        queue["processed"],
                        queue["averageMs"],
                        queue["errors"],
                    ));
                });
            }
            Self::Define { file } => {
                let defined = client.post(DEFINITIONS, &read_json(&file)?).await?;
                tell(client, &defined, |it| {
                    line(&format!(
                        "{}  {}@{}",
                        text_of(it, "id"),
                        text_of(it, "name"),
                        text_of(it, "version")
                    ));
                });
            }
            Self::Definitions { name } => {
                let page = client.get(&format!("{DEFINITIONS}{}", query([("name", name)]))).await?;
                let hint = "no events are defined: chainkeel event define FILE";
                tell(client, &page, |page| list(page, hint, show_definition));
            }
        }
        Ok(())
    }
}

fn show(event: &Value) {
    let [id, name, at, source] = ["id", "event", "at", "source"].map(|field| text_of(event, field));
    line(&format!("{at}  {name}  {id}  {source}"));
}

fn show_definition(definition: &Value) {
    let [id, name, version, status] =
        ["id", "name", "version", "status"].map(|field| text_of(definition, field));
    line(&format!("{name}@{version}  {status}  {id}"));
}
