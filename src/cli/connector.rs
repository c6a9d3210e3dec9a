//! `chainkeel connector`: which providers there are, which are connected, and what is done with them.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::client::{Client, Error, query};
use super::print::{empty, items, line, tell};
use super::workflow::text_of;

const CONNECTORS: &str = "/v1/connectors";
const KINDS: &str = "/v1/connector-types";

/// The most bytes of a file of data: more than any credentials have.
const MOST: u64 = 256 * 1024;

/// What to do with connectors.
#[derive(Debug, Subcommand)]
pub(super) enum Connector {
    /// List the connector types, or show how one is connected.
    Types {
        /// The type.
        kind: Option<String>,
    },
    /// List connectors.
    List {
        /// Those of this type.
        #[arg(long = "type")]
        kind: Option<String>,
        /// Those that stand so: pending, connected, failing, expired.
        #[arg(long)]
        status: Option<String>,
        /// How many at most, 1 to 100.
        #[arg(long, default_value_t = 20)]
        limit: u8,
    },
    /// Show a connector, without what is secret of it.
    Show {
        /// The connector.
        id: String,
    },
    /// Connect a provider. Secrets are read from standard input or a file, never from an argument.
    Connect {
        /// The type.
        kind: String,
        /// What people call it; the type's name when absent.
        #[arg(long)]
        name: Option<String>,
        /// What it is for.
        #[arg(long)]
        description: Option<String>,
        /// Let nobody else see and use it.
        #[arg(long)]
        private: bool,
        #[command(flatten)]
        data: Data,
    },
    /// Try a connector with one small request. Exits with 1 unless it is connected.
    Test {
        /// The connector.
        id: String,
    },
    /// Replace the data of a connector, all of them. No workflow has to change.
    Replace {
        /// The connector.
        id: String,
        #[command(flatten)]
        data: Data,
    },
    /// Take a connector away, for good.
    Disconnect {
        /// The connector.
        id: String,
        /// Although live workflows use it.
        #[arg(long)]
        force: bool,
    },
    /// Begin to ask a provider for access: prints the address where somebody grants it.
    Oauth {
        /// The connector.
        id: String,
    },
}

/// The data of a connector.
#[derive(Debug, Args)]
pub(super) struct Data {
    /// A file with the secrets; `-`, which is the default, is standard input. Either a JSON object of
    /// fields, or, where the type has one secret field, that secret alone.
    #[arg(long, default_value = "-")]
    secrets: PathBuf,
    /// A field that is no secret, as `field=value`; more than one may be given.
    #[arg(long)]
    set: Vec<String>,
}

impl Connector {
    /// Does it.
    pub(super) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::Types { kind: None } => types(client).await,
            Self::Types { kind: Some(kind) } => guide(client, &kind).await,
            Self::List { kind, status, limit } => {
                let query =
                    query([("type", kind), ("status", status), ("limit", Some(limit.to_string()))]);
                let page = client.get(&format!("{CONNECTORS}{query}")).await?;
                tell(client, &page, |page| {
                    let hint = "no connectors yet; `chainkeel connector types` lists what there is";
                    empty(page, hint);
                    items(page).for_each(|item| line(&in_a_line(item)));
                });
                Ok(())
            }
            Self::Show { id } => {
                let shown = client.get(&format!("{CONNECTORS}/{id}")).await?;
                tell(client, &shown, show);
                Ok(())
            }
            Self::Connect { kind, name, description, private, data } => {
                let about = client.get(&format!("{KINDS}/{kind}")).await?;
                let name = name.unwrap_or_else(|| text_of(&about, "name").to_owned());
                let visibility = if private { "private" } else { "organization" };
                let body = json!({
                    "name": name, "type": kind, "description": description,
                    "visibility": visibility, "data": data.read(&about)?,
                });
                let shown = client.post(CONNECTORS, &body).await?;
                tell(client, &shown, |shown| {
                    show(shown);
                    if text_of(shown, "status") == "pending" {
                        line(&format!(
                            "grant access: chainkeel connector oauth {}",
                            text_of(shown, "id")
                        ));
                    }
                });
                Ok(())
            }
            Self::Test { id } => {
                let found = client.post(&format!("{CONNECTORS}/{id}/test"), &json!({})).await?;
                tell(client, &found, |found| {
                    let reason = text_of(found, "statusReason");
                    line(format!("{}  {reason}", text_of(found, "status")).trim_end());
                });
                match text_of(&found, "status") {
                    "connected" => Ok(()),
                    status => Err(Error::Outcome(format!("the connector is {status}"))),
                }
            }
            Self::Replace { id, data } => {
                let path = format!("{CONNECTORS}/{id}");
                let kind = client.get(&path).await?;
                let about = client.get(&format!("{KINDS}/{}", text_of(&kind, "type"))).await?;
                let shown = client.put(&path, &json!({ "data": data.read(&about)? })).await?;
                tell(client, &shown, show);
                Ok(())
            }
            Self::Disconnect { id, force } => {
                let query = if force { "?force=true" } else { "" };
                let gone = client.delete(&format!("{CONNECTORS}/{id}{query}")).await?;
                tell(client, &gone, |gone| line(&format!("disconnected {}", text_of(gone, "id"))));
                Ok(())
            }
            Self::Oauth { id } => {
                let body = json!({ "connectorId": id });
                let begun = client.post(&format!("{CONNECTORS}/oauth/start"), &body).await?;
                tell(client, &begun, |begun| {
                    line("open this address, and grant access:");
                    line(text_of(begun, "authorizationUrl"));
                });
                Ok(())
            }
        }
    }
}

async fn types(client: &Client) -> Result<(), Error> {
    let page = client.get(&format!("{KINDS}?limit=100")).await?;
    tell(client, &page, |page| {
        for kind in items(page) {
            let [name, auth, about] =
                ["type", "auth", "description"].map(|field| text_of(kind, field));
            line(&format!("{name:<18} {auth:<10} {about}"));
        }
    });
    Ok(())
}

async fn guide(client: &Client, kind: &str) -> Result<(), Error> {
    let about = client.get(&format!("{KINDS}/{kind}")).await?;
    tell(client, &about, |about| {
        line(&format!("{}: {}", text_of(about, "name"), text_of(about, "description")));
        for (field, schema) in about["dataSchema"]["properties"].as_object().into_iter().flatten() {
            let lock = if schema["writeOnly"] == true { " (secret)" } else { "" };
            line(&format!("  {field}{lock}: {}", text_of(schema, "description")));
        }
        line(text_of(about, "guide"));
    });
    Ok(())
}

impl Data {
    /// The data: what was set, and what was read.
    fn read(&self, kind: &Value) -> Result<Value, Error> {
        let mut data = Map::new();
        let secrets = secrets_of(kind);
        for pair in &self.set {
            let (field, value) = pair
                .split_once('=')
                .ok_or_else(|| Error::Outcome("`--set` takes `field=value`".to_owned()))?;
            if secrets.contains(&field) {
                let message = format!(
                    "`{field}` is a secret, and arguments show in the list of processes: give it on \
                     standard input or in a file (`--secrets`)"
                );
                return Err(Error::Outcome(message));
            }
            data.insert(field.to_owned(), value.into());
        }
        let text = read(&self.secrets)?;
        let text = text.trim();
        if text.starts_with('{') {
            // The error of the parser would quote what it read.
            let fields: Map<String, Value> = serde_json::from_str(text)
                .map_err(|_| Error::Outcome("the secrets are no JSON object".to_owned()))?;
            data.extend(fields);
        } else if !text.is_empty() {
            let [field] = secrets[..] else {
                let message = format!(
                    "this type has several secret fields ({}): give a JSON object",
                    secrets.join(", ")
                );
                return Err(Error::Outcome(message));
            };
            data.insert(field.to_owned(), text.into());
        }
        Ok(Value::Object(data))
    }
}

/// The fields of a type that are secrets.
fn secrets_of(kind: &Value) -> Vec<&str> {
    let fields = kind["dataSchema"]["properties"].as_object().into_iter().flatten();
    fields
        .filter(|(_, schema)| schema["writeOnly"] == true)
        .map(|(name, _)| name.as_str())
        .collect()
}

fn read(path: &Path) -> Result<Zeroizing<String>, Error> {
    let shown = path.display().to_string();
    let failed = |source| Error::File { path: shown.clone(), source };
    let mut text = Zeroizing::new(String::new());
    let read = if shown == "-" {
        std::io::stdin().take(MOST).read_to_string(&mut text)
    } else {
        std::fs::File::open(path).map_err(failed)?.take(MOST).read_to_string(&mut text)
    };
    read.map_err(failed)?;
    Ok(text)
}

fn in_a_line(connector: &Value) -> String {
    let [id, kind, status, name] =
        ["id", "type", "status", "name"].map(|field| text_of(connector, field));
    format!("{id}  {kind:<18} {status:<9}  {name}")
}

fn show(connector: &Value) {
    line(&in_a_line(connector));
    let reason = text_of(connector, "statusReason");
    if !reason.is_empty() {
        line(&format!("  {reason}"));
    }
    for (field, value) in connector["data"].as_object().into_iter().flatten() {
        line(&format!("  {field}: {}", value.as_str().unwrap_or_default()));
    }
    let [owner, visibility] = ["owner", "visibility"].map(|field| text_of(connector, field));
    line(&format!("  owner: {owner}, visible to: {visibility}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind() -> Value {
        json!({ "dataSchema": { "properties": {
            "host": { "type": "string" }, "token": { "type": "string", "writeOnly": true },
        } } })
    }

    #[test]
    fn a_secret_is_never_an_argument() {
        let data = Data { secrets: "/dev/null".into(), set: vec!["token=hunter2".to_owned()] };
        let refused = data.read(&kind()).unwrap_err().to_string();
        assert!(refused.contains("`token`") && !refused.contains("hunter2"), "{refused}");
    }

    #[test]
    fn one_secret_may_stand_alone_and_several_are_an_object() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("secret");
        let data = Data { secrets: file.clone(), set: vec!["host=a.example".to_owned()] };
        for text in ["hunter2\n", r#"{"token": "hunter2"}"#] {
            std::fs::write(&file, text).unwrap();
            assert_eq!(
                data.read(&kind()).unwrap(),
                json!({ "host": "a.example", "token": "hunter2" })
            );
        }
        std::fs::write(&file, "{hunter2").unwrap();
        assert!(!data.read(&kind()).unwrap_err().to_string().contains("hunter2"));
    }
}
