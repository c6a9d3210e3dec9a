//! `chainkeel member`: who belongs to the organization, who is invited, and in which role.

use clap::Subcommand;
use serde_json::{Value, json};

use super::client::{Client, Error};
use super::print::{empty, items, line, tell};
use super::terminal;
use super::workflow::text_of;

const MEMBERS: &str = "/v1/organization/members";
const INVITATIONS: &str = "/v1/organization/invitations";

/// What to do with members.
#[derive(Debug, Subcommand)]
pub(super) enum Member {
    /// List the members.
    List,
    /// Give a member another role.
    Role {
        /// The person.
        user: String,
        /// owner, admin, developer, operator, viewer, or the id of a role of your own.
        role: String,
    },
    /// Remove a member.
    Remove {
        /// The person.
        user: String,
    },
    /// Stop being a member.
    Leave,
    /// Invite a person; prints the token, which is shown this one time.
    Invite {
        /// The address of the person.
        email: String,
        /// The role that the person will have.
        #[arg(long, default_value = "developer")]
        role: String,
    },
    /// Accept an invitation; its token is asked for, or is a line of standard input.
    Accept,
    /// List the invitations that can be accepted.
    Invitations,
    /// Take an invitation back.
    Revoke {
        /// The invitation's id.
        invitation: String,
    },
}

impl Member {
    /// Does it.
    pub(super) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::List => {
                let page = client.get(&format!("{MEMBERS}?limit=100")).await?;
                tell(client, &page, |page| {
                    empty(page, "nobody belongs to it yet: `chainkeel member invite EMAIL`");
                    items(page).for_each(|member| line(&in_a_line(member)));
                });
            }
            Self::Role { user, role } => {
                let body = json!({ "role": role });
                let member = client.put(&format!("{MEMBERS}/{user}"), &body).await?;
                tell(client, &member, |member| line(&in_a_line(member)));
            }
            Self::Remove { user } => {
                let removed = client.delete(&format!("{MEMBERS}/{user}")).await?;
                tell(client, &removed, |it| {
                    line(&format!("{} is no member", text_of(it, "userId")));
                });
            }
            Self::Leave => {
                let left = client.post("/v1/organization/leave", &json!({})).await?;
                tell(client, &left, |it| line(&format!("{} has left", text_of(it, "userId"))));
            }
            Self::Invite { email, role } => {
                let body = json!({ "email": email, "role": role });
                let made = client.post(INVITATIONS, &body).await?;
                tell(client, &made, |made| {
                    line(&invitation(made));
                    line(&format!("token {}", text_of(made, "token")));
                });
            }
            Self::Accept => {
                let token = terminal::ask("Token of the invitation")?;
                let body = json!({ "token": token.expose() });
                let accepted = client.post("/v1/auth/invitations/accept", &body).await?;
                tell(client, &accepted, |it| {
                    line(&format!("you belong to {} now", text_of(it, "organizationId")));
                });
            }
            Self::Invitations => {
                let page = client.get(&format!("{INVITATIONS}?limit=100")).await?;
                tell(client, &page, |page| {
                    empty(page, "nobody is invited: `chainkeel member invite EMAIL`");
                    items(page).for_each(|it| line(&invitation(it)));
                });
            }
            Self::Revoke { invitation } => {
                let revoked = client.delete(&format!("{INVITATIONS}/{invitation}")).await?;
                tell(client, &revoked, |it| line(&format!("{} is void", text_of(it, "id"))));
            }
        }
        Ok(())
    }
}

fn in_a_line(member: &Value) -> String {
    let [user, role, since] = ["userId", "roleName", "since"].map(|field| text_of(member, field));
    format!("{user}  {role}  since {since}")
}

fn invitation(it: &Value) -> String {
    let [id, email, role, expires] =
        ["id", "email", "roleName", "expiresAt"].map(|field| text_of(it, field));
    format!("{id}  {email}  {role}  until {expires}")
}
