use actix_web::web::Data;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::problem::Problem;
use crate::journal::reading::{Catalogue, Kept};
use crate::primitives::hex;

/// A part of the organization's runs that has left the database, or is about to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LedgerSegment {
    /// The segment.
    #[schema(example = "seg_01h455vb4pex5vsknk084sn02q")]
    segment_id: String,
    /// The month in which its runs began.
    #[schema(example = "2026_01")]
    month: String,
    /// Which of the organization's segments of the month, from 1.
    part: i32,
    /// The SHA-256 of the file.
    sha256: String,
    /// The size of the file.
    bytes: i64,
    /// How many events it has.
    events: i64,
    /// How many runs.
    runs: i64,
    /// The position of its first event.
    first_position: i64,
    /// That of its last.
    last_position: i64,
    /// `written`, `sealed`: the database is read; `detached`: the file is, and the database has the rows still;
    /// `moved`: the file alone has them; `deleted`: by order.
    #[schema(example = "moved")]
    state: &'static str,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    changed_at: OffsetDateTime,
}

impl From<Kept> for LedgerSegment {
    fn from(kept: Kept) -> Self {
        Self {
            sha256: hex(&kept.digest),
            state: kept.state.name(),
            segment_id: kept.segment_id,
            month: kept.month,
            part: kept.part,
            bytes: kept.bytes,
            events: kept.events,
            runs: kept.runs,
            first_position: kept.first_position,
            last_position: kept.last_position,
            changed_at: kept.changed_at,
        }
    }
}

/// The segments of the organization, by month: which runs have left the database, and which were deleted.
#[utoipa::path(
    get,
    operation_id = "list_segments",
    path = "/v1/retention/segments",
    tag = "retention",
    responses((status = 200, description = "The segments", body = Envelope<Page<LedgerSegment>>)),
)]
pub async fn segments(
    api: Data<Api>,
    who: Principal,
) -> Result<Answer<Page<LedgerSegment>>, Problem> {
    let own = Catalogue::new(api.journal.pool().clone()).list_of(who.organization).await?;
    let items: Vec<LedgerSegment> = own.into_iter().map(LedgerSegment::from).collect();
    let limit = i64::try_from(items.len()).unwrap_or(i64::MAX);
    Ok(Answer::ok(Page { items, limit, offset: 0, has_more: false, cursor: None }))
}
