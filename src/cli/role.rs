//! `chainkeel role`: the roles of the organization.

use clap::Subcommand;
use serde_json::{Map, Value, json};

use super::client::{Client, Error};
use super::organization::names;
use super::print::{items, line, tell};
use super::workflow::text_of;

const ROLES: &str = "/v1/organization/roles";

/// What to do with roles.
#[derive(Debug, Subcommand)]
pub(super) enum Role {
    /// List the roles and what their holders may do.
    List,
    /// Make a role.
    Define {
        /// What people call it.
        name: String,
        /// What its holders may do, as runs:read; more than one may be given.
        #[arg(long = "may", value_name = "PERMISSION")]
        permissions: Vec<String>,
    },
    /// Change a role, for all who hold it.
    Change {
        /// The role's id.
        id: String,
        /// What people call it.
        #[arg(long)]
        name: Option<String>,
        /// All that its holders may do from now on; more than one may be given.
        #[arg(long = "may", value_name = "PERMISSION")]
        permissions: Vec<String>,
    },
    /// Remove a role that nobody holds.
    Remove {
        /// The role's id.
        id: String,
    },
}

impl Role {
    /// Does it.
    pub(super) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::List => {
                let page = client.get(ROLES).await?;
                tell(client, &page, |page| items(page).for_each(show));
            }
            Self::Define { name, permissions } => {
                let body = json!({ "name": name, "permissions": permissions });
                let role = client.post(ROLES, &body).await?;
                tell(client, &role, show);
            }
            Self::Change { id, name, permissions } => {
                let body = changes(name, permissions);
                let role = client.put(&format!("{ROLES}/{id}"), &body).await?;
                tell(client, &role, show);
            }
            Self::Remove { id } => {
                let removed = client.delete(&format!("{ROLES}/{id}")).await?;
                tell(client, &removed, |it| line(&format!("{} is no more", text_of(it, "id"))));
            }
        }
        Ok(())
    }
}

/// A body that says what is to be different, and nothing of what stays.
pub(super) fn changes(name: Option<String>, permissions: Vec<String>) -> Value {
    let mut body = Map::new();
    body.extend(name.map(|name| ("name".to_owned(), name.into())));
    if !permissions.is_empty() {
        body.insert("permissions".to_owned(), permissions.into());
    }
    Value::Object(body)
}

fn show(role: &Value) {
    let [id, name] = ["id", "name"].map(|field| text_of(role, field));
    line(&format!("{id}  {name}"));
    line(&format!("  {}", names(role, "permissions").join(" ")));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_left_as_it_was() {
        assert_eq!(changes(None, vec![]), json!({}));
        let both = changes(Some("a".into()), vec!["runs:read".into()]);
        assert_eq!(both, json!({ "name": "a", "permissions": ["runs:read"] }));
    }
}
