//! The command: gathers, and writes a page or JSON.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::json;

use super::gather::gather;
use super::page::page;
use crate::cli::client::{Client, Error};
use crate::cli::print::{line, print_json};
use crate::proof::{Trust, VerifierKey};

/// How the report is written.
#[derive(Debug, Args)]
pub(in crate::cli) struct Shape {
    /// The run
    run: String,
    /// The file; standard output when none is named
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// As what
    #[arg(long, default_value = "html")]
    format: Format,
    /// The key that signs the ledger, as /v1/log/key gave it when you trusted it
    #[arg(long, value_name = "VKEY")]
    key: Option<VerifierKey>,
}

/// As what a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Format {
    /// A page that needs nothing else.
    Html,
    /// JSON.
    Json,
}

/// Writes the report about a run. What is not as it was signed is an error, after it is written.
pub(in crate::cli) async fn report(client: &Client, shape: Shape) -> Result<(), Error> {
    let Shape { run, out, format, key } = shape;
    let report = gather(client, &run, &Trust { key, checkpoint: None }).await?;
    let text = match format {
        Format::Html => page(&report),
        Format::Json => report.to_string() + "\n",
    };
    match &out {
        Some(path) => {
            write(path, &text)?;
            let verified = &report["verification"]["verified"];
            if client.json {
                print_json(&json!({
                    "runId": run, "file": path.display().to_string(), "bytes": text.len(), "verified": verified,
                }));
            } else {
                line(&format!("the report about {run} is in {}", path.display()));
            }
        }
        None => line(text.trim_end()),
    }
    let wrong = report["verification"]["verified"] == json!(false);
    if wrong || !report["replay"]["divergesAt"].is_null() {
        return Err(Error::Outcome(format!("{run} is not what was signed: the report says where")));
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    let failed = |error| Error::Outcome(format!("writing {}: {error}", path.display()));
    let mut file = File::create(path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
}
