//! What the log is asked.

use serde_json::Value;
use time::OffsetDateTime;

use super::Projector;
use crate::primitives::OrganizationId;
use crate::projections::Error;
use crate::projections::error::while_doing;
use crate::projections::page::{Page, Paging};
use crate::projections::positions::Positions;
use crate::projections::views::Views;

/// Whether something came to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Allowed,
    /// It was refused.
    Refused,
}

impl Outcome {
    const fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Refused => "refused",
        }
    }
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The position of its event.
    pub position: i64,
    /// When.
    pub at: OffsetDateTime,
    /// `allowed` or `refused`.
    pub outcome: String,
    /// What: `api_key.issued`, `access.forbidden`.
    pub action: String,
    /// Who.
    pub actor: String,
    /// On what: an id, or the route that was refused.
    pub subject: String,
    /// From where.
    pub address: Option<String>,
    /// By which request.
    pub request_id: Option<String>,
    /// How often, where refusals are counted together.
    pub times: i64,
    /// What more the event says.
    pub detail: Value,
}

/// Which lines are wanted: all that is set must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those of this actor.
    pub actor: Option<String>,
    /// Those whose action begins so.
    pub action: Option<String>,
    /// Those of this outcome.
    pub outcome: Option<Outcome>,
    /// Those from this address.
    pub address: Option<String>,
    /// Those from this instant on.
    pub since: Option<OffsetDateTime>,
    /// Those before this instant.
    pub until: Option<OffsetDateTime>,
}

/// The questions to `view_audit`. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Audit {
    views: Views,
    positions: Positions,
}

impl Audit {
    /// Asks these views.
    pub fn new(views: Views, positions: Positions) -> Self {
        Self { views, positions }
    }

    /// The log of an organization, the latest first.
    pub async fn list(
        &self,
        organization: OrganizationId,
        filter: &Filter,
        paging: &Paging,
    ) -> Result<Page<Entry>, Error> {
        let position = self.positions.of(Projector::NAME).await?;
        let before = paging.before()?;
        let mut reader = self.views.of(organization).await?;
        let items = sqlx::query_as!(
            Entry,
            r#"select position as "position!", at as "at!", outcome as "outcome!",
                      action as "action!", actor as "actor!", subject as "subject!", address,
                      request_id, times as "times!", detail as "detail!"
                 from view_audit
                where organization_id = $1
                  and ($2::text is null or actor = $2)
                  and ($3::text is null or starts_with(action, $3))
                  and ($4::text is null or outcome = $4)
                  and ($5::text is null or address = $5)
                  and ($6::timestamptz is null or at >= $6)
                  and ($7::timestamptz is null or at < $7)
                  and ($8::bigint is null or position < $8)
                order by position desc limit $9 offset $10"#,
            organization.to_string(),
            filter.actor,
            filter.action,
            filter.outcome.map(Outcome::name),
            filter.address,
            filter.since,
            filter.until,
            before,
            paging.fetched(),
            paging.offset,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("reading the audit log"))?;
        Ok(Page::of(items, paging, position, |entry| entry.position.to_string()))
    }
}
