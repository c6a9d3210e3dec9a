use actix_web::web::Data;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::problem::Problem;
use crate::journal::ChainStanding;

/// A chain that is watched.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChainWatchRecord {
    /// The chain's id.
    #[schema(example = 1)]
    chain_id: i64,
    /// For whom it is read: `installation`, or the id of an organization with endpoints of its own.
    #[schema(example = "installation")]
    view: String,
    /// The last block that was followed: everything up to it was read, but for `backfill`.
    cursor: i64,
    /// Its hash.
    cursor_hash: String,
    /// The highest block that was heard of.
    head: i64,
    /// How many blocks the cursor is behind it.
    lag: i64,
    /// Up to where the chain called it safe.
    safe: i64,
    /// Up to where the chain called it final.
    finalized: i64,
    /// Blocks that were passed by while nobody watched, and that are still to be read.
    backfill: i64,
    /// Matches that wait to be as sure as their triggers ask.
    waiting: i64,
    /// Matches with runs whose blocks were replaced, and that are not back yet.
    orphaned: i64,
    /// Why it is not followed any more: a person has to look.
    halted: Option<String>,
    /// When the cursor moved last.
    #[serde(with = "time::serde::rfc3339")]
    moved_at: OffsetDateTime,
}

/// The chains that are watched for live triggers: how far each was followed, what is still to be
/// read, and whether one is halted.
#[utoipa::path(
    get,
    operation_id = "list_chain_watches",
    path = "/v1/chain-watches",
    tag = "triggers",
    responses((status = 200, description = "The chains", body = Envelope<Page<ChainWatchRecord>>)),
)]
pub async fn watches(
    api: Data<Api>,
    _: Principal,
) -> Result<Answer<Page<ChainWatchRecord>>, Problem> {
    let standings = ChainStanding::list(api.journal.pool()).await?;
    let items: Vec<_> = standings.into_iter().map(ChainWatchRecord::of).collect();
    let limit = i64::try_from(items.len()).unwrap_or(i64::MAX);
    Ok(Answer::ok(Page { items, limit, offset: 0, has_more: false, cursor: None }))
}

impl ChainWatchRecord {
    /// How a watch stands.
    pub(super) fn of(it: ChainStanding) -> Self {
        Self {
            chain_id: it.chain,
            view: it.view,
            cursor: it.number,
            cursor_hash: it.hash,
            head: it.head,
            lag: (it.head - it.number).max(0),
            safe: it.safe,
            finalized: it.finalized,
            backfill: it.backfill,
            waiting: it.waiting,
            orphaned: it.orphaned,
            halted: it.halted,
            moved_at: it.moved_at,
        }
    }
}
