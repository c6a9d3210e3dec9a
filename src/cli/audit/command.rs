//! `chainkeel audit`: who did what, and what was refused.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use futures::TryStreamExt as _;
use serde_json::Value;

use super::super::client::{Client, Error, query};
use super::super::print::{bytes, empty, items, line, tell};
use super::super::workflow::text_of;
use super::bundle;
use super::replay::Replay;
use super::report::{Shape, report};
use super::verify::Verify;

const LOG: &str = "/v1/organization/audit-log";

/// What to do with the audit log.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Audit {
    /// List what happened, the latest first.
    List {
        #[command(flatten)]
        wanted: Wanted,
        /// How many at most, 1 to 100.
        #[arg(long, default_value_t = 20)]
        limit: u8,
    },
    /// Write a run with its proofs into one file, or the log to standard output, as NDJSON or CSV.
    Export {
        /// The run; without it, the log of the organization.
        run: Option<String>,
        /// The file; standard output when none is named.
        #[arg(long, value_name = "FILE", requires = "run")]
        out: Option<PathBuf>,
        /// Against the checkpoint of so many events, instead of the last one.
        #[arg(long, value_name = "EVENTS", requires = "run")]
        size: Option<u64>,
        #[command(flatten)]
        wanted: Wanted,
        /// As what.
        #[arg(long, default_value = "ndjson")]
        format: Format,
    },
    /// Write what an auditor hands on about a run: who did what, each effect with its evidence, the timeline,
    /// and whether it is what was signed.
    Report(Shape),
    /// Verify a bundle without a server, or with --all the whole ledger in its database.
    Verify(Verify),
    /// Decide every run of the ledger again, in its database.
    Replay(Replay),
}

/// Which lines are wanted.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Wanted {
    /// Those of this actor: admin, or an id.
    #[arg(long)]
    actor: Option<String>,
    /// Those whose action begins so, as `api_key.` or `access.`
    #[arg(long)]
    action: Option<String>,
    /// Those that were allowed, or refused.
    #[arg(long)]
    outcome: Option<Outcome>,
    /// Those from this address.
    #[arg(long)]
    address: Option<String>,
    /// Those from this instant on, as 2026-11-28T00:00:00Z.
    #[arg(long)]
    since: Option<String>,
    /// Those before this instant.
    #[arg(long)]
    until: Option<String>,
}

/// Whether something came to pass.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(in crate::cli) enum Outcome {
    /// It was done.
    Allowed,
    /// It was refused.
    Refused,
}

/// As what the log is exported.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(in crate::cli) enum Format {
    /// A JSON object a line.
    Ndjson,
    /// Comma-separated values.
    Csv,
}

impl Wanted {
    fn query(self, more: (&str, &str)) -> String {
        let outcome = self.outcome.map(|outcome| match outcome {
            Outcome::Allowed => "allowed".to_owned(),
            Outcome::Refused => "refused".to_owned(),
        });
        query([
            ("actor", self.actor),
            ("action", self.action),
            ("outcome", outcome),
            ("address", self.address),
            ("since", self.since),
            ("until", self.until),
            (more.0, Some(more.1.to_owned())),
        ])
    }
}

impl Audit {
    /// Does it.
    pub(in crate::cli) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::List { wanted, limit } => {
                let query = wanted.query(("limit", &limit.to_string()));
                let page = client.get(&format!("{LOG}{query}")).await?;
                tell(client, &page, |page| {
                    empty(page, "nothing of this kind happened");
                    items(page).for_each(|entry| line(&in_a_line(entry)));
                });
                Ok(())
            }
            // It asks no server: whoever has the command does it by itself.
            Self::Verify(_) | Self::Replay(_) => Ok(()),
            Self::Report(shape) => report(client, shape).await,
            Self::Export { run: Some(run), out, size, .. } => {
                bundle::export(client, &run, size, out.as_deref()).await
            }
            Self::Export { run: None, wanted, format, .. } => {
                let format = match format {
                    Format::Ndjson => "ndjson",
                    Format::Csv => "csv",
                };
                let query = wanted.query(("format", format));
                write_out(client, &format!("{LOG}/export{query}")).await
            }
        }
    }
}

/// Writes what the server sends, as it comes.
async fn write_out(client: &Client, path: &str) -> Result<(), Error> {
    let mut parts = client.download(path).await?;
    while let Some(part) = parts.try_next().await? {
        if !bytes(&part) {
            // A closed pipe (`| head`) is not an error of the command.
            return Ok(());
        }
    }
    Ok(())
}

fn in_a_line(entry: &Value) -> String {
    let [at, outcome, action, actor, subject, address] =
        ["at", "outcome", "action", "actor", "subject", "address"].map(|it| text_of(entry, it));
    let times = entry.get("times").and_then(Value::as_i64).unwrap_or(1);
    let often = if times > 1 { format!("  {times} times") } else { String::new() };
    let from = if address.is_empty() { String::new() } else { format!("  from {address}") };
    format!("{at}  {outcome:<7}  {action}  {actor}  {subject}{from}{often}")
}
