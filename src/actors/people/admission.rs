//! Whether a token opens anything at this moment: its signature, and what the ledger says of its
//! session, its user and its key. One question to the database a request, and nothing stale.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{People, Rejected};
use crate::access::token::{self, BadToken, Claims, PublicKey, TokenKind};
use crate::aggregates::session::{self, Session};
use crate::aggregates::token_keys::{Key, TokenKeys};
use crate::aggregates::user::User;
use crate::journal::{Context, Journal, Loaded, Metadata, Recorded, Store, StreamId};
use crate::primitives::{Clock, CommandId, OrganizationId, SessionId, UserId};

use super::rejected::rejected;

/// How many sessions, and how many users, are kept in memory; beyond it all are let go.
const MAX_KEPT: usize = 10_000;
/// Events of a stream that one question brings at most.
const PAGE: i64 = 1_000;
/// How often it is looked whether a key that nobody knows was added: tokens can be made up.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Somebody who is logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visitor {
    /// Who it is.
    pub user: UserId,
    /// By which session.
    pub session: SessionId,
}

/// Looks at tokens. Cheap to clone.
#[derive(Clone)]
pub struct Admission(Arc<Inner>);

struct Inner {
    journal: Journal,
    users: Store<User>,
    sessions: Store<Session>,
    keys: Store<TokenKeys>,
    clock: Arc<dyn Clock>,
    kept: Mutex<Kept>,
}

struct Kept {
    users: HashMap<UserId, Arc<Loaded<User>>>,
    sessions: HashMap<SessionId, Arc<Loaded<Session>>>,
    keys: Arc<Loaded<TokenKeys>>,
    looked: Option<Instant>,
}

/// What is known of a visit at one moment.
struct Known {
    user: Arc<Loaded<User>>,
    session: Arc<Loaded<Session>>,
    keys: Arc<Loaded<TokenKeys>>,
}

impl fmt::Debug for Admission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admission").finish_non_exhaustive()
    }
}

impl Admission {
    /// Nobody is known yet.
    pub fn new(people: &People, clock: Arc<dyn Clock>) -> Self {
        let keys = Loaded::blank(StreamId::token_keys().aggregate_id);
        let kept = Kept {
            users: HashMap::new(),
            sessions: HashMap::new(),
            keys: Arc::new(keys),
            looked: None,
        };
        Self(Arc::new(Inner {
            journal: people.users.journal().clone(),
            users: people.users.clone(),
            sessions: people.sessions.clone(),
            keys: people.ring.store.clone(),
            clock,
            kept: Mutex::new(kept),
        }))
    }

    /// Whose access token this is, if it opens anything now.
    pub async fn admit(&self, token: &str) -> Result<Visitor, Rejected> {
        let claims = self.verified(token, TokenKind::Access).await?;
        Ok(Visitor { user: claims.sub, session: claims.sid })
    }

    /// Whose ticket this is, and for which organization, if it opens a stream now: once.
    pub async fn admit_ticket(&self, ticket: &str) -> Result<(Visitor, OrganizationId), Rejected> {
        let claims = self.verified(ticket, TokenKind::Ticket).await?;
        let organization = claims.org.ok_or(BadToken::Invalid)?;
        let expires_at = time::OffsetDateTime::from_unix_timestamp(claims.exp);
        let order = session::Order::UseTicket {
            ticket: claims.jti,
            expires_at: expires_at.map_err(|_| BadToken::Invalid)? + token::LEEWAY,
        };
        let by = claims.sub.to_string();
        let metadata = Metadata::new(OrganizationId::DEFAULT, by.clone(), CommandId::generate());
        let command = session::Command { by, at: self.0.clock.now(), order };
        let used =
            self.0.sessions.execute(&claims.sid.to_string(), command, Context::new(metadata)).await;
        used.map_err(rejected(Rejected::Session))?;
        Ok((Visitor { user: claims.sub, session: claims.sid }, organization))
    }

    async fn verified(&self, token: &str, purpose: TokenKind) -> Result<Claims, Rejected> {
        let now = self.0.clock.now();
        let kid = token::kid_of(token)?;
        // Nothing is asked of the database for a token that nobody signed.
        let key = self.key(&kid).await?;
        let claims = token::verify(token, purpose, &key, now)?;
        let Known { user, session, keys } = self.look(claims.sub, claims.sid).await?;
        keys.aggregate.believed(&kid, now).ok_or(BadToken::UnknownKey)?;
        let (user, session) = (&user.aggregate, &session.aggregate);
        let is_theirs = session.user == Some(claims.sub) && user.sessions.contains(&claims.sid);
        if is_theirs && session.is_open(now) && !user.suspended {
            Ok(claims)
        } else {
            Err(Rejected::SessionOver)
        }
    }

    /// The key of this name. New ones are looked for once a second at most, and whoever names one
    /// that is not known waits for that: it may have been added a moment ago.
    async fn key(&self, kid: &str) -> Result<PublicKey, Rejected> {
        let now = self.0.clock.now();
        let mut keys = loop {
            let wait = {
                let mut kept = self.kept();
                if let Some(key) = kept.keys.aggregate.believed(kid, now) {
                    return Ok(public(key));
                }
                let wait = kept.looked.map(|looked| LOOK_EVERY.saturating_sub(looked.elapsed()));
                let wait = wait.unwrap_or_default();
                if wait.is_zero() {
                    kept.looked = Some(Instant::now());
                    break Arc::clone(&kept.keys);
                }
                wait
            };
            tokio::time::sleep(wait).await;
        };
        let wanted = [(StreamId::token_keys(), keys.last)];
        let found = self.0.journal.read_streams(&wanted, PAGE).await?;
        follow(&self.0.keys, &mut keys, &found)?;
        let key = keys.aggregate.believed(kid, now).map(public);
        self.keep_keys(keys);
        Ok(key.ok_or(BadToken::UnknownKey)?)
    }

    /// What the ledger says of a user, a session and the keys at this moment.
    async fn look(&self, user: UserId, session: SessionId) -> Result<Known, Rejected> {
        let mut known = {
            let kept = self.kept();
            let fresh_user = || Arc::new(Loaded::blank(user.to_string()));
            let fresh_session = || Arc::new(Loaded::blank(session.to_string()));
            Known {
                user: kept.users.get(&user).cloned().unwrap_or_else(fresh_user),
                session: kept.sessions.get(&session).cloned().unwrap_or_else(fresh_session),
                keys: Arc::clone(&kept.keys),
            }
        };
        loop {
            let wanted = [
                (StreamId::user(user), known.user.last),
                (StreamId::session(session), known.session.last),
                (StreamId::token_keys(), known.keys.last),
            ];
            let found = self.0.journal.read_streams(&wanted, PAGE).await?;
            follow(&self.0.users, &mut known.user, &found)?;
            follow(&self.0.sessions, &mut known.session, &found)?;
            follow(&self.0.keys, &mut known.keys, &found)?;
            if (found.len() as i64) < PAGE {
                break;
            }
        }
        let mut kept = self.kept();
        keep(&mut kept.users, user, &known.user);
        keep(&mut kept.sessions, session, &known.session);
        drop(kept);
        self.keep_keys(Arc::clone(&known.keys));
        Ok(known)
    }

    fn keep_keys(&self, keys: Arc<Loaded<TokenKeys>>) {
        let mut kept = self.kept();
        if keys.last > kept.keys.last {
            kept.keys = keys;
        }
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        // Nothing panics while it is held.
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Applies what was found; copies the aggregate only when there is something new.
fn follow<A>(
    store: &Store<A>,
    loaded: &mut Arc<Loaded<A>>,
    found: &[Recorded],
) -> Result<(), Rejected>
where
    A: cqrs_es::Aggregate<Services = ()> + Clone,
{
    let is_new = |it: &Recorded| it.aggregate_type == A::TYPE && it.aggregate_id == loaded.id;
    if found.iter().any(is_new) {
        store.follow(Arc::make_mut(loaded), found)?;
    }
    Ok(())
}

/// Keeps what is known of somebody who exists. Those who do not are not worth the room.
fn keep<K: Hash + Eq, A>(all: &mut HashMap<K, Arc<Loaded<A>>>, id: K, loaded: &Arc<Loaded<A>>) {
    if loaded.last == 0 {
        return;
    }
    if all.len() >= MAX_KEPT && !all.contains_key(&id) {
        all.clear();
    }
    let is_newer = |kept: &Arc<Loaded<A>>| kept.last < loaded.last;
    if all.get(&id).is_none_or(is_newer) {
        all.insert(id, Arc::clone(loaded));
    }
}

fn public(key: &Key) -> PublicKey {
    PublicKey { x: key.x.clone(), y: key.y.clone() }
}
