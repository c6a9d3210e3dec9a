//! `chainkeel wallet floor`: how much of a chain's coin a wallet should have, and who gets more.

use clap::Subcommand;
use serde_json::{Value, json};

use crate::cli::client::{Client, Error};
use crate::cli::print::{line, list, tell};
use crate::cli::workflow::text_of;

/// What to do with floors.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Floor {
    /// Hold a wallet to a floor on a chain. Below it, it is said once.
    Set {
        /// The wallet.
        id: String,
        /// The chain's name or id.
        chain: String,
        /// How much of the coin there should be at least, in its smallest unit.
        floor: String,
        /// The workflow that gets more when the wallet cannot pay.
        #[arg(long, value_name = "WORKFLOW")]
        top_up: Option<String>,
        /// How long a run of it may take, and is waited for, in milliseconds; an hour when absent.
        #[arg(long, value_name = "MS", requires = "top_up")]
        within: Option<u64>,
    },
    /// List what a wallet is held to, by chain.
    List {
        /// The wallet.
        id: String,
    },
    /// Hold a wallet to nothing on a chain any more.
    Remove {
        /// The wallet.
        id: String,
        /// The chain's name or id.
        chain: String,
    },
}

impl Floor {
    /// Does it.
    pub(in crate::cli) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::Set { id, chain, floor, top_up, within } => {
                let mut body = json!({ "floor": floor });
                if let Some(workflow) = top_up {
                    body["topUp"] = json!({ "workflowId": workflow });
                    if let Some(within) = within {
                        body["topUp"]["timeoutMs"] = within.into();
                    }
                }
                let set = client.put(&path(&id, &chain), &body).await?;
                tell(client, &set, show);
            }
            Self::List { id } => {
                let page = client.get(&format!("/v1/wallets/{id}/floors")).await?;
                let hint = "no floor yet: chainkeel wallet floor set ID CHAIN AMOUNT sets one";
                tell(client, &page, |page| list(page, hint, show));
            }
            Self::Remove { id, chain } => {
                let removed = client.delete(&path(&id, &chain)).await?;
                tell(client, &removed, |_| line(&format!("no floor on {chain} any more")));
            }
        }
        Ok(())
    }
}

fn path(id: &str, chain: &str) -> String {
    let chain: String = url::form_urlencoded::byte_serialize(chain.as_bytes()).collect();
    format!("/v1/wallets/{id}/floors/{chain}")
}

fn show(floor: &Value) {
    let of = |key| text_of(floor, key);
    let mut notes = Vec::new();
    if floor["isLow"] == Value::Bool(true) {
        notes.push(format!("less: {}", of("balance")));
    }
    if floor["topUp"].is_object() {
        notes.push(format!("more from {}", text_of(&floor["topUp"], "workflowId")));
    }
    line(&format!("{}  {}  {}", of("chain"), of("floor"), notes.join(", ")));
}
