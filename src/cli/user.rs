//! `chainkeel user`: the people of the installation.

use clap::Subcommand;
use serde_json::{Value, json};

use super::client::{Client, Error, query};
use super::print::{line, tell};
use super::terminal;
use super::workflow::text_of;

/// What to do with people. All but `set-password` is the installation's admin's.
#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// Register somebody; prints the token by which they choose a password.
    Add {
        /// The email address by which they log in.
        email: String,
        /// What they are called.
        #[arg(long)]
        name: Option<String>,
    },
    /// List people, the newest first.
    List {
        /// Those in whose address or name this occurs.
        #[arg(long)]
        search: Option<String>,
        /// How many at most, 1 to 100.
        #[arg(long, default_value_t = 20)]
        limit: u8,
    },
    /// Show somebody.
    Show {
        /// The user.
        id: String,
    },
    /// Let somebody in no more; their sessions end at once.
    Suspend {
        /// The user.
        id: String,
        /// What an auditor will read.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Let somebody in again.
    Restore {
        /// The user.
        id: String,
    },
    /// Print a token by which somebody chooses another password.
    Reset {
        /// The user.
        id: String,
    },
    /// Choose your password with the token that you were given. Both are asked for, or are the
    /// first lines of standard input.
    SetPassword,
}

impl User {
    pub(super) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::Add { email, name } => {
                let body = match name {
                    Some(name) => json!({"email": email, "name": name}),
                    None => json!({"email": email}),
                };
                let made = client.post("/v1/users", &body).await?;
                tell(client, &made, show_token);
            }
            Self::List { search, limit } => {
                let query = query([("search", search), ("limit", Some(limit.to_string()))]);
                let found = client.get(&format!("/v1/users{query}")).await?;
                tell(client, &found, show_list);
            }
            Self::Show { id } => {
                let user = client.get(&format!("/v1/users/{id}")).await?;
                tell(client, &user, show);
            }
            Self::Suspend { id, reason } => {
                let body = reason.map_or_else(|| json!({}), |reason| json!({"reason": reason}));
                let user = client.post(&format!("/v1/users/{id}/suspend"), &body).await?;
                tell(client, &user, show);
            }
            Self::Restore { id } => {
                let user = client.post(&format!("/v1/users/{id}/restore"), &json!({})).await?;
                tell(client, &user, show);
            }
            Self::Reset { id } => {
                let issued = client.post(&format!("/v1/users/{id}/reset"), &json!({})).await?;
                tell(client, &issued, show_token);
            }
            Self::SetPassword => {
                let token = terminal::ask("Reset token")?;
                let password = terminal::ask("New password")?;
                let body = json!({"token": token.expose(), "newPassword": password.expose()});
                let set = client.post("/v1/auth/reset", &body).await?;
                tell(client, &set, |_| line("the password is set: `chainkeel login` uses it"));
            }
        }
        Ok(())
    }
}

fn show_token(answer: &Value) {
    show(&answer["user"]);
    line(&format!("reset token, shown once, good for a day: {}", text_of(answer, "resetToken")));
    line("they choose a password with it: `chainkeel user set-password`");
}

fn show_list(answer: &Value) {
    let users = answer["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    if users.is_empty() {
        line("nobody: `chainkeel user add` registers somebody");
    }
    users.iter().for_each(show);
}

fn show(user: &Value) {
    let state = [
        (user["isSuspended"] == true, "suspended"),
        (user["hasPassword"] == false, "no password yet"),
        (user["hasSecondFactor"] == true, "second factor"),
        (user["lockedUntil"].is_string(), "locked"),
    ];
    let state: Vec<&str> = state.iter().filter(|(is, _)| *is).map(|(_, word)| *word).collect();
    let (id, email, name) = (text_of(user, "id"), text_of(user, "email"), text_of(user, "name"));
    line(format!("{id}  {email}  {name}  {}", state.join(", ")).trim_end());
}
