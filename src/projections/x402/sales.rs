//! The questions to the view of sales.

use time::OffsetDateTime;

use super::Projector;
use crate::primitives::{OrganizationId, SaleId, WorkflowId};
use crate::projections::error::while_doing;
use crate::projections::{Error, Page, Paging, Positions, Views};

/// A run that was paid for, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    /// Its id.
    pub sale_id: String,
    /// What was sold.
    pub workflow_id: String,
    /// The run that it started.
    pub run_id: Option<String>,
    /// Where it stands.
    pub status: String,
    /// Who pays.
    pub payer: String,
    /// On which chain.
    pub chain_id: i64,
    /// In which token.
    pub token: String,
    /// How much, in its smallest unit, in digits.
    pub amount: String,
    /// Who is paid.
    pub pay_to: String,
    /// The transaction that moved the money.
    pub transaction_hash: Option<String>,
    /// Why it did not move, or why that is not known.
    pub reason: Option<String>,
    /// The position of its beginning.
    pub position: i64,
    /// When it was presented.
    pub reserved_at: OffsetDateTime,
    /// When something happened to it the last time.
    pub updated_at: OffsetDateTime,
    /// When it was over.
    pub ended_at: Option<OffsetDateTime>,
}

/// Which sales are wanted: all that is set must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SaleFilter {
    /// Those of runs of this workflow.
    pub workflow: Option<WorkflowId>,
    /// Those that stand here.
    pub status: Option<String>,
    /// This one.
    pub sale: Option<SaleId>,
}

/// The questions to the view of sales. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Sales {
    views: Views,
    positions: Positions,
}

impl Sales {
    /// Asks these views.
    pub const fn new(views: Views, positions: Positions) -> Self {
        Self { views, positions }
    }

    /// The sales of an organization, the latest first.
    ///
    /// # Errors
    /// The cursor is none of this list, or the database does not answer.
    pub async fn list(
        &self,
        organization: OrganizationId,
        filter: &SaleFilter,
        paging: &Paging,
    ) -> Result<Page<Sale>, Error> {
        let position = self.positions.of(Projector::NAME).await?;
        let before = paging.before()?;
        let mut reader = self.views.of(organization).await?;
        let items = sqlx::query_as!(
            Sale,
            r#"select sale_id as "sale_id!", workflow_id as "workflow_id!", run_id,
                      status as "status!", payer as "payer!", chain_id as "chain_id!",
                      token as "token!", amount::text as "amount!", pay_to as "pay_to!",
                      transaction_hash, reason, position as "position!",
                      reserved_at as "reserved_at!", updated_at as "updated_at!", ended_at
                 from view_sales
                where organization_id = $1
                  and ($2::text is null or workflow_id = $2) and ($3::text is null or status = $3)
                  and ($4::text is null or sale_id = $4) and ($5::bigint is null or position < $5)
                order by position desc limit $6 offset $7"#,
            organization.to_string(),
            filter.workflow.map(|it| it.to_string()),
            filter.status,
            filter.sale.map(|it| it.to_string()),
            before,
            paging.fetched(),
            paging.offset,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("listing sales"))?;
        Ok(Page::of(items, paging, position, |it| it.position.to_string()))
    }
}
