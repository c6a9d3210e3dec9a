//! `chainkeel organization`: found organizations, look at them, rename them.

use clap::Subcommand;
use serde_json::{Value, json};

use super::client::{Client, Error, query};
use super::print::{empty, items, line, tell};
use super::workflow::text_of;

/// What to do with organizations.
#[derive(Debug, Subcommand)]
pub(super) enum Organization {
    /// List the organizations that the key opens.
    List {
        /// How many at most, 1 to 100.
        #[arg(long, default_value_t = 20)]
        limit: u8,
    },
    /// Found an organization (the installation's admin alone may).
    Found {
        /// Its name.
        name: String,
    },
    /// Give the organization another name.
    Rename {
        /// The organization's id; the same as in --organization.
        id: String,
        /// The name.
        name: String,
    },
    /// Show who you are to the server, where, and what you may do there.
    Whoami,
}

impl Organization {
    /// Does it.
    pub(super) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::List { limit } => {
                let query = query([("limit", Some(limit.to_string()))]);
                let page = client.get(&format!("/v1/organizations{query}")).await?;
                tell(client, &page, |page| {
                    let hint =
                        "no organization was founded yet: `chainkeel organization found NAME`";
                    empty(page, hint);
                    for organization in items(page) {
                        line(&in_a_line(organization));
                    }
                });
            }
            Self::Found { name } => {
                let founded = client.post("/v1/organizations", &json!({ "name": name })).await?;
                tell(client, &founded, |founded| line(&in_a_line(founded)));
            }
            Self::Rename { id, name } => {
                let path = format!("/v1/organizations/{id}");
                let renamed = client.put(&path, &json!({ "name": name })).await?;
                tell(client, &renamed, |renamed| line(&in_a_line(renamed)));
            }
            Self::Whoami => {
                let who = client.get("/v1/whoami").await?;
                tell(client, &who, |who| {
                    line(&format!("{}  {}", text_of(who, "actor"), text_of(who, "kind")));
                    line(&in_a_line(who.get("organization").unwrap_or(&Value::Null)));
                    for permission in names(who, "permissions") {
                        line(&format!("  {permission}"));
                    }
                });
            }
        }
        Ok(())
    }
}

/// The texts of a list in a field.
pub(super) fn names<'a>(value: &'a Value, field: &str) -> Vec<&'a str> {
    let names = value.get(field).and_then(Value::as_array).into_iter().flatten();
    names.filter_map(Value::as_str).collect()
}

fn in_a_line(organization: &Value) -> String {
    let [id, name] = ["id", "name"].map(|field| text_of(organization, field));
    format!("{id}  {name}")
}
