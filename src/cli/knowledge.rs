//! `chainkeel knowledge`: documents of the organization, and where in them something is said.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::{Value, json};

use super::client::{Client, Error, query};
use super::print::{line, list, tell};
use super::workflow::text_of;

const DOCUMENTS: &str = "/v1/knowledge/documents";

/// What to do with what the organization knows.
#[derive(Debug, Subcommand)]
pub(super) enum Knowledge {
    /// Add a document, or a new version of one.
    Add {
        /// The file with the text, plain or Markdown; `-` is standard input.
        file: PathBuf,
        /// What it is called; the name of the file when absent.
        #[arg(long)]
        title: Option<String>,
        /// What it is found by; may be given more than once.
        #[arg(long)]
        tag: Vec<String>,
        /// Where it is from.
        #[arg(long)]
        source: Option<String>,
        /// The document that it is a new version of.
        #[arg(long, value_name = "ID")]
        replace: Option<String>,
    },
    /// List documents, the newest first.
    List {
        /// Only those with this tag.
        #[arg(long)]
        tag: Option<String>,
        /// How many at most.
        #[arg(long, default_value_t = 20)]
        limit: u8,
    },
    /// Show a document.
    Show {
        /// Its id.
        id: String,
        /// The version; the present one when absent.
        #[arg(long)]
        version: Option<u64>,
    },
    /// Find documents that say something about what is asked.
    Search {
        /// Words, `"a phrase"`, `or`, `-not`.
        #[arg(required = true, num_args = 1.., allow_hyphen_values = true)]
        words: Vec<String>,
        /// Only those with this tag.
        #[arg(long)]
        tag: Option<String>,
        /// How many at most.
        #[arg(long, default_value_t = 10)]
        limit: u8,
    },
    /// Remove a document.
    Remove {
        /// Its id.
        id: String,
    },
}

impl Knowledge {
    /// Does it.
    pub(super) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::Add { file, title, tag, source, replace } => {
                let text = read(&file)?;
                let named = || file.file_stem().map(|name| name.to_string_lossy().into_owned());
                let title = title.or_else(named).unwrap_or_default();
                let body = json!({ "title": title, "text": text, "tags": tag, "source": source });
                let document = match replace {
                    Some(id) => client.put(&format!("{DOCUMENTS}/{id}"), &body).await?,
                    None => client.post(DOCUMENTS, &body).await?,
                };
                tell(client, &document, |document| line(&in_a_line(document)));
            }
            Self::List { tag, limit } => {
                let query = query([("tag", tag), ("limit", Some(limit.to_string()))]);
                let page = client.get(&format!("{DOCUMENTS}{query}")).await?;
                tell(client, &page, |page| {
                    list(
                        page,
                        "there are no documents: `chainkeel knowledge add` adds one",
                        |it| {
                            line(&in_a_line(it));
                        },
                    );
                });
            }
            Self::Show { id, version } => {
                let query = query([("version", version.map(|version| version.to_string()))]);
                let document = client.get(&format!("{DOCUMENTS}/{id}{query}")).await?;
                tell(client, &document, |document| {
                    line(&in_a_line(document));
                    line(text_of(document, "text"));
                });
            }
            Self::Search { words, tag, limit } => {
                let query = query([
                    ("q", Some(words.join(" "))),
                    ("tag", tag),
                    ("limit", Some(limit.to_string())),
                ]);
                let found = client.get(&format!("/v1/knowledge/search{query}")).await?;
                tell(client, &found, |found| {
                    list(found, "nothing is said about it", |it| {
                        line(&format!("{}  {}", text_of(it, "documentId"), text_of(it, "title")));
                        line(&format!("  {}", text_of(it, "snippet").replace('\n', " ")));
                    });
                });
            }
            Self::Remove { id } => {
                let gone = client.delete(&format!("{DOCUMENTS}/{id}")).await?;
                tell(client, &gone, |gone| line(&format!("{} is removed", text_of(gone, "id"))));
            }
        }
        Ok(())
    }
}

/// A document in a line: its id, its version, its title and its tags.
fn in_a_line(document: &Value) -> String {
    let version = document.get("version").and_then(Value::as_u64).unwrap_or_default();
    let tags: Vec<&str> = document
        .get("tags")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let tags = if tags.is_empty() { String::new() } else { format!("  [{}]", tags.join(", ")) };
    format!("{}  v{version}  {}{tags}", text_of(document, "id"), text_of(document, "title"))
}

fn read(path: &Path) -> Result<String, Error> {
    let shown = path.display().to_string();
    let text = if shown == "-" {
        std::io::read_to_string(std::io::stdin())
    } else {
        std::fs::read_to_string(path)
    };
    text.map_err(|source| Error::File { path: shown, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_a_line_with_its_tags() {
        let document =
            json!({ "id": "doc_1", "version": 2, "title": "Refunds", "tags": ["a", "b"] });
        assert_eq!(in_a_line(&document), "doc_1  v2  Refunds  [a, b]");
    }
}
