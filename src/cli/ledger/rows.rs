//! Rows of views in a file: `chainkeel run export`, `chainkeel transaction export`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use clap::ValueEnum;
use futures::StreamExt as _;
use indicatif::{ProgressBar, ProgressStyle};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use serde_json::json;

use crate::cli::client::{Client, Error, refused, unreachable};
use crate::cli::print::{line, print_json};

/// As what rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum RowFormat {
    /// Comma-separated values with a line of names.
    Csv,
    /// A JSON object a line.
    Ndjson,
    /// Columns with types (Apache Parquet), whole only at its end.
    Parquet,
}

impl RowFormat {
    /// What the server calls it.
    pub(in crate::cli) const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Parquet => "parquet",
        }
    }
}

/// Writes what is at `path` into a file as it comes; `-` is standard output. A file that is cut off is an error.
pub(in crate::cli) async fn export_rows(
    client: &Client,
    path: &str,
    format: RowFormat,
    out: &Path,
) -> Result<(), Error> {
    let api = client.streams();
    let lost = |source| unreachable(api.base().as_str(), source);
    let (status, mut parts) = api.download(path).await.map_err(lost)?;
    if !status.is_success() {
        let mut text = Vec::new();
        while let Some(part) = parts.next().await {
            text.extend_from_slice(&part.map_err(lost)?);
        }
        return Err(refused(serde_json::from_slice(&text).unwrap_or_default()));
    }
    let failed = |error| Error::Outcome(format!("writing {}: {error}", out.display()));
    let is_file = out.as_os_str() != "-";
    let mut file: Box<dyn Write> = if is_file {
        Box::new(BufWriter::new(File::create(out).map_err(failed)?))
    } else {
        Box::new(std::io::stdout())
    };
    let bar = bar(is_file && !client.json);
    let (mut rows, mut bytes) = (Rows::new(format), 0);
    while let Some(part) = parts.next().await {
        let part = part.map_err(|error| {
            bar.finish_and_clear();
            Error::Outcome(format!("{} is not whole, write it again: {error}", out.display()))
        })?;
        match file.write_all(&part) {
            Ok(()) => {}
            // A closed pipe (`| head`) is not an error of the command.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
            Err(error) => return Err(failed(error)),
        }
        bytes += part.len() as u64;
        rows.count(&part);
        bar.set_message(rows.words());
        bar.set_position(bytes);
    }
    bar.finish_and_clear();
    file.flush().map_err(failed)?;
    let shown = out.display().to_string();
    drop(file);
    let rows = if is_file && format == RowFormat::Parquet {
        let whole = rows_of(out);
        whole
            .map_err(|why| Error::Outcome(format!("{shown} is not whole, write it again: {why}")))?
    } else {
        rows.found()
    };
    match (is_file, client.json) {
        (true, true) => print_json(&json!({ "file": shown, "rows": rows, "bytes": bytes })),
        (true, false) => line(&format!("{rows} rows are in {shown}")),
        (false, _) => {}
    }
    Ok(())
}

/// How many rows a file of columns has, by its footer: where that is missing, it was cut off.
fn rows_of(path: &Path) -> Result<u64, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let reader = SerializedFileReader::new(file).map_err(|error| error.to_string())?;
    let rows = reader.metadata().file_metadata().num_rows();
    u64::try_from(rows).map_err(|error| error.to_string())
}

fn bar(is_shown: bool) -> ProgressBar {
    if !is_shown {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    match ProgressStyle::with_template("{spinner} {msg}{bytes}, {bytes_per_sec}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Counts rows as they pass.
struct Rows {
    format: RowFormat,
    lines: u64,
    is_quoted: bool,
}

impl Rows {
    const fn new(format: RowFormat) -> Self {
        Self { format, lines: 0, is_quoted: false }
    }

    fn count(&mut self, bytes: &[u8]) {
        if self.format == RowFormat::Parquet {
            return;
        }
        for byte in bytes {
            match (byte, self.format) {
                // Between quotes a line of CSV may end that is no row's end; a quote in them is doubled.
                (b'"', RowFormat::Csv) => self.is_quoted = !self.is_quoted,
                (b'\n', _) if !self.is_quoted => self.lines += 1,
                _ => {}
            }
        }
    }

    /// How many rows there were, the line of names left out.
    const fn found(&self) -> u64 {
        match self.format {
            RowFormat::Csv => self.lines.saturating_sub(1),
            RowFormat::Ndjson | RowFormat::Parquet => self.lines,
        }
    }

    /// What is said of them meanwhile. How many rows there are in a file of columns, its footer says.
    fn words(&self) -> String {
        match self.format {
            RowFormat::Csv | RowFormat::Ndjson => format!("{} rows, ", self.found()),
            RowFormat::Parquet => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_however_they_are_cut() {
        let text = b"a,b\r\n1,\"x\r\n\"\"y\"\"\r\n\"\r\n2,\r\n";
        for size in [1, 3, text.len()] {
            let mut rows = Rows::new(RowFormat::Csv);
            text.chunks(size).for_each(|part| rows.count(part));
            assert_eq!(rows.found(), 2, "in parts of {size}");
        }
        let mut rows = Rows::new(RowFormat::Ndjson);
        rows.count(b"{\"a\":\"\\\"\"}\n{}\n");
        assert_eq!(rows.found(), 2);
    }
}
