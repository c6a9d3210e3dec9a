//! Orders about people: registering them, their passwords, who may come in.

use std::fmt;
use std::sync::Arc;

use super::rejected::rejected;
use super::second_factor::fresh;
use super::strangers::Strangers;
use super::{Hashing, Presented, Rejected, TokenRing, Tokens};
use crate::access::opaque::{self, Purpose};
use crate::access::{Email, Password};
use crate::aggregates::login_name::{self, LoginName};
use crate::aggregates::session::Session;
use crate::aggregates::user::{self, Order, PasswordCause, User};
use crate::journal::{Context, Journal, Metadata, Store};
use crate::primitives::{Clock, CommandId, OrganizationId, Secret, UserId};
use crate::secrets::Vault;

/// Somebody who gets an account.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The address by which they log in.
    pub email: Email,
    /// What they are called.
    pub name: Option<String>,
}

/// Gives orders about people. Cheap to clone.
#[derive(Clone)]
pub struct People {
    /// The users.
    pub users: Store<User>,
    /// Their sessions.
    pub sessions: Store<Session>,
    pub(super) login_names: Store<LoginName>,
    /// The keys that sign their tokens.
    pub ring: TokenRing,
    pub(super) vault: Vault,
    pub(super) hashing: Hashing,
    pub(super) strangers: Strangers,
    pub(super) clock: Arc<dyn Clock>,
}

impl fmt::Debug for People {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("People").finish_non_exhaustive()
    }
}

impl People {
    /// The people of this ledger, whose secrets are in this vault.
    pub fn new(journal: &Journal, vault: Vault, clock: Arc<dyn Clock>) -> Self {
        let keys = Store::token_keys(journal.clone());
        Self {
            users: Store::users(journal.clone()),
            sessions: Store::sessions(journal.clone()),
            login_names: Store::login_names(journal.clone()),
            ring: TokenRing::new(keys, vault.clone(), Arc::clone(&clock)),
            vault,
            hashing: Hashing::default(),
            strangers: Strangers::default(),
            clock,
        }
    }

    /// Registers somebody under this id; gives the last sequence of their stream. The address is
    /// claimed first: of two who want it, one is refused.
    pub async fn register(
        &self,
        id: UserId,
        new: NewUser,
        by: String,
        context: Context,
    ) -> Result<i64, Rejected> {
        let NewUser { email, name } = new;
        self.claim(&email, id, by.clone(), context.metadata.clone()).await?;
        let order = Order::Register { id, email: email.written().to_owned(), name };
        Ok(self.order(id, order, (by, context)).await?.last)
    }

    /// Registers somebody who chooses the password at once. Whoever was cut off on the way may try
    /// again; whoever has a password is known already.
    pub async fn sign_up(
        &self,
        id: UserId,
        new: NewUser,
        password: &Secret,
    ) -> Result<(), Rejected> {
        // Before anything is written: a weak one is the most likely obstacle.
        Password::chosen(password, &new.email)?;
        let (by, context) = Self::by(id);
        match self.register(id, new, by, context).await {
            Ok(_) | Err(Rejected::User(user::Error::Exists)) => {}
            Err(error) => return Err(error),
        }
        let known = self.users.load(&id.to_string()).await?.aggregate;
        self.set_password(&known, password, PasswordCause::Registered).await.map(drop)
    }

    async fn claim(
        &self,
        email: &Email,
        user: UserId,
        by: String,
        metadata: Metadata,
    ) -> Result<(), Rejected> {
        let key = email.key();
        let holder = self.login_names.load(&key).await?.aggregate.holder;
        let nobody = match holder {
            Some((holder, _)) if holder != user => {
                let known = self.users.load(&holder.to_string()).await?;
                known.aggregate.id.is_none().then_some(holder)
            }
            Some(_) | None => None,
        };
        let command = login_name::Command { user, nobody, by, at: self.clock.now() };
        let claimed = self.login_names.execute(&key, command, Context::new(metadata)).await;
        claimed.map(drop).map_err(rejected(Rejected::Taken))
    }

    /// Gives the right to set a user's password once, whoever has the token.
    pub async fn issue_reset(
        &self,
        user: UserId,
        by: String,
        context: Context,
    ) -> Result<(Secret, i64), Rejected> {
        let text = user.to_string();
        let (_, id) = text.split_once('_').expect("an id has a prefix");
        let (token, hash) = opaque::make(Purpose::Reset, id, rand::random());
        let executed = self.order(user, Order::IssueReset { hash }, (by, context)).await?;
        Ok((token, executed.last))
    }

    /// Sets the password of whoever the token is for, and ends their sessions.
    pub async fn reset_password(&self, token: &Secret, password: &Secret) -> Result<(), Rejected> {
        let stale = || Rejected::User(user::Error::StaleReset);
        let presented = opaque::read(Purpose::Reset, token.expose()).ok_or_else(stale)?;
        let user: UserId =
            format!("{}_{}", UserId::PREFIX, presented.id).parse().map_err(|_| stale())?;
        let known = self.users.load(&user.to_string()).await?.aggregate;
        known.id.ok_or_else(stale)?;
        let cause = PasswordCause::Reset { hash: presented.hash };
        self.set_password(&known, password, cause).await.map(drop)
    }

    /// Sets another password, since the one of before was shown; every session ends, and a new one
    /// begins.
    pub async fn change_password(
        &self,
        user: UserId,
        presented: Presented,
        password: &Secret,
        agent: Option<String>,
    ) -> Result<Tokens, Rejected> {
        let known = self.users.load(&user.to_string()).await?;
        let proof = self.prove(&known, &presented).await?;
        let known = known.aggregate;
        let verifier = self.set_password(&known, password, PasswordCause::Changed).await?;
        self.open_session(user, (verifier, proof), presented.from, agent).await
    }

    /// Sets a password; gives the field of its verifier, which is sealed first: the event that names
    /// it is never without it.
    async fn set_password(
        &self,
        known: &User,
        password: &Secret,
        cause: PasswordCause,
    ) -> Result<String, Rejected> {
        let user = known.id.ok_or(Rejected::User(user::Error::Unknown))?;
        let email = Email::parse(&known.email)?;
        let password = Password::chosen(password, &email)?;
        let verifier = self.hashing.verifier(password).await?;
        let field = fresh("password");
        self.seal(user, &field, verifier.expose().as_bytes()).await?;
        let order = Order::SetPassword { verifier: field.clone(), cause };
        self.order_or_forget(user, order, &field).await?;
        if let Some(before) = &known.password {
            self.forget(user, before).await?;
        }
        Ok(field)
    }

    /// By whom, and with what metadata, a user's own orders are given.
    pub(super) fn by(user: UserId) -> (String, Context) {
        let by = user.to_string();
        let metadata = Metadata::new(OrganizationId::DEFAULT, by.clone(), CommandId::generate());
        (by, Context::new(metadata))
    }
}
