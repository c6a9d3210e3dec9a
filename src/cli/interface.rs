//! `chainkeel interface`: forms for tasks and views of runs, written as data.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::Value;

use super::client::{Client, Error, query, read_json};
use super::print::{line, tell};
use super::workflow::text_of;

const PATH: &str = "/v1/ui-components";

/// What to do with interfaces.
#[derive(Debug, Subcommand)]
pub(super) enum Interface {
    /// Show the interfaces of the organization.
    List,
    /// Show an interface, or one of its versions.
    Show {
        /// The interface.
        id: String,
        /// Which version; the latest when absent.
        #[arg(long)]
        version: Option<u64>,
    },
    /// Say everything that is wrong with a file, and write nothing.
    Check {
        /// `{name, componentType, fields, layout, actions, customProps}`; `-` is standard input.
        file: PathBuf,
    },
    /// Create an interface from a file, or with --id add a version to one.
    Apply {
        /// `{name, componentType, fields, layout, actions, customProps}`; `-` is standard input.
        file: PathBuf,
        /// The interface that gets a version.
        #[arg(long)]
        id: Option<String>,
        /// The version that was read: another one now is a conflict.
        #[arg(long, requires = "id")]
        expected_version: Option<u64>,
    },
    /// Offer an interface no more.
    Retire {
        /// The interface.
        id: String,
    },
}

impl Interface {
    /// Does it.
    pub(super) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::List => list(client).await,
            Self::Show { id, version } => {
                let query = query([("version", version.map(|it| it.to_string()))]);
                let found = client.get(&format!("{PATH}/{id}{query}")).await?;
                tell(client, &found, |found| {
                    named(found);
                    line(&format!("{:#}", found.get("component").unwrap_or(&Value::Null)));
                });
                Ok(())
            }
            Self::Check { file } => {
                let found = client.post(&format!("{PATH}/validate"), &read_json(&file)?).await?;
                let problems = found.get("problems").and_then(Value::as_array).cloned();
                let problems = problems.unwrap_or_default();
                tell(client, &found, |_| {
                    for problem in &problems {
                        let (path, message) =
                            (text_of(problem, "path"), text_of(problem, "message"));
                        line(&format!("  {path}: {message}"));
                    }
                });
                if problems.is_empty() {
                    return Ok(());
                }
                Err(Error::Outcome(format!("the interface has {} problems", problems.len())))
            }
            Self::Apply { file, id, expected_version } => {
                let file = read_json(&file)?;
                let made = match id {
                    Some(id) => {
                        let seen = expected_version.map(|it| it.to_string());
                        let query = query([("expectedVersion", seen)]);
                        client.put(&format!("{PATH}/{id}{query}"), &file).await?
                    }
                    None => client.post(PATH, &file).await?,
                };
                tell(client, &made, named);
                Ok(())
            }
            Self::Retire { id } => {
                let retired = client.delete(&format!("{PATH}/{id}")).await?;
                tell(client, &retired, |it| {
                    line(&format!("{} is offered no more", text_of(it, "id")));
                });
                Ok(())
            }
        }
    }
}

async fn list(client: &Client) -> Result<(), Error> {
    let page = client.get(PATH).await?;
    tell(client, &page, |page| {
        let items = page.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
        if items.is_empty() {
            line("none: `chainkeel interface apply` makes one from a file");
        }
        for item in &items {
            let (id, kind) = (text_of(item, "id"), text_of(item, "componentType"));
            line(&format!("{id}  {kind:<7}  {}", text_of(item, "name")));
        }
    });
    Ok(())
}

fn named(found: &Value) {
    let version = found.get("version").and_then(Value::as_u64).unwrap_or_default();
    let name = found.get("component").map(|it| text_of(it, "name")).unwrap_or_default();
    line(&format!("{}  version {version}  {name}", text_of(found, "id")));
}
