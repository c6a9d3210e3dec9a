//! `chainkeel wallet`: with what the organization signs.

use std::io::Read;

use clap::Subcommand;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::floor::Floor;
use crate::cli::client::{Client, Error, query};
use crate::cli::print::{line, list, tell};
use crate::cli::workflow::text_of;

const WALLETS: &str = "/v1/wallets";
/// The most bytes of a key on standard input: more than one has.
const MOST: u64 = 1_024;

/// What to do with wallets.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Wallet {
    /// List wallets, the oldest first.
    List {
        /// Also those that are archived.
        #[arg(long)]
        archived: bool,
    },
    /// Make a wallet. Its key is made by the backend, and stays there.
    Create {
        /// What it is called.
        name: String,
    },
    /// Make a wallet of a private key on standard input, in hexadecimal.
    Import {
        /// What it is called.
        name: String,
    },
    /// Show a wallet.
    Show {
        /// The wallet.
        id: String,
    },
    /// Show what a wallet has of coins, and of tokens where they are named.
    Balances {
        /// The wallet.
        id: String,
        /// The names or ids of chains, with commas between them; all that are configured when absent.
        #[arg(long)]
        chain: Option<String>,
        /// The addresses of tokens on these chains, with commas between them.
        #[arg(long, requires = "chain")]
        token: Option<String>,
    },
    /// How much of a chain's coin a wallet should have, and who gets more when it cannot pay.
    #[command(subcommand)]
    Floor(Floor),
    /// Call a wallet otherwise.
    Rename {
        /// The wallet.
        id: String,
        /// What it is called from here on.
        name: String,
    },
    /// Use a wallet wherever nobody says which.
    Default {
        /// The wallet.
        id: String,
    },
    /// Let a wallet sign nothing any more; its key and its history stay.
    Archive {
        /// The wallet.
        id: String,
    },
    /// Let an archived wallet sign again.
    Restore {
        /// The wallet.
        id: String,
    },
}

impl Wallet {
    /// Does it.
    pub(in crate::cli) async fn run(self, client: &Client) -> Result<(), Error> {
        let answer = match self {
            Self::List { archived } => {
                let query = query([
                    ("archived", archived.then(|| "true".to_owned())),
                    ("limit", Some("100".to_owned())),
                ]);
                let page = client.get(&format!("{WALLETS}{query}")).await?;
                let hint = "no wallet yet: chainkeel wallet create NAME makes one";
                tell(client, &page, |page| list(page, hint, show));
                return Ok(());
            }
            Self::Create { name } => client.post(WALLETS, &json!({ "name": name })).await?,
            Self::Import { name } => {
                let key = Zeroizing::new(key()?);
                let body = json!({ "name": name, "privateKey": key.trim() });
                client.post(&format!("{WALLETS}/import"), &body).await?
            }
            Self::Show { id } => client.get(&format!("{WALLETS}/{id}")).await?,
            Self::Balances { id, chain, token } => {
                let query = query([("chain", chain), ("token", token)]);
                let told = client.get(&format!("{WALLETS}/{id}/balances{query}")).await?;
                tell(client, &told, balances);
                return Ok(());
            }
            Self::Floor(floor) => return floor.run(client).await,
            Self::Rename { id, name } => {
                client.patch(&format!("{WALLETS}/{id}"), &json!({ "name": name })).await?
            }
            Self::Default { id } => order(client, &id, "default").await?,
            Self::Archive { id } => order(client, &id, "archive").await?,
            Self::Restore { id } => order(client, &id, "restore").await?,
        };
        tell(client, &answer, show);
        Ok(())
    }
}

async fn order(client: &Client, id: &str, deed: &str) -> Result<Value, Error> {
    client.post(&format!("{WALLETS}/{id}/{deed}"), &json!({})).await
}

fn key() -> Result<String, Error> {
    let mut text = String::new();
    let read = std::io::stdin().take(MOST).read_to_string(&mut text);
    read.map_err(|source| Error::File { path: "-".to_owned(), source })?;
    Ok(text)
}

fn balances(told: &Value) {
    for chain in told["chains"].as_array().into_iter().flatten() {
        let of = |key| text_of(chain, key);
        if chain["problem"].is_string() {
            line(&format!("{}  not known: {}", of("chain"), of("problem")));
        }
        for balance in chain["balances"].as_array().into_iter().flatten() {
            let held = |key| text_of(balance, key);
            let token =
                if balance["tokenAddress"].is_null() { "coin" } else { held("tokenAddress") };
            let amount = match (&balance["problem"], &balance["formatted"]) {
                (Value::String(problem), _) => format!("not known: {problem}"),
                (_, Value::String(amount)) => format!("{amount} {}", held("symbol")),
                _ => format!("{} in its smallest unit", held("balance")),
            };
            line(&format!("{}  {amount}  {token}  block {}", of("chain"), chain["blockNumber"]));
        }
        if chain["isLow"] == Value::Bool(true) {
            line(&format!("{}  less than its floor of {}", of("chain"), of("floor")));
        }
    }
}

fn show(wallet: &Value) {
    let of = |key| text_of(wallet, key);
    let (is_default, status) = (wallet["isDefault"] == Value::Bool(true), of("status"));
    let mut notes = vec![of("backend"), of("provenance")];
    notes.extend((status != "active").then_some(status));
    notes.extend(is_default.then_some("default"));
    line(&format!("{}  {}  {}  {}", of("id"), of("address"), of("name"), notes.join(", ")));
}
