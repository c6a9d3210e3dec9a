//! The questions to the view of payments.

use time::OffsetDateTime;

use super::Projector;
use crate::primitives::{OrganizationId, PaidEndpointId, PaymentId, RunId};
use crate::projections::error::while_doing;
use crate::projections::{Error, Page, Paging, Positions, Views};

/// A payment for an HTTP request, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Its id.
    pub payment_id: String,
    /// The endpoint of the organization that is meant.
    pub endpoint_id: Option<String>,
    /// The run that wants it.
    pub run_id: Option<String>,
    /// Where in it.
    pub node_id: Option<String>,
    /// Of which workflow.
    pub workflow_id: Option<String>,
    /// Who wants it.
    pub made_by: String,
    /// The method.
    pub method: String,
    /// The URL without its query.
    pub url: String,
    /// Where it stands.
    pub status: String,
    /// Who pays.
    pub wallet_id: Option<String>,
    /// On which chain.
    pub chain_id: Option<i64>,
    /// In which token.
    pub token: Option<String>,
    /// How much, in its smallest unit, in digits.
    pub amount: Option<String>,
    /// Who is paid.
    pub pay_to: Option<String>,
    /// The transaction that moved the money.
    pub transaction_hash: Option<String>,
    /// Why nothing was paid, or given.
    pub reason: Option<String>,
    /// The position of its beginning.
    pub position: i64,
    /// When it began.
    pub opened_at: OffsetDateTime,
    /// When something happened to it the last time.
    pub updated_at: OffsetDateTime,
    /// When it was over.
    pub ended_at: Option<OffsetDateTime>,
}

/// Which payments are wanted: all that is set must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PaymentFilter {
    /// Those for this endpoint.
    pub endpoint: Option<PaidEndpointId>,
    /// Those of this run.
    pub run: Option<RunId>,
    /// Those that stand here.
    pub status: Option<String>,
    /// This one.
    pub payment: Option<PaymentId>,
}

/// How an endpoint does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    /// The endpoint.
    pub endpoint_id: String,
    /// How many requests were made of it.
    pub total_calls: i64,
    /// How many were answered.
    pub success_count: i64,
    /// How many came to nothing.
    pub failure_count: i64,
    /// How long an answer took on the average, in milliseconds.
    pub avg_response_ms: Option<i64>,
    /// When the last one began.
    pub last_called_at: Option<OffsetDateTime>,
    /// Why the last one that came to nothing did.
    pub last_error: Option<String>,
    /// When that was.
    pub last_error_at: Option<OffsetDateTime>,
}

/// How much of a token an endpoint was paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spent {
    /// The endpoint.
    pub endpoint_id: String,
    /// The token.
    pub token: String,
    /// How much, in its smallest unit, in digits.
    pub amount: String,
}

/// The questions to the view of payments. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Payments {
    views: Views,
    positions: Positions,
}

impl Payments {
    /// Asks these views.
    pub const fn new(views: Views, positions: Positions) -> Self {
        Self { views, positions }
    }

    /// The payments of an organization, the latest first.
    ///
    /// # Errors
    /// The cursor is none of this list, or the database does not answer.
    pub async fn list(
        &self,
        organization: OrganizationId,
        filter: &PaymentFilter,
        paging: &Paging,
    ) -> Result<Page<Payment>, Error> {
        let position = self.positions.of(Projector::NAME).await?;
        let before = paging.before()?;
        let mut reader = self.views.of(organization).await?;
        let items = sqlx::query_as!(
            Payment,
            r#"select payment_id as "payment_id!", endpoint_id, run_id, node_id, workflow_id,
                      made_by as "made_by!", method as "method!", url as "url!",
                      status as "status!", wallet_id, chain_id, token, amount::text as amount,
                      pay_to, transaction_hash, reason, position as "position!",
                      opened_at as "opened_at!", updated_at as "updated_at!", ended_at
                 from view_payments
                where organization_id = $1
                  and ($2::text is null or endpoint_id = $2) and ($3::text is null or run_id = $3)
                  and ($4::text is null or status = $4) and ($5::text is null or payment_id = $5)
                  and ($6::bigint is null or position < $6)
                order by position desc limit $7 offset $8"#,
            organization.to_string(),
            filter.endpoint.map(|it| it.to_string()),
            filter.run.map(|it| it.to_string()),
            filter.status,
            filter.payment.map(|it| it.to_string()),
            before,
            paging.fetched(),
            paging.offset,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("listing payments"))?;
        Ok(Page::of(items, paging, position, |it| it.position.to_string()))
    }

    /// How the endpoints of an organization do that were called, by their ids.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn stats(
        &self,
        organization: OrganizationId,
        endpoints: &[String],
    ) -> Result<(Vec<Stats>, Vec<Spent>), Error> {
        let mut reader = self.views.of(organization).await?;
        let stats = sqlx::query_as!(
            Stats,
            r#"select endpoint_id as "endpoint_id!", count(*) as "total_calls!",
                      count(*) filter (where status in ('paid', 'answered')) as "success_count!",
                      count(*) filter (where status in
                        ('declined', 'denied', 'refused', 'lost', 'expired')) as "failure_count!",
                      (avg(extract(epoch from ended_at - opened_at) * 1000)
                        filter (where status in ('paid', 'answered')))::bigint as avg_response_ms,
                      max(opened_at) as last_called_at,
                      (array_agg(reason order by updated_at desc)
                        filter (where reason is not null))[1] as last_error,
                      max(updated_at) filter (where reason is not null) as last_error_at
                 from view_payments
                where organization_id = $1 and endpoint_id = any ($2)
                group by endpoint_id"#,
            organization.to_string(),
            endpoints,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("asking how paid endpoints do"))?;
        let spent = sqlx::query_as!(
            Spent,
            r#"select endpoint_id as "endpoint_id!", token as "token!",
                      sum(amount)::text as "amount!"
                 from view_payments
                where organization_id = $1 and endpoint_id = any ($2)
                  and status in ('paid', 'lost') and token is not null
                group by endpoint_id, token order by 1, 2"#,
            organization.to_string(),
            endpoints,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("asking what paid endpoints were paid"))?;
        Ok((stats, spent))
    }
}
