//! What is kept as the API shows it, and what refuses to change it.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::aggregates::retention::{Command, Error, Hold, Order, Policy, Retention, Scope};
use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::extract::IdempotencyKey;
use crate::http::idempotency::Turn;
use crate::http::problem::{Code, Problem};
use crate::journal::StreamId;
use crate::primitives::HoldId;

/// What an organization keeps, and for how long.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Retention)]
pub struct Record {
    /// After how many days runs are deleted for good; null where they are kept.
    #[schema(example = 2555)]
    delete_after_days: Option<u32>,
    /// What was settled and does not count yet; null where nothing is.
    waiting: Option<Waiting>,
    /// What may not be deleted, whatever was settled.
    holds: Vec<Standing>,
}

/// What will count.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RetentionWaiting)]
struct Waiting {
    /// After how many days runs will be deleted; null where they will be kept.
    delete_after_days: Option<u32>,
    /// From when on.
    #[serde(with = "time::serde::rfc3339")]
    effective_at: OffsetDateTime,
    /// Who settled it.
    by: String,
}

/// A hold that stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RetentionHold)]
struct Standing {
    /// The hold.
    #[schema(value_type = String)]
    hold_id: HoldId,
    /// What is held.
    scope: Scope,
    /// Why.
    reason: String,
    /// Who placed it.
    by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

impl Record {
    /// What is kept at this moment.
    fn of(retention: Retention, now: OffsetDateTime) -> Self {
        let delete_after_days = retention.in_force(now).and_then(|it| it.delete_after_days);
        let waits = |policy: &Policy| policy.effective_at > now;
        let waiting = retention.policy.filter(waits).map(|policy| Waiting {
            delete_after_days: policy.delete_after_days,
            effective_at: policy.effective_at,
            by: policy.by,
        });
        let holds = retention.holds.into_iter().map(|(hold_id, hold)| {
            let Hold { scope, reason, by, at } = hold;
            Standing { hold_id, scope, reason, by, at }
        });
        Self { delete_after_days, waiting, holds: holds.collect() }
    }

    /// That of the principal's organization.
    pub(super) async fn load(api: &Api, who: &Principal) -> Result<Self, Problem> {
        let retention = api.retentions.load(&who.organization.to_string()).await?.aggregate;
        Ok(Self::of(retention, api.clock.now()))
    }
}

/// Carries an order out once, and shows what is kept then.
pub(super) async fn carry_out(
    api: &Api,
    who: &Principal,
    (key, fingerprint): (IdempotencyKey, &str),
    order: Order,
) -> Result<Answer<Record>, Problem> {
    let done = match Turn::take(api, who, key, fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let (organization, by, at) = (who.organization, who.to_string(), api.clock.now());
            let command = Command { organization, by, at, order };
            let stream = StreamId::retention(organization);
            ticket.execute(api, who, &api.retentions, stream, command).await?
        }
    };
    let record = Record::load(api, who).await?;
    let written = api.written(&done.stream, done.sequence).await;
    Ok(Answer::ok(record).written(written).replayed(done.replayed))
}

impl From<Error> for Problem {
    fn from(refusal: Error) -> Self {
        match refusal {
            Error::TooSoon => Self::new(Code::InvalidBody).at("/deleteAfterDays", refusal),
            Error::Reason => Self::new(Code::InvalidBody).at("/reason", refusal),
            Error::TooMany | Error::Kept => Self::new(Code::RetentionRefuses).because(refusal),
            Error::Held => Self::new(Code::SubjectHeld),
            Error::NotOrdered => Self::internal(refusal),
            Error::UnknownHold => Self::new(Code::HoldNotFound),
        }
    }
}
