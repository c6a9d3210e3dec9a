//! `chainkeel transaction`: what runs want of wallets, and what became of it.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{Value, json};

use super::approval::{answer, approval};
use super::history::history;
use crate::cli::client::{Client, Error, query};
use crate::cli::ledger::{RowFormat, export_rows};
use crate::cli::print::{line, list, tell};
use crate::cli::workflow::text_of;

const TRANSACTIONS: &str = "/v1/transactions";

/// What to do with transactions.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Transaction {
    /// List transactions, the latest first.
    List {
        /// Those of this wallet.
        #[arg(long)]
        wallet: Option<String>,
        /// Those that this run wants.
        #[arg(long)]
        run: Option<String>,
        /// Those that stand here, as `broadcast` or `succeeded`.
        #[arg(long)]
        status: Option<String>,
    },
    /// Write all transactions into a file, the latest first.
    Export {
        /// Those of this wallet.
        #[arg(long)]
        wallet: Option<String>,
        /// Those that this run wants.
        #[arg(long)]
        run: Option<String>,
        /// Those that stand here, as `broadcast` or `succeeded`.
        #[arg(long)]
        status: Option<String>,
        /// As what.
        #[arg(long, default_value = "csv")]
        format: RowFormat,
        /// The file; - is standard output.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Show a transaction with all that happened to it.
    Show {
        /// The transaction.
        id: String,
    },
    /// Approve a transaction as one of those whom a policy names.
    Approve {
        /// The transaction.
        id: String,
        /// What you looked at: the digest that `transaction show` prints.
        digest: String,
        /// What you say of it; it stays on the ledger.
        #[arg(long)]
        comment: Option<String>,
    },
    /// Reject a transaction as one of those whom a policy names: it is never signed.
    Reject {
        /// The transaction.
        id: String,
        /// What you looked at: the digest that `transaction show` prints.
        digest: String,
        /// What you say of it; it stays on the ledger.
        #[arg(long)]
        comment: Option<String>,
    },
    /// Call a transaction off; where it has a nonce, by one that moves nothing.
    Cancel {
        /// The transaction.
        id: String,
    },
}

impl Transaction {
    /// Does it.
    pub(in crate::cli) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::List { wallet, run, status } => {
                let query = query([
                    ("walletId", wallet),
                    ("runId", run),
                    ("status", status),
                    ("limit", Some("100".to_owned())),
                ]);
                let page = client.get(&format!("{TRANSACTIONS}{query}")).await?;
                let hint = "no transaction: runs want them by nodes such as send-native-token";
                tell(client, &page, |page| list(page, hint, show));
            }
            Self::Export { wallet, run, status, format, out } => {
                let query = query([
                    ("format", Some(format.name().to_owned())),
                    ("walletId", wallet),
                    ("runId", run),
                    ("status", status),
                ]);
                let path = format!("{TRANSACTIONS}/export{query}");
                export_rows(client, &path, format, &out).await?;
            }
            Self::Show { id } => {
                let shown = client.get(&format!("{TRANSACTIONS}/{id}")).await?;
                tell(client, &shown, |shown| {
                    show(shown);
                    approval(shown, "transaction");
                    history(shown, detail);
                });
            }
            Self::Approve { id, digest, comment } => {
                answer(client, &format!("{TRANSACTIONS}/{id}/approve"), (&digest, comment), show)
                    .await?;
            }
            Self::Reject { id, digest, comment } => {
                answer(client, &format!("{TRANSACTIONS}/{id}/reject"), (&digest, comment), show)
                    .await?;
            }
            Self::Cancel { id } => {
                let answer =
                    client.post(&format!("{TRANSACTIONS}/{id}/cancel"), &json!({})).await?;
                tell(client, &answer, show);
            }
        }
        Ok(())
    }
}

fn show(transaction: &Value) {
    let of = |key| text_of(transaction, key);
    let to = if transaction["to"].is_null() { "a new contract" } else { of("to") };
    let mut words = format!(
        "{}  {}  chain {}  {} wei to {to}",
        of("id"),
        of("status"),
        transaction["chainId"],
        of("value"),
    );
    for more in ["hash", "reason"].map(of).into_iter().filter(|it| !it.is_empty()) {
        words = format!("{words}  {more}");
    }
    line(&words);
}

/// What of an event is worth a word in a line.
fn detail(event: &Value) -> String {
    let content = &event["content"];
    let of = |key: &str| text_of(content, key).to_owned();
    match text_of(event, "event") {
        "policy_decided" if content["isAllowed"] == true => allowed(content).to_owned(),
        "policy_decided" => of("refusal"),
        "approval_granted" | "approval_rejected" => format!("{} {}", of("by"), of("comment")),
        "simulated" => format!("gas limit {}", content["gasLimit"]),
        "nonce_reserved" | "nonce_conflict" => format!("nonce {}", content["nonce"]),
        "simulation_failed" | "cancelled" | "cancel_requested" => of("reason"),
        "signed" => of("hash"),
        "broadcast_attempted" => {
            let outcome = &content["outcome"];
            format!("{} {}", text_of(outcome, "said"), text_of(outcome, "message"))
        }
        "included" | "finalized" => format!(
            "block {} {}",
            content["inclusion"]["blockNumber"],
            if content["inclusion"]["isSuccess"] == true { "carried out" } else { "reverted" }
        ),
        _ => String::new(),
    }
}

/// What the policies said that did not deny it.
fn allowed(decided: &Value) -> &'static str {
    if decided["reasons"]["outcome"] == "needsApproval" { "to be approved" } else { "allowed" }
}
