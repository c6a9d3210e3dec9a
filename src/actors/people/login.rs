//! Logging in, going on, logging out.

use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::{Instant, sleep_until};

use super::credentials::{identified, locked};
use super::rejected::rejected;
use super::{People, Presented, Rejected, Visitor};
use crate::access::opaque::{self, Purpose};
use crate::access::token::{Claims, StreamClaims, TokenKind};
use crate::access::{Email, Password, Principal};
use crate::aggregates::session::{self, CloseReason, Opened};
use crate::aggregates::user::{Error, Order, Proof, User};
use crate::journal::Executed;
use crate::primitives::{OrganizationId, Secret, SessionId, UserId, base62};

/// A refusal is given at a multiple of this after the question came, so that its time does not tell
/// what was looked up for it.
const BEAT: Duration = Duration::from_millis(250);
/// How long the name of a program may be that is kept with a session.
const MAX_AGENT: usize = 200;

/// Somebody at the door.
#[derive(Debug, Clone)]
pub struct Login {
    /// Who they say they are.
    pub email: Email,
    /// How they prove it.
    pub presented: Presented,
    /// What their program calls itself.
    pub agent: Option<String>,
}

/// What opens the API, and what goes on with it.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Whose they are.
    pub user: UserId,
    /// The session that they belong to.
    pub session: SessionId,
    /// Opens the API until it is over.
    pub access: Secret,
    /// When that is.
    pub expires_at: OffsetDateTime,
    /// Goes on with the session, once.
    pub refresh: Secret,
    /// When the session is over at the latest.
    pub session_expires_at: OffsetDateTime,
}

impl People {
    /// Lets somebody in, or does not; the time that the latter takes tells nothing.
    pub async fn log_in(&self, login: Login) -> Result<Tokens, Rejected> {
        let begun = Instant::now();
        let tried = self.try_log_in(login).await;
        if matches!(tried, Err(Rejected::Credentials | Rejected::Locked { .. })) {
            let beats = begun.elapsed().as_millis() / BEAT.as_millis() + 1;
            sleep_until(begun + BEAT * u32::try_from(beats).unwrap_or(u32::MAX)).await;
        }
        tried
    }

    async fn try_log_in(&self, login: Login) -> Result<Tokens, Rejected> {
        let Login { email, presented, agent } = login;
        let Some(user) = self.find(&email).await? else {
            return Err(self.turn_away(&email, &presented).await?);
        };
        let proof = self.prove(&user, &presented).await?;
        let id = identified(&user.aggregate)?;
        let verifier = user.aggregate.password.ok_or(Rejected::Credentials)?;
        self.open_session(id, (verifier, proof), presented.from, agent).await
    }

    /// What somebody is answered whom nobody knows: the same, in the same time.
    async fn turn_away(&self, email: &Email, shown: &Presented) -> Result<Rejected, Rejected> {
        let (key, now) = (email.key(), self.clock.now());
        if let Some(until) = self.strangers.of(&key).locked_until(now) {
            return Ok(locked(until - now));
        }
        self.hashing.is_right(Password::presented(&shown.password), None).await?;
        self.strangers.fail(&key, now);
        Ok(Rejected::Credentials)
    }

    /// Begins a session of somebody who proved who they are.
    pub(super) async fn open_session(
        &self,
        user: UserId,
        (verifier, proof): (String, Proof),
        from: String,
        agent: Option<String>,
    ) -> Result<Tokens, Rejected> {
        let session = SessionId::generate();
        let order = Order::LogIn { session, verifier, proof, from: from.clone() };
        match self.order(user, order, Self::by(user)).await {
            Ok(_) => {}
            Err(Rejected::User(Error::Suspended | Error::StaleProof)) => {
                return Err(Rejected::Credentials);
            }
            Err(Rejected::User(Error::Locked { until })) => {
                return Err(locked(until - self.clock.now()));
            }
            Err(error) => return Err(error),
        }
        let (refresh, refresh_hash) = secret_of(session);
        let agent = agent.map(|agent| plain(&agent));
        let opened = Opened { session, user, refresh_hash, from, agent };
        let (executed, _) = self.order_session(session, session::Order::Open(opened), user).await?;
        self.tokens(user, session, refresh, &executed.aggregate).await
    }

    /// Goes on with a session: a secret of before for the next one, and another access token.
    pub async fn refresh(&self, text: &Secret, from: String) -> Result<Tokens, Rejected> {
        let presented = opaque::read(Purpose::Refresh, text.expose());
        let presented = presented.ok_or(Rejected::SessionOver)?;
        let session: SessionId = format!("{}_{}", SessionId::PREFIX, presented.id)
            .parse()
            .map_err(|_| Rejected::SessionOver)?;
        let known = self.sessions.load(&session.to_string()).await?.aggregate;
        let user = known.user.ok_or(Rejected::SessionOver)?;
        let holder = self.users.load(&user.to_string()).await?.aggregate;
        if holder.suspended || !holder.sessions.contains(&session) {
            return Err(Rejected::SessionOver);
        }
        let (refresh, next) = secret_of(session);
        let order = session::Order::Refresh { presented: presented.hash, next, from };
        let done = self.order_session(session, order, user).await;
        let (executed, is_over) = match done {
            Ok(done) => done,
            Err(Rejected::Session(_)) => return Err(Rejected::SessionOver),
            Err(error) => return Err(error),
        };
        if is_over {
            tracing::warn!(
                session.id = %session,
                user.id = %user,
                "ended {session} of {user}: a refresh token of it was used twice"
            );
            return Err(Rejected::SessionOver);
        }
        self.tokens(user, session, refresh, &executed.aggregate).await
    }

    /// Ends a session.
    pub async fn end_session(
        &self,
        user: UserId,
        session: SessionId,
        reason: CloseReason,
    ) -> Result<(), Rejected> {
        let known = self.sessions.load(&session.to_string()).await?.aggregate;
        if known.user != Some(user) {
            return Err(Rejected::Session(session::Error::Unknown));
        }
        self.order_session(session, session::Order::Close(reason), user).await.map(drop)
    }

    /// Ends all sessions of a user.
    pub async fn end_all_sessions(&self, user: UserId) -> Result<(), Rejected> {
        self.order(user, Order::RevokeSessions, Self::by(user)).await.map(drop)
    }

    /// The sessions of a user that go on, the newest first.
    pub async fn sessions_of(&self, user: UserId) -> Result<Vec<session::Session>, Rejected> {
        let now = self.clock.now();
        let ids = self.users.load(&user.to_string()).await?.aggregate.sessions;
        let mut open = Vec::new();
        // At most 50, each a short stream.
        for id in ids.iter().rev() {
            let session = self.sessions.load(&id.to_string()).await?.aggregate;
            if session.is_open(now) {
                open.push(session);
            }
        }
        Ok(open)
    }

    /// A ticket that opens one stream in the name of an organization.
    pub async fn ticket(
        &self,
        visitor: Visitor,
        organization: OrganizationId,
    ) -> Result<(Secret, OffsetDateTime), Rejected> {
        let who = (visitor.user, visitor.session);
        let now = self.clock.now();
        let claims = Claims::new(TokenKind::Ticket, who, Some(organization), name(), now);
        Ok((Secret::new(self.ring.sign(&claims).await?), now + TokenKind::Ticket.life()))
    }

    /// A token that opens the streams of an organization at gateways, as far as somebody may see them now.
    pub async fn stream_token(
        &self,
        who: &Principal,
    ) -> Result<(Secret, OffsetDateTime), Rejected> {
        let now = self.clock.now();
        let claims =
            StreamClaims::new(who.to_string(), who.organization, who.sees_all(), name(), now);
        let expires_at = OffsetDateTime::from_unix_timestamp(claims.exp).unwrap_or(now);
        Ok((Secret::new(self.ring.sign(&claims).await?), expires_at))
    }

    async fn tokens(
        &self,
        user: UserId,
        session: SessionId,
        refresh: Secret,
        state: &session::Session,
    ) -> Result<Tokens, Rejected> {
        let now = self.clock.now();
        let claims = Claims::new(TokenKind::Access, (user, session), None, name(), now);
        let access = Secret::new(self.ring.sign(&claims).await?);
        let expires_at = now + TokenKind::Access.life();
        let session_expires_at = state.expires_at.unwrap_or(expires_at);
        Ok(Tokens { user, session, access, expires_at, refresh, session_expires_at })
    }

    /// Gives an order to a session; what became of it, and whether it ended the session.
    async fn order_session(
        &self,
        session: SessionId,
        order: session::Order,
        user: UserId,
    ) -> Result<(Executed<session::Session>, bool), Rejected> {
        let (by, context) = Self::by(user);
        let command = session::Command { by, at: self.clock.now(), order };
        let executed = self.sessions.execute(&session.to_string(), command, context).await;
        let executed = executed.map_err(rejected(Rejected::Session))?;
        let is_over = executed.aggregate.closed.is_some();
        Ok((executed, is_over))
    }

    /// Somebody who can log in by this address.
    pub(super) async fn find(
        &self,
        email: &Email,
    ) -> Result<Option<crate::journal::Loaded<User>>, Rejected> {
        let name = self.login_names.load(&email.key()).await?.aggregate;
        let Some((holder, _)) = name.holder else { return Ok(None) };
        let user = self.users.load(&holder.to_string()).await?;
        Ok(user.aggregate.id.is_some().then_some(user))
    }
}

fn secret_of(session: SessionId) -> (Secret, String) {
    let text = session.to_string();
    let (_, id) = text.split_once('_').expect("an id has a prefix");
    opaque::make(Purpose::Refresh, id, rand::random())
}

/// What a token is called.
fn name() -> String {
    base62(rand::random())
}

/// The name of a program, short and without what would confuse a terminal.
fn plain(agent: &str) -> String {
    agent.chars().filter(|it| !it.is_control()).take(MAX_AGENT).collect()
}
