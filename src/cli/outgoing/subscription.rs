//! `chainkeel subscription`: endpoints of the outside to which events are sent.

use clap::Subcommand;
use serde_json::{Value, json};

use crate::cli::client::{Client, Error};
use crate::cli::print::{line, list, tell};
use crate::cli::workflow::text_of;

const SUBSCRIPTIONS: &str = "/v1/event-subscriptions";

/// What to do with subscriptions.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Subscription {
    /// Send events to an endpoint; prints the secret that signs them, this once.
    Create {
        /// Which events, as order.*
        pattern: String,
        /// Where they are posted.
        #[arg(value_name = "URL")]
        endpoint: String,
        /// And of these, which: a condition as JSON.
        #[arg(long)]
        condition: Option<String>,
        /// A header that goes along, as `authorization: Bearer …`. Its value is sealed.
        #[arg(long)]
        header: Vec<String>,
    },
    /// List subscriptions.
    List,
    /// Show a subscription, with how many events wait for its endpoint.
    Show {
        /// The subscription.
        id: String,
    },
    /// Send other events, or elsewhere; what is not given stays.
    Change {
        /// The subscription.
        id: String,
        /// Which events.
        #[arg(long)]
        pattern: Option<String>,
        /// The URL where they are posted.
        #[arg(long, value_name = "URL")]
        endpoint: Option<String>,
        /// And of these, which: a condition as JSON; null for all of them.
        #[arg(long)]
        condition: Option<String>,
    },
    /// Sign with a new secret, which is printed this once; the one of before signs for a while, too.
    Rotate {
        /// The subscription.
        id: String,
        /// For how many hours, 0 to 168.
        #[arg(long, default_value_t = 24)]
        overlap_hours: u32,
    },
    /// Send nothing until it is resumed; what happens meanwhile is never sent.
    Suspend {
        /// The subscription.
        id: String,
    },
    /// Send events again.
    Resume {
        /// The subscription.
        id: String,
    },
    /// Send nothing more, for good.
    Remove {
        /// The subscription.
        id: String,
    },
}

impl Subscription {
    /// Does it.
    pub(in crate::cli) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::Create { pattern, endpoint, condition, header } => {
                let mut body = json!({ "pattern": pattern, "url": endpoint, "headers": {} });
                if let Some(condition) = condition {
                    body["condition"] = read_condition(&condition)?;
                }
                for header in header {
                    let (name, value) = header.split_once(':').unwrap_or((&header, ""));
                    body["headers"][name.trim()] = value.trim().into();
                }
                let made = client.post(SUBSCRIPTIONS, &body).await?;
                tell(client, &made, |made| {
                    show(&made["subscription"]);
                    line(&format!("secret {}", text_of(made, "secret")));
                });
            }
            Self::List => {
                let page = client.get(&format!("{SUBSCRIPTIONS}?limit=100")).await?;
                let hint = "nobody is subscribed: chainkeel subscription create order.* https://…";
                tell(client, &page, |page| list(page, hint, show));
            }
            Self::Show { id } => {
                let shown = client.get(&format!("{SUBSCRIPTIONS}/{id}")).await?;
                tell(client, &shown, |shown| {
                    show(&shown["subscription"]);
                    line(&format!("{} wait, {} are dead letters", shown["waiting"], shown["dead"]));
                });
            }
            Self::Change { id, pattern, endpoint, condition } => {
                let mut body = json!({});
                if let Some(pattern) = pattern {
                    body["pattern"] = pattern.into();
                }
                if let Some(endpoint) = endpoint {
                    body["url"] = endpoint.into();
                }
                if let Some(condition) = condition {
                    body["condition"] = read_condition(&condition)?;
                }
                let changed = client.patch(&format!("{SUBSCRIPTIONS}/{id}"), &body).await?;
                tell(client, &changed, show);
            }
            Self::Rotate { id, overlap_hours } => {
                let body = json!({ "overlapMs": u64::from(overlap_hours) * 3_600_000 });
                let path = format!("{SUBSCRIPTIONS}/{id}/rotate-secret");
                let rotated = client.post(&path, &body).await?;
                tell(client, &rotated, |rotated| {
                    show(&rotated["subscription"]);
                    line(&format!("secret {}", text_of(rotated, "secret")));
                });
            }
            Self::Suspend { id } => set(client, &id, "suspended").await?,
            Self::Resume { id } => set(client, &id, "active").await?,
            Self::Remove { id } => {
                let gone = client.delete(&format!("{SUBSCRIPTIONS}/{id}")).await?;
                tell(client, &gone, |gone| line(&format!("{} is gone", text_of(gone, "id"))));
            }
        }
        Ok(())
    }
}

fn read_condition(text: &str) -> Result<Value, Error> {
    let read = serde_json::from_str(text);
    read.map_err(|source| Error::NotJson { what: "the condition".to_owned(), source })
}

async fn set(client: &Client, id: &str, status: &str) -> Result<(), Error> {
    let path = format!("{SUBSCRIPTIONS}/{id}/status");
    let changed = client.post(&path, &json!({ "status": status })).await?;
    tell(client, &changed, show);
    Ok(())
}

fn show(subscription: &Value) {
    let [id, status, pattern, url] =
        ["id", "status", "pattern", "url"].map(|field| text_of(subscription, field));
    line(&format!("{id}  {status}  {pattern}  {url}"));
}
