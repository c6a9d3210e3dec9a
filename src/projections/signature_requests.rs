//! What became of the documents that should be signed. Below the fold, the questions.

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
use crate::aggregates::signature_request::{Event, Intent, NOT_APPROVED, rejection};
use crate::journal::{Recorded, StreamId, slot_of};
use crate::primitives::{IntentId, OrganizationId, RunId, WalletId};

/// The projection behind `view_signature_requests`.
#[derive(Debug, Clone, Copy)]
pub struct Projector;

impl Projector {
    /// Its name.
    pub const NAME: &'static str = "signature_requests";
}

impl Projection for Projector {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn version(&self) -> i32 {
        1
    }

    fn concerns(&self, event: &Recorded) -> bool {
        concern::is_of(event, &[concern::SIGNATURE_REQUEST])
    }

    fn write<'a>(
        &'a self,
        connection: &'a mut PgConnection,
        events: &'a [&'a Recorded],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            for (event, change) in facts::of_signature_requests(events)? {
                match Change::of(change) {
                    Ok(change) => change.apply(connection, &event.aggregate_id).await?,
                    Err((intent, at)) => accept(connection, event, &intent, at).await?,
                }
            }
            Ok(())
        })
    }
}

/// What an event changes of a row.
struct Change {
    status: &'static str,
    reason: Option<String>,
    at: OffsetDateTime,
    ended: bool,
}

impl Change {
    /// What it changes; or what begins with it.
    fn of(event: Event) -> Result<Self, (Box<Intent>, OffsetDateTime)> {
        let to = |status, at| Self { status, reason: None, at, ended: false };
        let end = |status, reason, at| Self { status, reason, at, ended: true };
        Ok(match event {
            Event::Accepted { intent, at, .. } => return Err((intent, at)),
            Event::PolicyDecided { is_allowed: true, at, .. }
            | Event::ApprovalGranted { is_enough: true, at, .. } => to("allowed", at),
            Event::PolicyDecided { is_allowed: false, refusal, at, .. } => {
                end("denied", refusal, at)
            }
            Event::ApprovalRequested { at, .. }
            | Event::ApprovalGranted { is_enough: false, at, .. } => to("awaiting_approval", at),
            Event::ApprovalRejected { by, comment, at, .. } => {
                end("rejected", Some(rejection(&by, comment.as_deref())), at)
            }
            Event::ApprovalExpired { at, .. } => {
                end("not_approved", Some(NOT_APPROVED.to_owned()), at)
            }
            Event::SignRequested { at, .. } => to("signing", at),
            Event::Signed { at, .. } => end("signed", None, at),
            Event::Refused { reason, at, .. } => end("refused", Some(reason), at),
            Event::Cancelled { reason, at, .. } => end("cancelled", Some(reason), at),
            Event::Settled { at, .. } => to("settled", at),
            Event::Lapsed { at, .. } => to("lapsed", at),
        })
    }

    async fn apply(self, connection: &mut PgConnection, intent: &str) -> Result<(), Error> {
        sqlx::query!(
            "update signature_requests
                set status = $2, reason = coalesce($3, reason), updated_at = $4,
                    ended_at = case when $5 then $4 else ended_at end
              where intent_id = $1",
            intent,
            self.status,
            self.reason.map(|reason| Text::from(reason).to_string()),
            self.at,
            self.ended,
        )
        .execute(connection)
        .await
        .map(drop)
        .map_err(while_doing("keeping what became of a document that should be signed"))
    }
}

async fn accept(
    connection: &mut PgConnection,
    event: &Recorded,
    intent: &Intent,
    at: OffsetDateTime,
) -> Result<(), Error> {
    let Intent { intent_id, wallet_id, origin, user, document, .. } = intent;
    let domain = document.domain();
    sqlx::query!(
        "insert into signature_requests (intent_id, organization_id, slot, wallet_id, chain_id,
                                         run_id, node_id, workflow_id, holder, primary_type,
                                         verifying_contract, digest, status, position,
                                         accepted_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'accepted', $13, $14, $14)",
        intent_id.to_string(),
        event.organization.to_string(),
        slot_of(&event.aggregate_id),
        wallet_id.to_string(),
        domain.chain_id.map(|chain| i64::try_from(chain).unwrap_or(i64::MAX)),
        origin.run_id.to_string(),
        Text::from(origin.node_id.as_str()).to_string(),
        origin.workflow_id.to_string(),
        user.as_ref().map(|user| Text::from(user.as_str()).to_string()),
        document.primary_type(),
        domain.verifying_contract.map(|it| it.to_checksum(None)),
        document.digest().to_string(),
        event.position,
        at,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("keeping a document that should be signed"))
}

/// A document as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Its id.
    pub intent_id: String,
    /// Who signs it.
    pub wallet_id: String,
    /// On which chain it counts; none where it names none.
    pub chain_id: Option<i64>,
    /// Which run wants it.
    pub run_id: String,
    /// Where in it.
    pub node_id: String,
    /// Of which workflow.
    pub workflow_id: String,
    /// Who uses the signature, where that is not the node.
    pub holder: Option<String>,
    /// The type of its message.
    pub primary_type: String,
    /// The contract that looks at its signature.
    pub verifying_contract: Option<String>,
    /// What is signed.
    pub digest: String,
    /// Where it stands.
    pub status: String,
    /// Why it came to nothing.
    pub reason: Option<String>,
    /// The position of its acceptance.
    pub position: i64,
    /// When it was accepted.
    pub accepted_at: OffsetDateTime,
    /// When something happened to it the last time.
    pub updated_at: OffsetDateTime,
    /// When it was signed, or given up.
    pub ended_at: Option<OffsetDateTime>,
}

/// Which documents are wanted: all that is set must hold.
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

/// The questions to the view of documents that should be signed. Cheap to clone.
#[derive(Debug, Clone)]
pub struct SignatureRequests {
    views: Views,
    positions: Positions,
}

impl SignatureRequests {
    /// Asks these views.
    pub fn new(views: Views, positions: Positions) -> Self {
        Self { views, positions }
    }

    /// The documents of an organization, the latest first.
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
            r#"select intent_id as "intent_id!", wallet_id as "wallet_id!", chain_id,
                      run_id as "run_id!", node_id as "node_id!", workflow_id as "workflow_id!",
                      holder, primary_type as "primary_type!", verifying_contract,
                      digest as "digest!", status as "status!", reason, position as "position!",
                      accepted_at as "accepted_at!", updated_at as "updated_at!", ended_at
                 from view_signature_requests
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
        .map_err(while_doing("listing documents that should be signed"))?;
        Ok(Page::of(items, paging, position, |it| it.position.to_string()))
    }
}

/// A document that is to be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OpenDocument {
    /// Whose it is.
    pub organization: OrganizationId,
    /// Its id.
    pub intent: IntentId,
}

impl OpenDocument {
    /// Its stream.
    pub fn stream(self) -> StreamId {
        StreamId::signature_request(self.intent)
    }
}

/// The documents in these slots that are to be signed, the oldest first, at most `limit`.
pub async fn open_documents(
    views: &HouseViews,
    slots: &[i16],
    limit: i64,
) -> Result<Vec<OpenDocument>, Error> {
    let rows = sqlx::query!(
        r#"select organization_id as "organization!", intent_id as "intent!"
             from house_signature_requests where slot = any ($1) and ended_at is null
            order by 2 limit $2"#,
        slots,
        limit,
    )
    .fetch_all(views.rows())
    .await
    .map_err(while_doing("asking for documents that are to be signed"))?;
    rows.into_iter()
        .map(|row| {
            let (organization, intent) = (held(&row.organization)?, held(&row.intent)?);
            Ok(OpenDocument { organization, intent })
        })
        .collect()
}
