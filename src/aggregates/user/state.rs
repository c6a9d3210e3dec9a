//! The user as their events made them, and what they answer to orders.

use std::collections::BTreeSet;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::command::{Command, Order, Proof};
use super::error::Error;
use super::event::{Event, PasswordCause};
use crate::primitives::{SessionId, UserId};

/// How many bytes a name has at most.
pub(super) const MAX_NAME: usize = 200;
/// How many bytes a reason has at most.
pub(super) const MAX_REASON: usize = 1_000;
/// How many failures in a row cost nothing but the time.
pub const FREE_FAILURES: u32 = 4;
/// How long the first lock holds; each further failure doubles it.
const FIRST_LOCK: Duration = Duration::seconds(30);
/// The longest lock.
const LONGEST_LOCK: Duration = Duration::hours(1);
/// Failures are forgotten when none was added for so long.
const FORGOTTEN_AFTER: Duration = Duration::days(1);
/// How many sessions a user has at most: the oldest gives way.
pub const MAX_SESSIONS: usize = 50;
/// How long a reset token may be used.
pub const RESET_LIFE: Duration = Duration::hours(24);

/// Failures in a row, and what follows from them. The same for users, by their events, and for
/// addresses that nobody has, by a table in memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locks {
    failures: u32,
    last: Option<OffsetDateTime>,
    until: Option<OffsetDateTime>,
}

impl Locks {
    /// Up to when nobody is let in, if that is after this moment.
    pub fn locked_until(&self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        self.until.filter(|until| now < *until)
    }

    /// The locks after one more failure.
    #[must_use]
    pub fn failed(self, now: OffsetDateTime) -> Self {
        let is_fresh = self.last.is_none_or(|last| now - last > FORGOTTEN_AFTER);
        let failures = if is_fresh { 1 } else { self.failures.saturating_add(1) };
        let until = failures.checked_sub(FREE_FAILURES + 1).map(|further| {
            let lock = FIRST_LOCK * 2_i32.pow(further.min(10));
            now + lock.min(LONGEST_LOCK)
        });
        Self { failures, last: Some(now), until }
    }
}

/// What is asked for beside the password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactor {
    /// Where the vault keeps its secret.
    pub secret: String,
    /// Where it keeps the hashes of the recovery codes; none before the authenticator was shown to
    /// work.
    pub recovery: Option<String>,
    /// The last step whose code was used.
    pub last_step: Option<i64>,
    /// The recovery codes that were used.
    pub used: BTreeSet<u8>,
}

/// A secret that allows to set the password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Reset {
    hash: String,
    expires_at: OffsetDateTime,
}

/// A user, folded from their events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The id; none before they were registered.
    pub id: Option<UserId>,
    /// The email address as it was written.
    pub email: String,
    /// What they are called.
    pub name: Option<String>,
    /// Where the vault keeps the verifier of the password; none before one was set.
    pub password: Option<String>,
    /// What is asked for beside it.
    pub second_factor: Option<SecondFactor>,
    /// Failures in a row.
    pub locks: Locks,
    /// The sessions that may go on, the newest last. One that is not among them is over, whatever
    /// its own stream says.
    pub sessions: Vec<SessionId>,
    /// Whether they are not let in.
    pub suspended: bool,
    /// When they were registered.
    pub registered_at: Option<OffsetDateTime>,
    /// When they were last let in.
    pub logged_in_at: Option<OffsetDateTime>,
    reset: Option<Reset>,
}

impl User {
    /// The second factor, if it is asked for.
    pub fn asked_for(&self) -> Option<&SecondFactor> {
        self.second_factor.as_ref().filter(|factor| factor.recovery.is_some())
    }

    /// Decides what an order leads to, or why it is refused; nothing when there is nothing to do.
    pub fn decide(&self, Command { by, at, order }: Command) -> Result<Vec<Event>, Error> {
        if let Order::Register { id, email, name } = order {
            return self.register(id, email, name, by, at);
        }
        if self.id.is_none() {
            return Err(Error::Unknown);
        }
        match order {
            Order::Register { .. } => Err(Error::Exists),
            Order::SetPassword { verifier, cause } => self.set_password(verifier, cause, by, at),
            Order::FailLogin { factor, from } => {
                self.must_be_unlocked(at)?;
                let locked_until = self.locks.failed(at).locked_until(at);
                Ok(vec![Event::LoginFailed { factor, from, locked_until, by, at }])
            }
            Order::LogIn { session, verifier, proof, from } => {
                self.must_be_unlocked(at)?;
                if self.suspended {
                    return Err(Error::Suspended);
                }
                // Another password was set while this one was looked at.
                if self.password.as_ref() != Some(&verifier) {
                    return Err(Error::StaleProof);
                }
                let (totp_step, recovery_code) = self.prove(proof)?;
                let session_id = session;
                Ok(vec![Event::LoggedIn { session_id, from, totp_step, recovery_code, by, at }])
            }
            Order::RevokeSessions => Ok(vec![Event::SessionsRevoked { by, at }]),
            Order::EnrolTotp { secret } => {
                if self.asked_for().is_some() {
                    return Err(Error::HasTotp);
                }
                Ok(vec![Event::TotpEnrolled { secret, by, at }])
            }
            Order::ConfirmTotp { step, recovery } => match &self.second_factor {
                None => Err(Error::NoTotp),
                Some(factor) if factor.recovery.is_some() => Err(Error::HasTotp),
                Some(_) => Ok(vec![Event::TotpConfirmed { step, recovery, by, at }]),
            },
            Order::RemoveTotp => {
                self.second_factor.as_ref().ok_or(Error::NoTotp)?;
                Ok(vec![Event::TotpRemoved { by, at }])
            }
            Order::Suspend { reason } => {
                if self.suspended {
                    return Err(Error::Already("suspended"));
                }
                if reason.as_ref().is_some_and(|reason| reason.len() > MAX_REASON) {
                    return Err(Error::Reason);
                }
                Ok(vec![
                    Event::Suspended { reason, by: by.clone(), at },
                    Event::SessionsRevoked { by, at },
                ])
            }
            Order::Restore if !self.suspended => Err(Error::Already("active")),
            Order::Restore => Ok(vec![Event::Restored { by, at }]),
            Order::IssueReset { hash } => {
                Ok(vec![Event::ResetIssued { hash, expires_at: at + RESET_LIFE, by, at }])
            }
        }
    }

    fn register(
        &self,
        id: UserId,
        email: String,
        name: Option<String>,
        by: String,
        at: OffsetDateTime,
    ) -> Result<Vec<Event>, Error> {
        if self.id.is_some() {
            return Err(Error::Exists);
        }
        let is_name = |name: &String| {
            (1..=MAX_NAME).contains(&name.len()) && !name.chars().any(char::is_control)
        };
        if !name.as_ref().is_none_or(is_name) {
            return Err(Error::Name);
        }
        Ok(vec![Event::Registered { user_id: id, email, name, by, at }])
    }

    /// Every session ends with the password of before: whoever knew it may hold one.
    fn set_password(
        &self,
        verifier: String,
        cause: PasswordCause,
        by: String,
        at: OffsetDateTime,
    ) -> Result<Vec<Event>, Error> {
        if let PasswordCause::Reset { hash } = &cause {
            let stands = |reset: &Reset| reset.hash == *hash && at < reset.expires_at;
            if !self.reset.as_ref().is_some_and(stands) {
                return Err(Error::StaleReset);
            }
        }
        if cause == PasswordCause::Registered && self.password.is_some() {
            return Err(Error::Exists);
        }
        let set = Event::PasswordSet { verifier, cause, by: by.clone(), at };
        Ok(vec![set, Event::SessionsRevoked { by, at }])
    }

    fn must_be_unlocked(&self, at: OffsetDateTime) -> Result<(), Error> {
        self.locks.locked_until(at).map_or(Ok(()), |until| Err(Error::Locked { until }))
    }

    fn prove(&self, proof: Proof) -> Result<(Option<i64>, Option<u8>), Error> {
        match (proof, self.asked_for()) {
            (Proof::PasswordAlone, None) => Ok((None, None)),
            (Proof::Totp { step }, Some(factor))
                if factor.last_step.is_none_or(|last| step > last) =>
            {
                Ok((Some(step), None))
            }
            (Proof::RecoveryCode { index }, Some(factor)) if !factor.used.contains(&index) => {
                Ok((None, Some(index)))
            }
            (Proof::PasswordAlone | Proof::Totp { .. } | Proof::RecoveryCode { .. }, _) => {
                Err(Error::StaleProof)
            }
        }
    }
}

impl Aggregate for User {
    const TYPE: &'static str = "user";
    type Command = Command;
    type Event = Event;
    type Error = Error;
    type Services = ();

    async fn handle(
        &mut self,
        command: Command,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Error> {
        for event in self.decide(command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Registered { user_id, email, name, at, .. } => {
                self.id = Some(user_id);
                self.email = email;
                self.name = name;
                self.registered_at = Some(at);
            }
            Event::PasswordSet { verifier, .. } => {
                self.password = Some(verifier);
                self.locks = Locks::default();
                self.reset = None;
            }
            Event::LoginFailed { at, .. } => self.locks = self.locks.failed(at),
            Event::LoggedIn { session_id, totp_step, recovery_code, at, .. } => {
                if self.sessions.len() >= MAX_SESSIONS {
                    self.sessions.remove(0);
                }
                self.sessions.push(session_id);
                self.locks = Locks::default();
                self.logged_in_at = Some(at);
                if let Some(factor) = &mut self.second_factor {
                    factor.last_step = totp_step.or(factor.last_step);
                    factor.used.extend(recovery_code);
                }
            }
            Event::SessionsRevoked { .. } => self.sessions.clear(),
            Event::TotpEnrolled { secret, .. } => {
                self.second_factor = Some(SecondFactor {
                    secret,
                    recovery: None,
                    last_step: None,
                    used: BTreeSet::new(),
                });
            }
            Event::TotpConfirmed { step, recovery, .. } => {
                if let Some(factor) = &mut self.second_factor {
                    factor.recovery = Some(recovery);
                    factor.last_step = Some(step);
                }
            }
            Event::TotpRemoved { .. } => self.second_factor = None,
            Event::Suspended { .. } => self.suspended = true,
            Event::Restored { .. } => self.suspended = false,
            Event::ResetIssued { hash, expires_at, .. } => {
                self.reset = Some(Reset { hash, expires_at });
            }
        }
    }
}
