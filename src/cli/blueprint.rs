//! `chainkeel template` and `chainkeel block`: what is made once and used again.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{Map, Value, json};

use super::client::{Client, Error, query, read_json};
use super::print::{line, tell};
use super::workflow::text_of;

/// What to do with templates.
#[derive(Debug, Subcommand)]
pub(super) enum Template {
    /// Show the templates that you may use.
    List {
        #[command(flatten)]
        wanted: Wanted,
    },
    /// Show a template, what it wants to know, and its definition.
    Show {
        /// The template.
        id: String,
    },
    /// Create a template from a file, or with --id replace one.
    Apply {
        /// `{name, description, category, tags, sharing, inputs, definition}`; `-` is standard input.
        file: PathBuf,
        /// The template that is replaced.
        #[arg(long)]
        id: Option<String>,
    },
    /// Make a workflow with a draft from a template.
    Use {
        /// The template.
        id: String,
        /// The name of the workflow.
        #[arg(long)]
        name: Option<String>,
        /// An input, as `key=value`: JSON, or else a text.
        #[arg(long = "prop", value_name = "KEY=VALUE")]
        props: Vec<String>,
        /// What is asked, as `field=value`: JSON, or else a text.
        #[arg(long = "answer", value_name = "FIELD=VALUE")]
        answers: Vec<String>,
    },
    /// Offer a template no more.
    Retire {
        /// The template.
        id: String,
    },
}

/// What to do with blocks.
#[derive(Debug, Subcommand)]
pub(super) enum Block {
    /// Show the blocks that you may use.
    List {
        #[command(flatten)]
        wanted: Wanted,
    },
    /// Show a block and what it wants to know.
    Show {
        /// The block.
        id: String,
    },
    /// Create a block from a file, or with --id replace one.
    Apply {
        /// `{name, description, category, tags, sharing, inputs, definition}`; `-` is standard input.
        file: PathBuf,
        /// The block that is replaced.
        #[arg(long)]
        id: Option<String>,
    },
    /// Offer a block no more.
    Retire {
        /// The block.
        id: String,
    },
}

/// Which are wanted.
#[derive(Debug, clap::Args)]
pub(super) struct Wanted {
    /// Those under this heading.
    #[arg(long)]
    category: Option<String>,
    /// Those with this tag.
    #[arg(long)]
    tag: Option<String>,
}

impl Template {
    /// Does it.
    pub(super) async fn run(self, client: &Client) -> Result<(), Error> {
        const PATH: &str = "/v1/templates";
        match self {
            Self::List { wanted } => list(client, PATH, wanted).await,
            Self::Show { id } => show(client, PATH, &id).await,
            Self::Apply { file, id } => apply(client, PATH, &read_json(&file)?, id).await,
            Self::Retire { id } => retire(client, PATH, &id).await,
            Self::Use { id, name, props, answers } => {
                let mut body = json!({ "props": pairs(props)?, "answers": pairs(answers)? });
                if let Some(name) = name {
                    body["name"] = name.into();
                }
                let made = client.post(&format!("{PATH}/{id}/instantiate"), &body).await?;
                tell(client, &made, |made| {
                    line(&format!("{}  draft  {}", text_of(made, "id"), text_of(made, "name")));
                });
                Ok(())
            }
        }
    }
}

impl Block {
    /// Does it.
    pub(super) async fn run(self, client: &Client) -> Result<(), Error> {
        const PATH: &str = "/v1/blocks";
        match self {
            Self::List { wanted } => list(client, PATH, wanted).await,
            Self::Show { id } => show(client, PATH, &id).await,
            Self::Apply { file, id } => apply(client, PATH, &read_json(&file)?, id).await,
            Self::Retire { id } => retire(client, PATH, &id).await,
        }
    }
}

/// `key=value`, the value as JSON or else as a text.
fn pairs(given: Vec<String>) -> Result<Map<String, Value>, Error> {
    let pair = |pair: String| {
        let (key, value) = pair.split_once('=').ok_or_else(|| {
            Error::Outcome(format!("`{pair}` is not `key=value`: write what it is behind a `=`"))
        })?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
        Ok((key.to_owned(), value))
    };
    given.into_iter().map(pair).collect()
}

async fn list(client: &Client, path: &str, wanted: Wanted) -> Result<(), Error> {
    let query = query([("category", wanted.category), ("tag", wanted.tag)]);
    let page = client.get(&format!("{path}{query}")).await?;
    tell(client, &page, |page| {
        let items = page.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
        if items.is_empty() {
            line("none: `apply` makes one from a file");
        }
        for item in &items {
            let (id, sharing) = (text_of(item, "id"), text_of(item, "sharing"));
            line(&format!("{id}  {sharing:<6}  {}", text_of(item, "name")));
        }
    });
    Ok(())
}

async fn show(client: &Client, path: &str, id: &str) -> Result<(), Error> {
    let found = client.get(&format!("{path}/{id}")).await?;
    tell(client, &found, |found| {
        line(&format!("{}  {}", text_of(found, "id"), text_of(found, "name")));
        if let Some(description) = found.get("description").and_then(Value::as_str) {
            line(description);
        }
        for input in found.get("inputs").and_then(Value::as_array).into_iter().flatten() {
            let required = input.get("required").and_then(Value::as_bool).unwrap_or_default();
            let must = if required { "required" } else { "optional" };
            line(&format!(
                "  input  {}  {}, {must}",
                text_of(input, "key"),
                text_of(input, "type")
            ));
        }
        for ask in found.get("asks").and_then(Value::as_array).into_iter().flatten() {
            line(&format!("  asks   {}  {}", text_of(ask, "field"), text_of(ask, "widget")));
        }
        let definition = found.get("definition").unwrap_or(&Value::Null);
        line(&format!("{definition:#}"));
    });
    Ok(())
}

async fn apply(client: &Client, path: &str, file: &Value, id: Option<String>) -> Result<(), Error> {
    let made = match id {
        Some(id) => client.put(&format!("{path}/{id}"), file).await?,
        None => client.post(path, file).await?,
    };
    tell(client, &made, |made| {
        line(&format!("{}  {}", text_of(made, "id"), text_of(made, "name")));
    });
    Ok(())
}

async fn retire(client: &Client, path: &str, id: &str) -> Result<(), Error> {
    let retired = client.delete(&format!("{path}/{id}")).await?;
    tell(client, &retired, |it| line(&format!("{} is offered no more", text_of(it, "id"))));
    Ok(())
}
