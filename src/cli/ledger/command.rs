//! `chainkeel ledger`: what to take along.

use std::path::PathBuf;

use clap::Subcommand;

use super::export;
use crate::cli::client::{Client, Error};

/// What to do with the ledger.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Ledger {
    /// Write the events of the organization as NDJSON, in the order of their positions.
    ///
    /// A connection that breaks is taken up again behind the last event that came. The last line says how many
    /// there are; where it is missing, the file is not whole, and --resume goes on.
    Export(Wanted),
}

/// Which events are wanted, and where to.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct Wanted {
    /// Those behind this position.
    #[arg(long, value_name = "POSITION")]
    pub(super) after: Option<i64>,
    /// Those up to this position; the last that there is without it.
    #[arg(long, value_name = "POSITION")]
    pub(super) to: Option<i64>,
    /// Those of this workflow and of its runs.
    #[arg(long, value_name = "ID")]
    pub(super) workflow: Option<String>,
    /// Those of this run.
    #[arg(long, value_name = "ID")]
    pub(super) run: Option<String>,
    /// Those of these types, with commas between: run.failed,workflow.published, or run.* for a family.
    #[arg(long = "type", value_name = "TYPES")]
    pub(super) kinds: Option<String>,
    /// The file; - is standard output.
    #[arg(long, value_name = "FILE")]
    pub(super) out: PathBuf,
    /// Goes on behind the last whole line of the file, which must have been begun with the same filters.
    #[arg(long, conflicts_with = "after")]
    pub(super) resume: bool,
}

impl Ledger {
    /// Does it.
    pub(in crate::cli) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::Export(wanted) => export::export(client, wanted).await,
        }
    }
}
