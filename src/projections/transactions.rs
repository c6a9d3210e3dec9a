//! What became of the transactions that runs want. Below the fold, the questions.

use futures::future::BoxFuture;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::concern;
use super::error::{held, while_doing};
use super::page::{Page, Paging};
use super::positions::Positions;
use super::projection::Projection;
use super::text::Text;
use super::views::{HouseViews, Views};
use super::{Error, facts};
use crate::aggregates::wallet_lane::{Event, Intent};
use crate::journal::{Recorded, StreamId, slot_of};
use crate::primitives::{IntentId, OrganizationId, RunId, WalletId};

/// The projection behind `view_transactions`.
#[derive(Debug, Clone, Copy)]
pub struct Projector;

impl Projector {
    /// Its name.
    pub const NAME: &'static str = "transactions";
}

impl Projection for Projector {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn version(&self) -> i32 {
        1
    }

    fn concerns(&self, event: &Recorded) -> bool {
        concern::is_of(event, &[concern::WALLET_LANE])
    }

    fn write<'a>(
        &'a self,
        connection: &'a mut PgConnection,
        events: &'a [&'a Recorded],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            for (event, change) in facts::of_wallet_lanes(events)? {
                let intent = change.intent();
                match Change::of(change) {
                    Ok(change) => change.apply(connection, intent).await?,
                    Err((accepted, at)) => accept(connection, event, &accepted, at).await?,
                }
            }
            Ok(())
        })
    }
}

/// What an event changes of a row.
#[derive(Debug, Default)]
struct Change {
    status: Option<&'static str>,
    nonce: Option<i64>,
    hash: Option<String>,
    block_number: Option<i64>,
    reason: Option<String>,
    /// It starts over with another nonce.
    forgets_nonce: bool,
    /// Its block is gone.
    forgets_block: bool,
    at: Option<OffsetDateTime>,
    ended: bool,
}

impl Change {
    fn to(status: &'static str, at: OffsetDateTime) -> Self {
        Self { status: Some(status), at: Some(at), ..Self::default() }
    }

    fn end(status: &'static str, reason: Option<String>, at: OffsetDateTime) -> Self {
        Self { reason, ended: true, ..Self::to(status, at) }
    }

    /// What it changes; or what begins with it.
    fn of(event: Event) -> Result<Self, (Box<Intent>, OffsetDateTime)> {
        let number = |it: u64| i64::try_from(it).unwrap_or(i64::MAX);
        Ok(match event {
            Event::IntentAccepted { intent, at, .. } => return Err((intent, at)),
            Event::PolicyDecided { is_allowed: true, at, .. }
            | Event::ApprovalGranted { is_enough: true, at, .. }
            | Event::FundsArrived { at, .. } => Self::to("allowed", at),
            Event::PolicyDecided { is_allowed: false, refusal, at, .. } => {
                Self::end("denied", refusal, at)
            }
            Event::ApprovalRequested { at, .. } => Self::to("awaiting_approval", at),
            Event::ApprovalGranted { is_enough: false, at, .. }
            | Event::TopUpWanted { at, .. }
            | Event::TopUpCalledOff { at, .. }
            | Event::TopUpEnded { at, .. } => Self { at: Some(at), ..Self::default() },
            Event::ApprovalRejected { by, comment, at, .. } => {
                let comment = comment.map_or_else(String::new, |it| format!(": {it}"));
                Self::end("rejected", Some(format!("{by} rejected it{comment}")), at)
            }
            Event::ApprovalExpired { at, .. } => {
                Self::end("not_approved", Some("too few approved it in time".to_owned()), at)
            }
            Event::Simulated { at, .. } => Self::to("simulated", at),
            Event::SimulationFailed { reason, at, .. } => {
                Self::end("simulation_failed", Some(reason), at)
            }
            Event::FundsLacking { at, .. } => Self::to("awaiting_funds", at),
            Event::NonceReserved { nonce, at, .. } => {
                Self { nonce: Some(number(nonce)), at: Some(at), ..Self::default() }
            }
            Event::SignRequested { at, .. } => Self::to("signing", at),
            Event::Signed { hash, at, .. } => {
                Self { hash: Some(hash.to_string()), ..Self::to("signed", at) }
            }
            Event::BroadcastAttempted { at, .. } => Self::to("broadcast", at),
            Event::Included { inclusion, at, .. } => Self {
                hash: Some(inclusion.hash.to_string()),
                block_number: Some(number(inclusion.block_number)),
                ..Self::to("included", at)
            },
            Event::Orphaned { at, .. } => Self { forgets_block: true, ..Self::to("broadcast", at) },
            Event::Finalized { inclusion, at, .. } => {
                let status = if inclusion.is_success { "succeeded" } else { "reverted" };
                Self { hash: Some(inclusion.hash.to_string()), ..Self::end(status, None, at) }
            }
            Event::NonceConflict { at, .. } => {
                Self { forgets_nonce: true, ..Self::to("simulated", at) }
            }
            Event::CancelRequested { reason, at, .. } => {
                Self { reason: Some(reason), at: Some(at), ..Self::default() }
            }
            Event::Cancelled { reason, at, .. } => Self::end("cancelled", Some(reason), at),
        })
    }

    async fn apply(self, connection: &mut PgConnection, intent: IntentId) -> Result<(), Error> {
        sqlx::query!(
            "update transactions
                set status = case when ended_at is null then coalesce($2, status) else status end,
                    nonce = case when $6 then null else coalesce($3, nonce) end,
                    hash = case when $6 then null else coalesce($4, hash) end,
                    block_number = case when $7 then null else coalesce($5, block_number) end,
                    reason = coalesce($8, reason), updated_at = $9,
                    ended_at = case when $10 then $9 else ended_at end
              where intent_id = $1",
            intent.to_string(),
            self.status,
            self.nonce,
            self.hash,
            self.block_number,
            self.forgets_nonce,
            self.forgets_block,
            self.reason.map(|reason| Text::from(reason).to_string()),
            self.at,
            self.ended,
        )
        .execute(connection)
        .await
        .map(drop)
        .map_err(while_doing("keeping what became of a transaction"))
    }
}

async fn accept(
    connection: &mut PgConnection,
    event: &Recorded,
    intent: &Intent,
    at: OffsetDateTime,
) -> Result<(), Error> {
    let Intent { intent_id, wallet_id, chain_id, origin, call, .. } = intent;
    sqlx::query!(
        "insert into transactions (intent_id, organization_id, slot, lane, wallet_id, chain_id,
                                   run_id, node_id, workflow_id, status, receiver, value, position,
                                   accepted_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'accepted', $10, $11, $12, $13, $13)",
        intent_id.to_string(),
        event.organization.to_string(),
        slot_of(&event.aggregate_id),
        event.aggregate_id,
        wallet_id.to_string(),
        i64::try_from(*chain_id).unwrap_or(i64::MAX),
        origin.run_id.to_string(),
        Text::from(origin.node_id.as_str()).to_string(),
        origin.workflow_id.to_string(),
        call.to.map(|to| to.to_checksum(None)),
        call.value.to_string(),
        event.position,
        at,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("keeping a transaction that is wanted"))
}

/// A transaction as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Its id.
    pub intent_id: String,
    /// Who signs it.
    pub wallet_id: String,
    /// On which chain.
    pub chain_id: i64,
    /// Which run wants it.
    pub run_id: String,
    /// Where in it.
    pub node_id: String,
    /// Of which workflow.
    pub workflow_id: String,
    /// Where it stands.
    pub status: String,
    /// Whom it calls; none where it makes a contract.
    pub receiver: Option<String>,
    /// What goes along, in wei, in digits.
    pub value: String,
    /// Its nonce, once it has one.
    pub nonce: Option<i64>,
    /// Its hash, once it is signed.
    pub hash: Option<String>,
    /// The block that it stands in.
    pub block_number: Option<i64>,
    /// Why it came to nothing, or is being called off.
    pub reason: Option<String>,
    /// The position of its acceptance.
    pub position: i64,
    /// When it was accepted.
    pub accepted_at: OffsetDateTime,
    /// When something happened to it the last time.
    pub updated_at: OffsetDateTime,
    /// When it was over.
    pub ended_at: Option<OffsetDateTime>,
}

/// Which transactions are wanted: all that is set must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those of this wallet.
    pub wallet: Option<WalletId>,
    /// Those that this run wants.
    pub run: Option<RunId>,
    /// Those that stand here.
    pub status: Option<String>,
    /// This one.
    pub intent: Option<IntentId>,
}

/// The questions to the view of transactions. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Transactions {
    views: Views,
    positions: Positions,
}

impl Transactions {
    /// Asks these views.
    pub fn new(views: Views, positions: Positions) -> Self {
        Self { views, positions }
    }

    /// The transactions of an organization, the latest first.
    pub async fn list(
        &self,
        organization: OrganizationId,
        filter: &Filter,
        paging: &Paging,
    ) -> Result<Page<Summary>, Error> {
        let position = self.positions.of(Projector::NAME).await?;
        let before = paging.before()?;
        let mut reader = self.views.of(organization).await?;
        let items = sqlx::query_as!(
            Summary,
            r#"select intent_id as "intent_id!", wallet_id as "wallet_id!", chain_id as "chain_id!",
                      run_id as "run_id!", node_id as "node_id!", workflow_id as "workflow_id!",
                      status as "status!", receiver, value as "value!", nonce, hash, block_number,
                      reason, position as "position!", accepted_at as "accepted_at!",
                      updated_at as "updated_at!", ended_at
                 from view_transactions
                where organization_id = $1
                  and ($2::text is null or wallet_id = $2) and ($3::text is null or run_id = $3)
                  and ($4::text is null or status = $4) and ($5::text is null or intent_id = $5)
                  and ($6::bigint is null or position < $6)
                order by position desc limit $7 offset $8"#,
            organization.to_string(),
            filter.wallet.map(|it| it.to_string()),
            filter.run.map(|it| it.to_string()),
            filter.status,
            filter.intent.map(|it| it.to_string()),
            before,
            paging.fetched(),
            paging.offset,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("listing transactions"))?;
        Ok(Page::of(items, paging, position, |it| it.position.to_string()))
    }
}

/// A lane in which something is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OpenLane {
    /// Whose it is.
    pub organization: OrganizationId,
    /// Of which wallet.
    pub wallet: WalletId,
    /// On which chain.
    pub chain: u64,
}

impl OpenLane {
    /// The lane of an organization whose stream is called so.
    pub fn of(organization: OrganizationId, stream: &str) -> Option<Self> {
        let (wallet, chain) = stream.split_once('/')?;
        Some(Self { organization, wallet: wallet.parse().ok()?, chain: chain.parse().ok()? })
    }

    /// Its stream.
    pub fn stream(self) -> StreamId {
        StreamId::wallet_lane(self.wallet, self.chain)
    }
}

/// The lanes in these slots in which something is to be sent, at most `limit`.
pub async fn open_lanes(
    views: &HouseViews,
    slots: &[i16],
    limit: i64,
) -> Result<Vec<OpenLane>, Error> {
    let rows = sqlx::query!(
        r#"select distinct organization_id as "organization!", lane as "lane!"
             from house_transactions where slot = any ($1) and ended_at is null
            order by 2 limit $2"#,
        slots,
        limit,
    )
    .fetch_all(views.rows())
    .await
    .map_err(while_doing("asking for lanes in which something is to be sent"))?;
    rows.into_iter()
        .map(|row| {
            let lane = OpenLane::of(held(&row.organization)?, &row.lane);
            lane.ok_or_else(|| Error::Damaged(format!("{:?} is no lane", row.lane)))
        })
        .collect()
}
