//! `chainkeel dead-letter`: what was given up, looked at, tried again, discarded.

use clap::Subcommand;
use serde_json::{Value, json};

use super::client::{Client, Error, query};
use super::print::{line, list, tell};
use super::workflow::text_of;

const LETTERS: &str = "/v1/dead-letters";

/// What to do with dead letters.
#[derive(Debug, Subcommand)]
pub(super) enum DeadLetter {
    /// List dead letters, the latest first.
    List {
        /// Those that this part gave up, as event-triggers.
        #[arg(long)]
        reaction: Option<String>,
        /// Those that were discarded.
        #[arg(long)]
        discarded: bool,
        /// How many at most, 1 to 100.
        #[arg(long, default_value_t = 20)]
        limit: u8,
    },
    /// Show a dead letter, with what was tried.
    Inspect {
        /// The dead letter, as event-triggers@4711.
        id: String,
    },
    /// Let dead letters be tried again: those that are named, or the oldest 50.
    Reprocess {
        /// The dead letters.
        ids: Vec<String>,
        /// Those that this part gave up.
        #[arg(long)]
        reaction: Option<String>,
    },
    /// Discard a dead letter: it is not tried again.
    Discard {
        /// The dead letter.
        id: String,
        /// Why, for those who ask later.
        #[arg(long)]
        notes: Option<String>,
    },
    /// Forget what was discarded.
    Purge {
        /// What was set aside before this instant (RFC 3339); all when absent.
        #[arg(long)]
        before: Option<String>,
    },
}

impl DeadLetter {
    /// Does it.
    pub(super) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::List { reaction, discarded, limit } => {
                let wanted = query([
                    ("reaction", reaction),
                    ("status", discarded.then(|| "discarded".to_owned())),
                    ("limit", Some(limit.to_string())),
                ]);
                let page = client.get(&format!("{LETTERS}{wanted}")).await?;
                tell(client, &page, |page| list(page, "nothing was given up", show));
            }
            Self::Inspect { id } => {
                let letter = client.get(&format!("{LETTERS}/{id}")).await?;
                tell(client, &letter, |letter| {
                    show(letter);
                    line(&format!("history {:#}", letter["history"]));
                });
            }
            Self::Reprocess { ids, reaction } => {
                let mut body = json!({});
                if !ids.is_empty() {
                    body["ids"] = json!(ids);
                }
                if let Some(reaction) = reaction {
                    body["reaction"] = reaction.into();
                }
                let done = client.post(&format!("{LETTERS}/reprocess"), &body).await?;
                tell(client, &done, |done| {
                    line(&format!("{} are tried again", done["reprocessed"]));
                });
            }
            Self::Discard { id, notes } => {
                let body = notes.map_or_else(|| json!({}), |notes| json!({ "notes": notes }));
                let letter = client.post(&format!("{LETTERS}/{id}/discard"), &body).await?;
                tell(client, &letter, show);
            }
            Self::Purge { before } => {
                let body = before.map_or_else(|| json!({}), |before| json!({ "before": before }));
                let done = client.post(&format!("{LETTERS}/purge"), &body).await?;
                tell(client, &done, |done| line(&format!("{} are gone", done["purged"])));
            }
        }
        Ok(())
    }
}

fn show(letter: &Value) {
    let [id, status, event, stream, reason] =
        ["id", "status", "eventType", "aggregateId", "reason"].map(|field| text_of(letter, field));
    line(&format!("{id}  {status}  {event} of {stream}: {reason}"));
}
