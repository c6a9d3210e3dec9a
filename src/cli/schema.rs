//! `chainkeel schema`: register schemas, move them on, and hold values against them.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use serde_json::{Map, Value, json};

use super::client::{Client, Error, query, read_json};
use super::print::{items, line, tell};
use super::workflow::text_of;

const SCHEMAS: &str = "/v1/validation/schemas";

/// What to do with schemas.
#[derive(Debug, Subcommand)]
pub(super) enum Schema {
    /// List schemas.
    List {
        /// Those of this namespace.
        #[arg(long)]
        namespace: Option<String>,
        /// Those with this tag.
        #[arg(long)]
        tag: Option<String>,
        /// How many at most, 1 to 100.
        #[arg(long, default_value_t = 20)]
        limit: u8,
    },
    /// Show a schema.
    Show {
        /// The schema.
        id: String,
        /// Which version of it; the latest when absent.
        #[arg(long)]
        version: Option<String>,
    },
    /// Register a schema.
    Register {
        /// Its name, as `namespace/name`.
        name: String,
        /// A file with the schema; `-` reads standard input.
        file: PathBuf,
        #[command(flatten)]
        said: Said,
    },
    /// Add a version to a schema.
    Update {
        /// The schema.
        id: String,
        /// A file with the version; `-` reads standard input.
        file: PathBuf,
        /// Its number; the next one that the changes ask for when absent.
        #[arg(long)]
        version: Option<String>,
        /// Add it although it breaks the level of compatibility.
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        said: Said,
    },
    /// Say how a version would compare, and change nothing. Exits with 1 when it is not compatible.
    Check {
        /// The schema.
        id: String,
        /// A file with the version; `-` reads standard input.
        file: PathBuf,
        /// The level; the schema's own when absent.
        #[arg(long)]
        level: Option<Level>,
    },
    /// Advise against a version, or against a schema as a whole.
    Deprecate {
        /// The schema.
        id: String,
        /// The version.
        #[arg(long)]
        version: Option<String>,
        /// Take it back.
        #[arg(long)]
        undo: bool,
    },
    /// Hold a value against a schema. Exits with 1 when it does not fit.
    Validate {
        /// The schema.
        id: String,
        /// A file with the value; `-` reads standard input.
        file: PathBuf,
        /// Which version; the latest when absent.
        #[arg(long)]
        version: Option<String>,
        /// Assert formats, refuse unknown keywords, turn no types.
        #[arg(long)]
        strict: bool,
    },
}

/// What is said of a schema.
#[derive(Debug, clap::Args)]
pub(super) struct Said {
    /// What it is for.
    #[arg(long)]
    description: Option<String>,
    /// Who answers for it.
    #[arg(long)]
    owner: Option<String>,
    /// What it is found by; more than one may be given.
    #[arg(long)]
    tag: Vec<String>,
    /// What its versions promise to one another.
    #[arg(long)]
    compatibility: Option<Level>,
}

/// What versions promise to one another.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Level {
    /// Data of the version before fits the new one.
    Backward,
    /// Data of the new version fits the one before.
    Forward,
    /// Both.
    Full,
    /// Data of every earlier version fits the new one.
    BackwardTransitive,
    /// Data of the new version fits every earlier one.
    ForwardTransitive,
    /// Both, with every earlier version.
    FullTransitive,
}

impl Level {
    const fn name(self) -> &'static str {
        match self {
            Self::Backward => "BACKWARD",
            Self::Forward => "FORWARD",
            Self::Full => "FULL",
            Self::BackwardTransitive => "BACKWARD_TRANSITIVE",
            Self::ForwardTransitive => "FORWARD_TRANSITIVE",
            Self::FullTransitive => "FULL_TRANSITIVE",
        }
    }
}

impl Said {
    /// A body that says this, and whatever else is not absent.
    fn body<const N: usize>(self, more: [(&str, Option<Value>); N]) -> Value {
        let mut body = Map::new();
        let tags = (!self.tag.is_empty()).then(|| json!(self.tag));
        let said = [
            ("description", self.description.map(Value::from)),
            ("owner", self.owner.map(Value::from)),
            ("tags", tags),
            ("compatibility", self.compatibility.map(|level| level.name().into())),
        ];
        for (name, value) in said.into_iter().chain(more) {
            body.extend(value.map(|value| (name.to_owned(), value)));
        }
        Value::Object(body)
    }
}

impl Schema {
    /// Does it.
    pub(super) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::List { namespace, tag, limit } => {
                let query = query([
                    ("namespace", namespace),
                    ("tag", tag),
                    ("limit", Some(limit.to_string())),
                ]);
                let page = client.get(&format!("{SCHEMAS}{query}")).await?;
                tell(client, &page, |page| {
                    items(page).for_each(|schema| line(&in_a_line(schema)));
                });
                Ok(())
            }
            Self::Show { id, version } => {
                let query = query([("version", version)]);
                let shown = client.get(&format!("{SCHEMAS}/{id}{query}")).await?;
                tell(client, &shown, |shown| {
                    line(&in_a_line(shown));
                    line(&format!("{:#}", shown.get("schema").unwrap_or(&Value::Null)));
                });
                Ok(())
            }
            Self::Register { name, file, said } => {
                let (namespace, name) = name.split_once('/').ok_or_else(|| {
                    Error::Outcome("a schema is called `namespace/name`".to_owned())
                })?;
                let schema = read_json(&file)?;
                let body = said.body([
                    ("namespace", Some(namespace.into())),
                    ("name", Some(name.into())),
                    ("schema", Some(schema)),
                ]);
                let shown = client.post(SCHEMAS, &body).await?;
                tell(client, &shown, |shown| line(&in_a_line(shown)));
                Ok(())
            }
            Self::Update { id, file, version, force, said } => {
                let schema = read_json(&file)?;
                let body =
                    said.body([("schema", Some(schema)), ("version", version.map(Value::from))]);
                let query = if force { "?checkCompatibility=false" } else { "" };
                let shown = client.put(&format!("{SCHEMAS}/{id}{query}"), &body).await?;
                tell(client, &shown, |shown| {
                    line(&in_a_line(shown));
                    show_changes(shown);
                });
                Ok(())
            }
            Self::Check { id, file, level } => {
                let mut body = json!({ "schema": read_json(&file)? });
                if let Some(level) = level {
                    body["level"] = level.name().into();
                }
                let found = client.post(&format!("{SCHEMAS}/{id}/compatibility"), &body).await?;
                tell(client, &found, |found| {
                    let next = text_of(found, "suggestedVersion");
                    line(&format!("{} change: version {next}", text_of(found, "bump")));
                    show_changes(found);
                });
                let level = text_of(&found, "level");
                good(&found, "compatible", || format!("it does not keep {level}"))
            }
            Self::Deprecate { id, version, undo } => {
                let body = json!({ "version": version, "isDeprecated": !undo });
                let shown = client.post(&format!("{SCHEMAS}/{id}/deprecate"), &body).await?;
                tell(client, &shown, |shown| line(&in_a_line(shown)));
                Ok(())
            }
            Self::Validate { id, file, version, strict } => {
                let data = read_json(&file)?;
                let body = json!({
                    "schemaId": id, "version": version, "data": data,
                    "options": { "strictMode": strict },
                });
                let found = client.post("/v1/validation/validate", &body).await?;
                tell(client, &found, |found| {
                    for fault in found.get("errors").and_then(Value::as_array).into_iter().flatten()
                    {
                        line(&format!("{}: {}", text_of(fault, "path"), text_of(fault, "message")));
                    }
                });
                good(&found, "valid", || "the value does not fit".to_owned())
            }
        }
    }
}

/// Fails when an answer does not say that it came out well.
fn good(answer: &Value, name: &str, otherwise: impl FnOnce() -> String) -> Result<(), Error> {
    if answer.get(name) == Some(&Value::Bool(true)) {
        Ok(())
    } else {
        Err(Error::Outcome(otherwise()))
    }
}

fn show_changes(answer: &Value) {
    for change in answer.get("changes").and_then(Value::as_array).into_iter().flatten() {
        line(&format!(
            "  {:<10} {:<25} {}  {}",
            text_of(change, "severity"),
            text_of(change, "type"),
            text_of(change, "path"),
            text_of(change, "message")
        ));
    }
}

/// A schema in a list: its id, its name and version, and whether somebody advises against it.
fn in_a_line(schema: &Value) -> String {
    let [id, namespace, name, version] =
        ["id", "namespace", "name", "version"].map(|field| text_of(schema, field));
    let advice =
        if schema.get("isDeprecated") == Some(&Value::Bool(true)) { "  deprecated" } else { "" };
    format!("{id}  {namespace}/{name}@{version}{advice}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_a_line_that_names_its_version() {
        let schema = json!({
            "id": "sch_1", "namespace": "shop", "name": "order", "version": "1.2.0",
            "isDeprecated": true,
        });
        assert_eq!(in_a_line(&schema), "sch_1  shop/order@1.2.0  deprecated");
    }

    #[test]
    fn what_is_not_said_is_left_as_it_was() {
        let said =
            Said { description: None, owner: Some("ada".into()), tag: vec![], compatibility: None };
        assert_eq!(said.body([("version", None)]), json!({ "owner": "ada" }));
    }
}
