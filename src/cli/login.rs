//! `chainkeel register`, `login` and `logout`: a person instead of a key.

use clap::Args;
use serde_json::{Value, json};

use super::client::{Client, Error, Server};
use super::print::{line, tell};
use super::workflow::text_of;
use super::{session_file, terminal};

/// Log in; the commands that follow are yours until you log out
#[derive(Debug, Args)]
pub(super) struct LogIn {
    #[command(flatten)]
    server: Server,
    /// Your email address. The password is asked for, or is the first line of standard input.
    email: String,
    /// A code of your authenticator, or a recovery code; it is asked for where it is wanted
    #[arg(long)]
    code: Option<String>,
}

/// Make an account with an invitation, and log in
///
/// The token of the invitation and the password are asked for, or are the first two lines of standard
/// input. Whoever has an account logs in, and accepts with `chainkeel member accept`.
#[derive(Debug, Args)]
pub(super) struct Register {
    #[command(flatten)]
    server: Server,
    /// What you are called
    #[arg(long)]
    name: Option<String>,
}

/// Log out: the tokens of this session open nothing any more
#[derive(Debug, Args)]
pub(super) struct LogOut {
    #[command(flatten)]
    server: Server,
    /// End all your sessions, wherever they are
    #[arg(long)]
    everywhere: bool,
}

impl LogIn {
    pub(super) async fn run(self) -> Result<(), Error> {
        let client = Client::new(&self.server, None)?;
        let password = terminal::ask("Password")?;
        let mut body = json!({"email": self.email, "password": password.expose()});
        if let Some(code) = &self.code {
            body["code"] = json!(code);
        }
        let tokens = match client.post("/v1/auth/login", &body).await {
            Err(Error::Refused { problem, .. })
                if text_of(&problem, "code") == "second-factor-required" =>
            {
                body["code"] = json!(terminal::ask("Code of your authenticator")?.expose());
                client.post("/v1/auth/login", &body).await?
            }
            other => other?,
        };
        welcome(&client, &self.server, &tokens, &self.email)
    }
}

impl Register {
    pub(super) async fn run(self) -> Result<(), Error> {
        let client = Client::new(&self.server, None)?;
        let invitation = terminal::ask("Token of the invitation")?;
        let password = terminal::ask("Password")?;
        let mut body = json!({"invitation": invitation.expose(), "password": password.expose()});
        if let Some(name) = &self.name {
            body["name"] = json!(name);
        }
        let tokens = client.post("/v1/auth/register", &body).await?;
        welcome(&client, &self.server, &tokens, text_of(&tokens, "userId"))
    }
}

/// Keeps a session that has begun, and says so. Its tokens are not shown.
fn welcome(client: &Client, server: &Server, tokens: &Value, who: &str) -> Result<(), Error> {
    session_file::keep(server, tokens)?;
    let told = json!({
        "userId": tokens["userId"],
        "sessionId": tokens["sessionId"],
        "sessionExpiresAt": tokens["sessionExpiresAt"],
    });
    tell(client, &told, |told: &Value| {
        line(&format!("logged in as {who} until {}", text_of(told, "sessionExpiresAt")));
    });
    Ok(())
}

impl LogOut {
    pub(super) async fn run(self) -> Result<(), Error> {
        let server = Server { api_key: None, ..self.server };
        let Some(token) = session_file::current(&server).await? else {
            return Err(Error::Outcome(format!("nobody is logged in at {}", server.url)));
        };
        let client = Client::new(&server, Some(&token))?;
        let body = json!({"everywhere": self.everywhere});
        let answer = client.post("/v1/auth/logout", &body).await?;
        session_file::forget()?;
        tell(&client, &answer, |_| line("logged out"));
        Ok(())
    }
}
