//! `chainkeel token-keys`: the keys that sign access tokens.

use clap::Subcommand;
use serde_json::{Value, json};

use super::client::{Client, Error};
use super::print::{line, tell};
use super::workflow::text_of;

/// What to do with the keys that sign access tokens.
#[derive(Debug, Subcommand)]
pub(super) enum TokenKeys {
    /// List the key that signs, and those that did last.
    List,
    /// Sign with another key from now on; tokens of the one before stay good for their ten minutes.
    Rotate {
        /// Believe nothing that was signed before: a key was stolen. Every client refreshes.
        #[arg(long)]
        now: bool,
    },
}

impl TokenKeys {
    pub(super) async fn run(self, client: &Client) -> Result<(), Error> {
        let answer = match self {
            Self::List => client.get("/v1/token-keys").await?,
            Self::Rotate { now } => {
                client.post("/v1/token-keys/rotate", &json!({"now": now})).await?
            }
        };
        tell(client, &answer, show);
        Ok(())
    }
}

fn show(answer: &Value) {
    let keys = answer["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    if keys.is_empty() {
        line("no key yet: the first log-in makes one");
    }
    for key in keys {
        let state = match (key["isSigning"] == true, key["isBelieved"] == true) {
            (true, _) => "signs".to_owned(),
            (false, true) => format!("believed until {}", text_of(key, "believedUntil")),
            (false, false) => format!("retired {}", text_of(key, "believedUntil")),
        };
        line(&format!("{}  added {}  {state}", text_of(key, "kid"), text_of(key, "addedAt")));
    }
}
