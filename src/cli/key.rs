//! `chainkeel key`: API keys, and the service accounts to which they belong.

use clap::Subcommand;
use serde_json::{Value, json};

use super::client::{Client, Error, query};
use super::organization::names;
use super::print::{empty, items, line, tell};
use super::role::changes;
use super::workflow::text_of;

const KEYS: &str = "/v1/api-keys";
const ACCOUNTS: &str = "/v1/service-accounts";

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub(super) enum Key {
    /// List the keys, the newest first.
    List {
        /// Only those of this service account.
        #[arg(long)]
        account: Option<String>,
        /// How many at most, 1 to 100.
        #[arg(long, default_value_t = 20)]
        limit: u8,
    },
    /// Issue a key; prints its text, which is shown this one time.
    Create {
        /// What people call it.
        name: String,
        /// The service account to which it belongs; your own when absent.
        #[arg(long)]
        account: Option<String>,
        /// What it opens at most; all that its owner may do when absent. More than one may be given.
        #[arg(long = "scope")]
        scopes: Vec<String>,
        /// From when on it opens nothing, as 2027-01-31T12:00:00Z.
        #[arg(long)]
        expires: Option<String>,
    },
    /// Revoke a key: it opens nothing from now on.
    Revoke {
        /// The key's id, not its text.
        id: String,
    },
    /// List the service accounts.
    Accounts,
    /// Make a service account.
    AddAccount {
        /// What people call it.
        name: String,
        /// What it is for.
        #[arg(long)]
        description: Option<String>,
        /// What its keys may do at most, as runs:read; more than one may be given.
        #[arg(long = "may", value_name = "PERMISSION")]
        permissions: Vec<String>,
    },
    /// Change a service account, for all its keys.
    ChangeAccount {
        /// The account's id.
        id: String,
        /// What people call it.
        #[arg(long)]
        name: Option<String>,
        /// All that its keys may do from now on; more than one may be given.
        #[arg(long = "may", value_name = "PERMISSION")]
        permissions: Vec<String>,
    },
    /// Remove a service account: its keys open nothing from now on.
    RemoveAccount {
        /// The account's id.
        id: String,
    },
}

impl Key {
    /// Does it.
    pub(super) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::List { account, limit } => {
                let limit = Some(limit.to_string());
                let query = query([("serviceAccountId", account), ("limit", limit)]);
                let page = client.get(&format!("{KEYS}{query}")).await?;
                tell(client, &page, |page| {
                    empty(page, "there is no key yet: `chainkeel key create NAME --account ID`");
                    items(page).for_each(|key| line(&in_a_line(key)));
                });
            }
            Self::Create { name, account, scopes, expires } => {
                let mut body = json!({
                    "name": name, "serviceAccountId": account, "expiresAt": expires,
                });
                if !scopes.is_empty() {
                    body["scopes"] = scopes.into();
                }
                let issued = client.post(KEYS, &body).await?;
                tell(client, &issued, |issued| {
                    line(&in_a_line(issued));
                    line(text_of(issued, "key"));
                });
            }
            Self::Revoke { id } => {
                let revoked = client.delete(&format!("{KEYS}/{id}")).await?;
                tell(client, &revoked, |key| line(&in_a_line(key)));
            }
            Self::Accounts => {
                let page = client.get(&format!("{ACCOUNTS}?limit=100")).await?;
                tell(client, &page, |page| {
                    empty(page, "no program has an account: `chainkeel key add-account NAME`");
                    items(page).for_each(show);
                });
            }
            Self::AddAccount { name, description, permissions } => {
                let body = json!({
                    "name": name, "description": description, "permissions": permissions,
                });
                let account = client.post(ACCOUNTS, &body).await?;
                tell(client, &account, show);
            }
            Self::ChangeAccount { id, name, permissions } => {
                let body = changes(name, permissions);
                let account = client.put(&format!("{ACCOUNTS}/{id}"), &body).await?;
                tell(client, &account, show);
            }
            Self::RemoveAccount { id } => {
                let removed = client.delete(&format!("{ACCOUNTS}/{id}")).await?;
                tell(client, &removed, |it| line(&format!("{} is no more", text_of(it, "id"))));
            }
        }
        Ok(())
    }
}

fn show(account: &Value) {
    let [id, name] = ["id", "name"].map(|field| text_of(account, field));
    line(&format!("{id}  {name}"));
    line(&format!("  {}", names(account, "permissions").join(" ")));
}

/// A key in a list: its id, its name, whose it is, and how it stands.
fn in_a_line(key: &Value) -> String {
    let [id, name, owner, revoked, expires, used] =
        ["id", "name", "owner", "revokedAt", "expiresAt", "lastUsedAt"].map(|it| text_of(key, it));
    let standing = [("revoked", revoked), ("expires", expires), ("last used", used)];
    let standing = standing.into_iter().filter(|(_, at)| !at.is_empty());
    let standing: Vec<_> = standing.map(|(what, at)| format!("  {what} {at}")).collect();
    format!("{id}  {name}  of {owner}{}", standing.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_a_line_that_says_how_it_stands() {
        let key = json!({
            "id": "key_1", "name": "ci", "owner": "sa_1", "revokedAt": "2026-11-28T10:00:00Z",
            "expiresAt": null,
        });
        assert_eq!(in_a_line(&key), "key_1  ci  of sa_1  revoked 2026-11-28T10:00:00Z");
    }
}
