//! From events of sales and of payments to rows.

use alloy_primitives::B256;
use futures::future::BoxFuture;
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::aggregates::payment::{self, Opening, Outcome, Wish};
use crate::aggregates::sale::{self, Reservation};
use crate::journal::Recorded;
use crate::projections::concern;
use crate::projections::error::while_doing;
use crate::projections::projection::Projection;
use crate::projections::text::Text;
use crate::projections::{Error, facts};

/// The projection behind `view_payments` and `view_sales`.
#[derive(Debug, Clone, Copy)]
pub struct Projector;

impl Projector {
    /// Its name.
    pub const NAME: &'static str = "x402";
}

impl Projection for Projector {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn version(&self) -> i32 {
        1
    }

    fn concerns(&self, event: &Recorded) -> bool {
        concern::is_of(event, &[concern::SALE, concern::PAYMENT])
    }

    fn write<'a>(
        &'a self,
        connection: &'a mut PgConnection,
        events: &'a [&'a Recorded],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            for (event, change) in facts::of_sales(events)? {
                sold(connection, event, change).await?;
            }
            for (event, change) in facts::of_payments(events)? {
                paid(connection, event, change).await?;
            }
            Ok(())
        })
    }
}

/// What an event changes of a row.
#[derive(Debug, Default)]
struct Change {
    status: &'static str,
    run: Option<String>,
    transaction: Option<B256>,
    reason: Option<String>,
    ended: bool,
}

impl Change {
    fn to(status: &'static str) -> Self {
        Self { status, ..Self::default() }
    }

    fn end(status: &'static str, reason: Option<String>) -> Self {
        Self { reason, ended: true, ..Self::to(status) }
    }
}

async fn sold(
    connection: &mut PgConnection,
    event: &Recorded,
    change: sale::Event,
) -> Result<(), Error> {
    let (change, at) = match change {
        sale::Event::Reserved { reservation, at } => {
            return reserved(connection, event, &reservation, at).await;
        }
        sale::Event::Begun { run_id, at } => {
            (Change { run: Some(run_id.to_string()), ..Change::to("pending") }, at)
        }
        sale::Event::Declined { reason, at } => (Change::end("declined", Some(reason)), at),
        sale::Event::Asked { at } => (Change::to("pending"), at),
        sale::Event::Doubted { reason, at } => {
            (Change { reason: Some(reason), ..Change::to("pending") }, at)
        }
        sale::Event::Settled { transaction, at } => {
            (Change { transaction, ..Change::end("settled", None) }, at)
        }
        sale::Event::Refused { reason, at } => (Change::end("refused", Some(reason)), at),
    };
    let Change { status, run, transaction, reason, ended } = change;
    sqlx::query!(
        "update sales
            set status = $2, run_id = coalesce($3, run_id),
                transaction_hash = coalesce($4, transaction_hash), reason = $5, updated_at = $6::timestamptz,
                ended_at = case when $7 then $6::timestamptz end
          where sale_id = $1",
        event.aggregate_id,
        status,
        run,
        transaction.map(|it| it.to_string()),
        reason.map(|reason| Text::from(reason).to_string()),
        at,
        ended,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("keeping what became of a sale"))
}

async fn reserved(
    connection: &mut PgConnection,
    event: &Recorded,
    it: &Reservation,
    at: OffsetDateTime,
) -> Result<(), Error> {
    let terms = &it.terms;
    sqlx::query!(
        "insert into sales (sale_id, organization_id, workflow_id, status, payer, chain_id, token,
                            amount, pay_to, position, reserved_at, updated_at)
         values ($1, $2, $3, 'reserved', $4, $5, $6, $7::text::numeric, $8, $9, $10, $10)",
        event.aggregate_id,
        event.organization.to_string(),
        it.workflow_id.to_string(),
        it.payment.authorization.from.to_checksum(None),
        i64::try_from(terms.chain).unwrap_or(i64::MAX),
        terms.asset.to_checksum(None),
        terms.amount.to_string(),
        terms.pay_to.to_checksum(None),
        event.position,
        at,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("keeping a sale"))
}

async fn paid(
    connection: &mut PgConnection,
    event: &Recorded,
    change: payment::Event,
) -> Result<(), Error> {
    let (change, at) = match change {
        payment::Event::Opened { opening, at } => {
            return opened(connection, event, *opening, at).await;
        }
        payment::Event::Wanted { wish, at } => return wanted(connection, event, &wish, at).await,
        payment::Event::Answered { at, .. } => (Change::end("answered", None), at),
        payment::Event::Declined { reason, at } => (Change::end("declined", Some(reason)), at),
        payment::Event::Denied { reason, at } => (Change::end("denied", Some(reason)), at),
        payment::Event::Signed { at, .. } => (Change::to("signed"), at),
        payment::Event::Presented { outcome, at } => {
            let (status, reason) = match outcome {
                Outcome::Unknown { message } => ("pending", Some(message)),
                Outcome::Pending => ("pending", None),
                Outcome::Refused { reason, .. } => ("refused", Some(reason)),
            };
            (Change { reason, ..Change::to(status) }, at)
        }
        payment::Event::Paid { transaction, at, .. } => {
            (Change { transaction, ..Change::end("paid", None) }, at)
        }
        payment::Event::Lost { transaction, at, .. } => {
            let reason = Some("nothing was given for it".to_owned());
            (Change { transaction, ..Change::end("lost", reason) }, at)
        }
        payment::Event::Expired { at, .. } => {
            let reason = Some("it was not carried out in time".to_owned());
            (Change::end("expired", reason), at)
        }
    };
    let Change { status, run: _, transaction, reason, ended } = change;
    sqlx::query!(
        "update payments
            set status = $2, transaction_hash = coalesce($3, transaction_hash), reason = $4,
                updated_at = $5::timestamptz, ended_at = case when $6 then $5::timestamptz end
          where payment_id = $1",
        event.aggregate_id,
        status,
        transaction.map(|it| it.to_string()),
        reason.map(|reason| Text::from(reason).to_string()),
        at,
        ended,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("keeping what became of a payment"))
}

async fn opened(
    connection: &mut PgConnection,
    event: &Recorded,
    it: Opening,
    at: OffsetDateTime,
) -> Result<(), Error> {
    let text = |text: String| Text::from(text).to_string();
    sqlx::query!(
        "insert into payments (payment_id, organization_id, endpoint_id, run_id, node_id,
                               workflow_id, made_by, method, url, status, position, opened_at,
                               updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'opened', $10, $11, $11)",
        event.aggregate_id,
        event.organization.to_string(),
        it.endpoint_id.map(|it| it.to_string()),
        it.origin.run_id.map(|it| it.to_string()),
        it.origin.node_id.map(text),
        it.origin.workflow_id.map(|it| it.to_string()),
        text(it.origin.by),
        text(it.method),
        text(it.url),
        event.position,
        at,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("keeping a payment"))
}

async fn wanted(
    connection: &mut PgConnection,
    event: &Recorded,
    wish: &Wish,
    at: OffsetDateTime,
) -> Result<(), Error> {
    let terms = &wish.offer.terms;
    sqlx::query!(
        "update payments
            set status = 'wanted', wallet_id = $2, chain_id = $3, token = $4,
                amount = $5::text::numeric, pay_to = $6, reason = null, updated_at = $7,
                ended_at = null
          where payment_id = $1",
        event.aggregate_id,
        wish.wallet_id.to_string(),
        i64::try_from(terms.chain).unwrap_or(i64::MAX),
        terms.asset.to_checksum(None),
        terms.amount.to_string(),
        terms.pay_to.to_checksum(None),
        at,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("keeping what is to be paid"))
}
