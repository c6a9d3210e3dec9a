//! The questions to the views of usage.

use time::{Date, Duration};

use super::Projector;
use crate::aggregates::account::Month;
use crate::primitives::{OrganizationId, RunId, WorkflowId};
use crate::projections::error::while_doing;
use crate::projections::page::Reflecting;
use crate::projections::{Error, Positions, Views};

/// Days in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first.
    pub first: Date,
    /// The last.
    pub last: Date,
}

impl Span {
    /// The days of a month.
    pub fn of(month: Month) -> Self {
        Self { first: month.first_day(), last: month.next().first_day() - Duration::DAY }
    }
}

/// Which usage is wanted: all that is set must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filter<'a> {
    /// That of these days.
    pub span: Span,
    /// That of this workflow's runs.
    pub workflow: Option<WorkflowId>,
    /// That of nodes of this type.
    pub node_type: Option<&'a str>,
}

/// What nodes of one type used on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// The day, in UTC.
    pub day: Date,
    /// The type of the nodes.
    pub node_type: String,
    /// `trigger` or `action`.
    pub role: String,
    /// The table by which they were priced.
    pub prices: i32,
    /// How many executions there were.
    pub executions: i64,
    /// What they cost.
    pub units: i64,
}

/// What the runs of one workflow used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfWorkflow {
    /// The workflow.
    pub workflow_id: String,
    /// How many executions there were.
    pub executions: i64,
    /// What they cost.
    pub units: i64,
}

/// What an account was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Credits {
    /// What was granted.
    pub granted: i64,
    /// What was paid for.
    pub deposited: i64,
}

/// What usage is asked. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Usage {
    views: Views,
    positions: Positions,
}

impl Usage {
    /// Asks these views.
    pub fn new(views: Views, positions: Positions) -> Self {
        Self { views, positions }
    }

    pub(super) const fn views(&self) -> &Views {
        &self.views
    }

    pub(super) const fn positions(&self) -> &Positions {
        &self.positions
    }

    /// What was used, by day, node type and table of prices, in this order.
    pub async fn days(
        &self,
        organization: OrganizationId,
        filter: Filter<'_>,
    ) -> Result<Reflecting<Vec<Day>>, Error> {
        let position = self.positions.of(Projector::NAME).await?;
        let mut reader = self.views.of(organization).await?;
        let value = sqlx::query_as!(
            Day,
            r#"select day as "day!", node_type as "node_type!", role as "role!",
                      prices as "prices!", sum(executions)::bigint as "executions!",
                      sum(units)::bigint as "units!"
                 from view_usage_days
                where organization_id = $1 and day between $2 and $3
                  and ($4::text is null or workflow_id = $4)
                  and ($5::text is null or node_type = $5)
                group by 1, 2, 3, 4 order by 1, 2, 3, 4"#,
            organization.to_string(),
            filter.span.first,
            filter.span.last,
            filter.workflow.map(|workflow| workflow.to_string()),
            filter.node_type,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("asking what was used"))?;
        Ok(Reflecting { value, position })
    }

    /// What each workflow's runs used, the hungriest first, `limit` of them.
    pub async fn workflows(
        &self,
        organization: OrganizationId,
        span: Span,
        limit: i64,
    ) -> Result<Vec<OfWorkflow>, Error> {
        let mut reader = self.views.of(organization).await?;
        sqlx::query_as!(
            OfWorkflow,
            r#"select workflow_id as "workflow_id!", sum(executions)::bigint as "executions!",
                      sum(units)::bigint as "units!"
                 from view_usage_days
                where organization_id = $1 and day between $2 and $3
                group by 1 order by sum(units) desc, 1 limit $4"#,
            organization.to_string(),
            span.first,
            span.last,
            limit,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("asking what workflows used"))
    }

    /// What an account was given in a month.
    pub async fn credits(
        &self,
        organization: OrganizationId,
        month: Month,
    ) -> Result<Credits, Error> {
        let mut reader = self.views.of(organization).await?;
        let row = sqlx::query_as!(
            Credits,
            r#"select granted as "granted!", deposited as "deposited!" from view_credits
                where organization_id = $1 and month = $2"#,
            organization.to_string(),
            month.first_day(),
        )
        .fetch_optional(reader.rows())
        .await
        .map_err(while_doing("asking what an account was given"))?;
        Ok(row.unwrap_or_default())
    }

    /// What a run has used; none while the view does not know it.
    pub async fn of_run(
        &self,
        organization: OrganizationId,
        run: RunId,
    ) -> Result<Option<i64>, Error> {
        let mut reader = self.views.of(organization).await?;
        sqlx::query_scalar!(
            r#"select units as "units!" from view_run_units
                where run_id = $1 and organization_id = $2"#,
            run.to_string(),
            organization.to_string(),
        )
        .fetch_optional(reader.rows())
        .await
        .map_err(while_doing("asking what a run used"))
    }
}
