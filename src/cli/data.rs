//! `chainkeel data`: tables of the organization, their rows, and questions to them.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use clap::{Subcommand, ValueEnum};
use futures::{TryStreamExt as _, stream};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value, json};

use super::client::{Client, Error, query, read_json, refused, unreachable};
use super::print::{line, list, tell};
use super::workflow::text_of;

const TABLES: &str = "/v1/tables";
/// How many bytes of a file are sent at a time.
const PART: usize = 64 * 1024;

/// What to do with tables.
#[derive(Debug, Subcommand)]
pub(super) enum Data {
    /// List the tables.
    Tables {
        /// How many at most.
        #[arg(long, default_value_t = 100)]
        limit: u8,
    },
    /// Show a table's columns and indexes.
    Show {
        /// The table.
        table: String,
    },
    /// Create a table from a JSON Schema of its rows.
    Create {
        /// Its name.
        table: String,
        /// The file with the schema; `-` is standard input.
        #[arg(long)]
        schema: PathBuf,
    },
    /// Change a table: columns and indexes that come and go.
    Alter {
        /// The table.
        table: String,
        /// Adds a column: `name=string`, `name=number`, `name=integer`, `name=boolean`,
        /// `name=date-time`, `name=json`, or `name={…}` with a property of a JSON Schema.
        #[arg(long, value_name = "COLUMN")]
        add: Vec<String>,
        /// Removes a column, with what it holds.
        #[arg(long, value_name = "COLUMN")]
        remove: Vec<String>,
        /// Renames a column: `old=new`.
        #[arg(long, value_name = "COLUMN")]
        rename: Vec<String>,
        /// Adds an index: `name=column,column`.
        #[arg(long, value_name = "INDEX")]
        index: Vec<String>,
        /// Adds an index over values that are unique: `name=column,column`.
        #[arg(long, value_name = "INDEX")]
        unique: Vec<String>,
        /// Removes an index.
        #[arg(long, value_name = "INDEX")]
        remove_index: Vec<String>,
        /// Says that data may be lost and readers broken.
        #[arg(long)]
        force: bool,
    },
    /// Drop a table, with all its rows.
    Drop {
        /// The table.
        table: String,
        /// Says that all its rows may be lost.
        #[arg(long)]
        force: bool,
    },
    /// List rows.
    Rows {
        /// The table.
        table: String,
        /// What must hold, as `{"amount":{"gte":"10"}}`.
        #[arg(long)]
        filter: Option<String>,
        /// By what they are ordered, as `-amount,customer`.
        #[arg(long)]
        sort: Option<String>,
        /// How many at most.
        #[arg(long, default_value_t = 20)]
        limit: u8,
        /// How many to pass over.
        #[arg(long)]
        offset: Option<u32>,
    },
    /// Write the rows of a file: all of them or none.
    Import {
        /// The table.
        table: String,
        /// The file.
        file: PathBuf,
        /// How it is written; by its ending when absent.
        #[arg(long)]
        format: Option<Format>,
        /// Leaves bad lines out and writes the others.
        #[arg(long)]
        skip_bad: bool,
        /// Columns that are unique together: rows that are there are replaced.
        #[arg(long, value_name = "COLUMNS")]
        on_conflict: Option<String>,
    },
    /// Write all rows to a file, or to standard output.
    Export {
        /// The table.
        table: String,
        /// The file; standard output when absent.
        file: Option<PathBuf>,
        /// How it is written; by the file's ending when absent.
        #[arg(long)]
        format: Option<Format>,
        /// What must hold, as `{"amount":{"gte":"10"}}`.
        #[arg(long)]
        filter: Option<String>,
    },
    /// Ask one statement that reads.
    Query {
        /// The statement, with `?` where values go.
        sql: String,
        /// A value, in order; JSON where it is that, else text.
        #[arg(long = "param", value_name = "VALUE")]
        params: Vec<String>,
    },
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Comma-separated values with a head.
    Csv,
    /// A JSON object a line.
    Ndjson,
}

impl Format {
    fn of(given: Option<Self>, file: Option<&Path>) -> Self {
        let ending = file.and_then(|file| file.extension()).and_then(|ending| ending.to_str());
        given.unwrap_or(match ending {
            Some("ndjson" | "jsonl" | "json") => Self::Ndjson,
            Some(_) | None => Self::Csv,
        })
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Ndjson => "application/x-ndjson",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }
}

impl Data {
    /// Does it.
    pub(super) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::Tables { limit } => {
                let query = query([("limit", Some(limit.to_string()))]);
                let page = client.get(&format!("{TABLES}{query}")).await?;
                tell(client, &page, |page| {
                    list(page, "there are no tables yet", |it| line(&in_a_line(it)));
                });
                Ok(())
            }
            Self::Show { table } => {
                let table = client.get(&format!("{TABLES}/{table}")).await?;
                tell(client, &table, show_table);
                Ok(())
            }
            Self::Create { table, schema } => {
                let body = json!({ "name": table, "schema": read_json(&schema)? });
                let table = client.post(TABLES, &body).await?;
                tell(client, &table, show_table);
                Ok(())
            }
            Self::Alter { table, add, remove, rename, index, unique, remove_index, force } => {
                let mut changes = Vec::new();
                for text in &add {
                    let (name, schema) = column(text)?;
                    changes.push(json!({ "addColumn": { "name": name, "schema": schema } }));
                }
                for text in &rename {
                    let (from, to) = parts(text)?;
                    changes.push(json!({ "renameColumn": { "from": from, "to": to } }));
                }
                changes.extend(remove.iter().map(|name| json!({ "removeColumn": name })));
                changes.extend(remove_index.iter().map(|name| json!({ "removeIndex": name })));
                for (text, is_unique) in
                    index.iter().map(|it| (it, false)).chain(unique.iter().map(|it| (it, true)))
                {
                    let (name, columns) = parts(text)?;
                    let columns: Vec<&str> = columns.split(',').map(str::trim).collect();
                    let index = json!({ "name": name, "columns": columns, "unique": is_unique });
                    changes.push(json!({ "addIndex": index }));
                }
                let body = json!({ "changes": changes, "force": force });
                let table = client.post(&format!("{TABLES}/{table}/changes"), &body).await?;
                tell(client, &table, show_table);
                Ok(())
            }
            Self::Drop { table, force } => {
                let query = query([("force", force.then(|| "true".to_owned()))]);
                let dropped = client.delete(&format!("{TABLES}/{table}{query}")).await?;
                tell(client, &dropped, |dropped| {
                    line(&format!("{} is dropped", text_of(dropped, "name")));
                });
                Ok(())
            }
            Self::Rows { table, filter, sort, limit, offset } => {
                let query = query([
                    ("filter", filter),
                    ("sort", sort),
                    ("limit", Some(limit.to_string())),
                    ("offset", offset.map(|offset| offset.to_string())),
                ]);
                let page = client.get(&format!("{TABLES}/{table}/rows{query}")).await?;
                tell(client, &page, |page| {
                    list(page, "there are no such rows", |it| line(&row(it)));
                });
                Ok(())
            }
            Self::Import { table, file, format, skip_bad, on_conflict } => {
                let format = Format::of(format, Some(&file));
                let query = query([
                    ("skipBad", skip_bad.then(|| "true".to_owned())),
                    ("onConflict", on_conflict),
                ]);
                let path = format!("{TABLES}/{table}/import{query}");
                import(client, &path, &file, format).await
            }
            Self::Export { table, file, format, filter } => {
                let format = Format::of(format, file.as_deref());
                let query = query([("format", Some(format.name().to_owned())), ("filter", filter)]);
                let path = format!("{TABLES}/{table}/export{query}");
                export(client, &path, file.as_deref()).await
            }
            Self::Query { sql, params } => {
                let params: Vec<Value> = params.into_iter().map(value).collect();
                let body = json!({ "sql": sql, "params": params });
                let found = client.post("/v1/data/query", &body).await?;
                tell(client, &found, |found| {
                    let rows = found.get("rows").and_then(Value::as_array);
                    rows.into_iter().flatten().for_each(|it| line(&row(it)));
                    if found.get("hasMore") == Some(&Value::Bool(true)) {
                        line("… and more");
                    }
                });
                Ok(())
            }
        }
    }
}

/// Sends a file as it is read, and shows how far it has come.
async fn import(client: &Client, path: &str, file: &Path, format: Format) -> Result<(), Error> {
    let shown = file.display().to_string();
    let cannot = |source| Error::File { path: shown.clone(), source };
    let opened = File::open(file).map_err(cannot)?;
    let size = opened.metadata().map_err(cannot)?.len();
    let bar = bar(size, client.json);
    let told = bar.clone();
    let parts = stream::unfold(opened, move |mut opened| {
        let told = told.clone();
        async move {
            let mut part = vec![0; PART];
            match opened.read(&mut part) {
                Ok(0) => None,
                Ok(size) => {
                    part.truncate(size);
                    told.inc(size as u64);
                    Some((Ok(Bytes::from(part)), opened))
                }
                Err(error) => Some((Err(error), opened)),
            }
        }
    });
    let answer = client.streams().upload(path, format.media_type(), parts).await;
    bar.finish_and_clear();
    let answer = answer.map_err(|source| unreachable(client.streams().base().as_str(), source))?;
    if !answer.status.is_success() {
        return Err(refused(answer.body));
    }
    let imported = answer.body.get("data").cloned().unwrap_or_default();
    tell(client, &imported, |imported| {
        let number = |name| imported.get(name).and_then(Value::as_u64).unwrap_or_default();
        line(&format!("{} rows written, {} lines left out", number("written"), number("skipped")));
        for bad in imported.get("badLines").and_then(Value::as_array).into_iter().flatten() {
            let number = bad.get("line").and_then(Value::as_u64).unwrap_or_default();
            line(&format!("  line {number} {}: {}", text_of(bad, "path"), text_of(bad, "message")));
        }
    });
    Ok(())
}

/// Writes what comes as it comes.
async fn export(client: &Client, path: &str, file: Option<&Path>) -> Result<(), Error> {
    let mut parts = client.download(path).await?;
    let shown =
        file.map_or_else(|| "standard output".to_owned(), |file| file.display().to_string());
    let cannot = |source| Error::File { path: shown.clone(), source };
    let mut out: Box<dyn std::io::Write> = match file {
        Some(file) => Box::new(File::create(file).map_err(cannot)?),
        None => Box::new(std::io::stdout()),
    };
    let bar = if file.is_some() { bar(0, client.json) } else { ProgressBar::hidden() };
    while let Some(part) = parts.try_next().await? {
        bar.inc(part.len() as u64);
        out.write_all(&part).map_err(cannot)?;
    }
    out.flush().map_err(cannot)?;
    bar.finish_and_clear();
    Ok(())
}

/// A bar of so many bytes; a spinner where that is not known.
fn bar(size: u64, hidden: bool) -> ProgressBar {
    if hidden {
        return ProgressBar::hidden();
    }
    let (bar, look) = if size > 0 {
        (ProgressBar::new(size), "{bar:40} {bytes} of {total_bytes}, {eta} left")
    } else {
        (ProgressBar::new_spinner(), "{spinner} {bytes}")
    };
    match ProgressStyle::with_template(look) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// A table in a list: its name, its version, its columns.
fn in_a_line(table: &Value) -> String {
    let none = Map::new();
    let columns = table.pointer("/schema/properties").and_then(Value::as_object).unwrap_or(&none);
    let columns: Vec<&str> = columns.keys().map(String::as_str).collect();
    let version = table.get("version").and_then(Value::as_u64).unwrap_or_default();
    format!("{:<24} version {version:<4} {}", text_of(table, "name"), columns.join(", "))
}

fn show_table(table: &Value) {
    line(&in_a_line(table));
    let schema = table.get("schema").unwrap_or(&Value::Null);
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|all| all.iter().any(|it| it == name));
    let none = Map::new();
    let columns = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
    for (name, column) in columns {
        let kind = match (text_of(column, "type"), text_of(column, "format")) {
            ("", _) => "json",
            (_, "date-time") => "date-time",
            (kind, _) => kind,
        };
        let required = if is_required(name) { "  required" } else { "" };
        let unique = if column.get("unique").is_some() { "  unique" } else { "" };
        line(&format!("  {name:<24} {kind}{required}{unique}"));
    }
    for index in table.get("indexes").and_then(Value::as_array).into_iter().flatten() {
        line(&format!(
            "  index {:<18} {}",
            text_of(index, "name"),
            index.get("columns").unwrap_or(&Value::Null)
        ));
    }
    for (version, reason) in table.get("refused").and_then(Value::as_object).unwrap_or(&none) {
        line(&format!("  change {version} was refused: {}", reason.as_str().unwrap_or_default()));
    }
}

/// A row in a line: its columns with their values.
fn row(row: &Value) -> String {
    let field = |(name, value): (&String, &Value)| match value.as_str() {
        Some(text) => format!("{name}={text}"),
        None => format!("{name}={value}"),
    };
    row.as_object().into_iter().flatten().map(field).collect::<Vec<_>>().join("  ")
}

fn parts(text: &str) -> Result<(&str, &str), Error> {
    text.split_once('=').ok_or_else(|| Error::Outcome(format!("`{text}` must be `name=…`")))
}

/// A column as it is named on the command line.
fn column(text: &str) -> Result<(&str, Value), Error> {
    let (name, kind) = parts(text)?;
    let schema = match kind {
        "json" => json!({}),
        "date-time" => json!({ "type": "string", "format": "date-time" }),
        kind if kind.starts_with('{') => serde_json::from_str(kind)
            .map_err(|source| Error::NotJson { what: format!("the column {name}"), source })?,
        kind => json!({ "type": kind }),
    };
    Ok((name, schema))
}

/// A value as it is given: JSON where it is that, else text.
fn value(text: String) -> Value {
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_named_with_its_type() {
        assert_eq!(column("due=date-time").expect("a column").1["format"], "date-time");
        assert_eq!(column("n=integer").expect("a column"), ("n", json!({ "type": "integer" })));
        assert_eq!(column(r#"n={"type":"string"}"#).expect("a column").1["type"], "string");
        assert!(column("n").is_err() && column("n={").is_err());
    }

    #[test]
    fn a_table_is_a_line_that_names_its_columns() {
        let table = json!({ "name": "payments", "version": 2, "schema": { "properties": { "a": {}, "b": {} } } });
        assert_eq!(in_a_line(&table), "payments                 version 2    a, b");
        assert_eq!(row(&json!({ "a": "x", "n": 1 })), "a=x  n=1");
    }
}
