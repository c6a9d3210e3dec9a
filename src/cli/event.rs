//! `chainkeel event`: publish an event that runs wait for, look at one.

use clap::Subcommand;
use serde_json::{Value, json};

use super::client::{Client, Error};
use super::print::{line, print_json};
use super::workflow::text_of;

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
        /// Publishes it once however often it is sent with this key.
        #[arg(long)]
        idempotency_key: Option<String>,
    },
    /// Show an event that was published.
    Show {
        /// The event.
        id: String,
    },
}

impl Event {
    /// Does it.
    pub(super) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::Publish { name, payload, source, idempotency_key } => {
                let payload: Value = serde_json::from_str(&payload)
                    .map_err(|source| Error::NotJson { what: "the payload".to_owned(), source })?;
                let mut body = json!({ "event": name, "payload": payload });
                if let Some(source) = source {
                    body["source"] = source.into();
                }
                let key = idempotency_key.as_deref();
                let taken = client.post_once("/v1/events", &body, key).await?;
                if client.json {
                    print_json(&taken);
                } else {
                    line(text_of(&taken, "eventId"));
                }
            }
            Self::Show { id } => {
                let event = client.get(&format!("/v1/events/{id}")).await?;
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
        }
        Ok(())
    }
}
