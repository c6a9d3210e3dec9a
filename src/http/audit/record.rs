//! A line of the audit log as the API shows it, and which lines are wanted.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::http::extract::Instant;
use crate::projections::audit::{Entry, Filter, Outcome};

/// A line of the audit log.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditEntry)]
pub struct Record {
    /// The position of its event on the ledger.
    pub(super) position: i64,
    /// When; of refusals that were counted together, the last one.
    #[serde(with = "time::serde::rfc3339")]
    pub(super) at: OffsetDateTime,
    /// `allowed` or `refused`.
    pub(super) outcome: String,
    /// What: `api_key.issued`, or `access.` with the code of the problem that was answered.
    #[schema(example = "organization.member_changed")]
    pub(super) action: String,
    /// Who: `admin`, an id, or `unknown`.
    pub(super) actor: String,
    /// On what: an id, or the route that was refused.
    pub(super) subject: String,
    /// From which address, where it was a request.
    pub(super) address: Option<String>,
    /// By which request.
    pub(super) request_id: Option<String>,
    /// How often, where refusals are counted together.
    pub(super) times: i64,
    /// What more there is to say: names, roles, permissions; never a secret.
    #[schema(value_type = Object)]
    pub(super) detail: Value,
}

impl From<Entry> for Record {
    fn from(it: Entry) -> Self {
        Self {
            position: it.position,
            at: it.at,
            outcome: it.outcome,
            action: it.action,
            actor: it.actor,
            subject: it.subject,
            address: it.address,
            request_id: it.request_id,
            times: it.times,
            detail: it.detail,
        }
    }
}

/// Whether something came to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AuditOutcome)]
pub(super) enum Wish {
    /// It was done.
    Allowed,
    /// It was refused.
    Refused,
}

/// What lines are wanted by.
pub(super) struct Asked {
    pub(super) actor: Option<String>,
    pub(super) action: Option<String>,
    pub(super) outcome: Option<Wish>,
    pub(super) address: Option<String>,
    pub(super) since: Option<Instant>,
    pub(super) until: Option<Instant>,
}

impl From<Asked> for Filter {
    fn from(asked: Asked) -> Self {
        Self {
            actor: asked.actor,
            action: asked.action,
            outcome: asked.outcome.map(|wish| match wish {
                Wish::Allowed => Outcome::Allowed,
                Wish::Refused => Outcome::Refused,
            }),
            address: asked.address,
            since: asked.since.map(Instant::get),
            until: asked.until.map(Instant::get),
        }
    }
}
