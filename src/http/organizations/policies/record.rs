//! A policy as it is answered, and what refuses to change one.

use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::aggregates::signing_policy::{Command, Current, Error, Order, Policy, SigningPolicies};
use crate::http::api::Api;
use crate::http::extract::IdempotencyKey;
use crate::http::idempotency::{Done, Turn};
use crate::http::problem::{Code, Problem};
use crate::journal::StreamId;
use crate::policies::Mode;

/// A policy of what keys may sign.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SigningPolicy)]
pub struct Record {
    /// Its name.
    #[schema(example = "suppliers")]
    name: String,
    /// How it stands; null where it does not count yet.
    current: Option<Standing>,
    /// The change that waits; null where none does.
    waiting: Option<Change>,
}

/// How a policy stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SigningPolicyStanding)]
struct Standing {
    /// Its version.
    version: u32,
    /// `enforce`, `monitor` (it decides, and stops nothing) or `off`.
    #[schema(example = "enforce")]
    mode: &'static str,
    /// What it says: `docs/policies.md`.
    #[schema(value_type = Object)]
    document: Value,
    /// Who made it so.
    by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

/// A change of a policy that waits.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SigningPolicyChange)]
struct Change {
    /// How it will stand; null where it will be gone.
    next: Option<Standing>,
    /// Who wants it.
    by: String,
    /// From when on it counts.
    #[serde(with = "time::serde::rfc3339")]
    counts_from: OffsetDateTime,
}

impl Standing {
    fn of(current: &Current) -> Result<Self, Problem> {
        Ok(Self {
            version: current.version,
            mode: current.mode.name(),
            document: serde_json::to_value(&current.document).map_err(Problem::internal)?,
            by: current.by.clone(),
            at: current.at,
        })
    }
}

impl Record {
    pub(super) fn of(name: &str, policy: &Policy, at: OffsetDateTime) -> Result<Self, Problem> {
        let change = policy.waiting(at).map(|it| {
            let next = it.next.as_ref().map(Standing::of).transpose()?;
            Ok::<_, Problem>(Change { next, by: it.by.clone(), counts_from: it.counts_from })
        });
        Ok(Self {
            name: name.to_owned(),
            current: policy.current(at).map(Standing::of).transpose()?,
            waiting: change.transpose()?,
        })
    }

    /// The policy of a name, as it is now.
    pub(super) async fn load(api: &Api, who: &Principal, name: &str) -> Result<Self, Problem> {
        let (all, at) = (load(api, who).await?, api.clock.now());
        let policy = all.policy(name, at);
        Self::of(name, policy.ok_or_else(|| Problem::new(Code::PolicyNotFound))?, at)
    }
}

/// The policies of the one who asks.
pub(super) async fn load(api: &Api, who: &Principal) -> Result<SigningPolicies, Problem> {
    Ok(api.signing_policies.load(&who.organization.to_string()).await?.aggregate)
}

/// Carries an order out, once.
pub(super) async fn carry_out(
    api: &Api,
    who: &Principal,
    (key, fingerprint): (IdempotencyKey, &str),
    order: Order,
) -> Result<Done, Problem> {
    match Turn::take(api, who, key, fingerprint).await? {
        Turn::Replay(done) => Ok(done),
        Turn::Fresh(ticket) => {
            let (organization, by, at) = (who.organization, who.to_string(), api.clock.now());
            let command = Command { organization, by, at, order };
            let stream = StreamId::signing_policy(organization);
            ticket.execute(api, who, &api.signing_policies, stream, command).await
        }
    }
}

/// How a policy is applied, by its name.
pub(super) fn mode_of(text: &str) -> Result<Mode, Problem> {
    let all = [Mode::Enforce, Mode::Monitor, Mode::Off];
    let mode = all.into_iter().find(|it| it.name() == text);
    let message = "must be `enforce`, `monitor` or `off`";
    mode.ok_or_else(|| Problem::new(Code::InvalidBody).at("/mode", message))
}

impl From<Error> for Problem {
    fn from(refusal: Error) -> Self {
        match refusal {
            Error::Unknown => Self::new(Code::PolicyNotFound),
            Error::NotYet | Error::NothingWaits | Error::Full => {
                Self::new(Code::PolicyRefuses).because(refusal)
            }
            Error::TooLong => Self::new(Code::InvalidBody).at("/seconds", refusal),
        }
    }
}
