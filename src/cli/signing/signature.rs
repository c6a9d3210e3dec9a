//! `chainkeel signature`: what documents wallets were to sign, and what became of it.

use clap::Subcommand;
use serde_json::Value;

use super::approval::{answer, approval};
use super::history::history;
use crate::cli::client::{Client, Error, query};
use crate::cli::print::{line, list, tell};
use crate::cli::workflow::text_of;

const SIGNATURES: &str = "/v1/signatures";

/// What to do with documents.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Signature {
    /// List documents, the latest first.
    List {
        /// Those of this wallet.
        #[arg(long)]
        wallet: Option<String>,
        /// Those that this run wants.
        #[arg(long)]
        run: Option<String>,
        /// Those that stand here, as `signed` or `denied`.
        #[arg(long)]
        status: Option<String>,
    },
    /// Show a document with all that happened to it.
    Show {
        /// The document.
        id: String,
    },
    /// Approve a document as one of those whom a policy names.
    Approve {
        /// The document.
        id: String,
        /// What you looked at: the digest that `signature show` prints.
        digest: String,
        /// What you say of it; it stays on the ledger.
        #[arg(long)]
        comment: Option<String>,
    },
    /// Reject a document as one of those whom a policy names: it is never signed.
    Reject {
        /// The document.
        id: String,
        /// What you looked at: the digest that `signature show` prints.
        digest: String,
        /// What you say of it; it stays on the ledger.
        #[arg(long)]
        comment: Option<String>,
    },
}

impl Signature {
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
                let page = client.get(&format!("{SIGNATURES}{query}")).await?;
                let hint = "no document: runs want them signed by the node sign-typed-data";
                tell(client, &page, |page| list(page, hint, show));
            }
            Self::Show { id } => {
                let shown = client.get(&format!("{SIGNATURES}/{id}")).await?;
                tell(client, &shown, |shown| {
                    show(shown);
                    approval(shown, "signature");
                    history(shown, detail);
                });
            }
            Self::Approve { id, digest, comment } => {
                answer(client, &format!("{SIGNATURES}/{id}/approve"), (&digest, comment), show)
                    .await?;
            }
            Self::Reject { id, digest, comment } => {
                answer(client, &format!("{SIGNATURES}/{id}/reject"), (&digest, comment), show)
                    .await?;
            }
        }
        Ok(())
    }
}

fn show(document: &Value) {
    let of = |key| text_of(document, key);
    let chain = match document["chainId"].as_i64() {
        Some(chain) => format!("chain {chain}"),
        None => "every chain".to_owned(),
    };
    let before = if document["verifyingContract"].is_null() {
        "any contract"
    } else {
        of("verifyingContract")
    };
    let mut words = format!(
        "{}  {}  {} before {before} on {chain}",
        of("id"),
        of("status"),
        of("primaryType"),
    );
    for more in ["user", "reason"].map(of).into_iter().filter(|it| !it.is_empty()) {
        words = format!("{words}  {more}");
    }
    line(&words);
}

/// What of an event is worth a word in a line.
fn detail(event: &Value) -> String {
    let content = &event["content"];
    let of = |key: &str| text_of(content, key).to_owned();
    match text_of(event, "event") {
        "accepted" => content["intent"]["document"]["message"].to_string(),
        "policy_decided" if content["isAllowed"] == true => "allowed".to_owned(),
        "policy_decided" => of("refusal"),
        "approval_granted" | "approval_rejected" => format!("{} {}", of("by"), of("comment")),
        "sign_requested" | "signed" => of("digest"),
        "refused" | "cancelled" => of("reason"),
        _ => String::new(),
    }
}
