//! The questions to `view_tests` and `view_test_executions`.

use std::collections::HashMap;

use time::OffsetDateTime;

use super::Projector;
use crate::primitives::{OrganizationId, TestId, WorkflowId};
use crate::projections::error::while_doing;
use crate::projections::page::{Cursor, Page, Paging};
use crate::projections::text::Text;
use crate::projections::{Error, Positions, Views};

/// A test as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// Its id.
    pub test_id: String,
    /// Its name.
    pub name: String,
    /// What it proves.
    pub description: Option<String>,
    /// `workflow` or `task`.
    pub kind: String,
    /// What it is about.
    pub target_id: Option<String>,
    /// How many cases it has.
    pub case_count: i32,
    /// The number of the record: what `expectedVersion` is compared with.
    pub record_version: i64,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: OffsetDateTime,
    /// Who changed it last.
    pub updated_by: String,
    /// When.
    pub updated_at: OffsetDateTime,
}

/// An execution as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execution {
    /// Its id.
    pub execution_id: String,
    /// The test.
    pub test_id: String,
    /// The version of the test.
    pub test_version: i64,
    /// The workflow that was tested.
    pub workflow_id: Option<String>,
    /// Which version of it.
    pub workflow_version: Option<i32>,
    /// `passed` or `failed`.
    pub status: String,
    /// How many cases passed.
    pub passed: i32,
    /// How many did not.
    pub failed: i32,
    /// Who wanted it.
    pub triggered_by: String,
    /// When it began.
    pub started_at: OffsetDateTime,
    /// When it was over.
    pub completed_at: Option<OffsetDateTime>,
}

/// Which tests are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TestFilter {
    /// Those of this workflow.
    pub workflow: Option<WorkflowId>,
    /// Those whose id or name contains this, in whatever case.
    pub text: Option<String>,
}

/// Which executions are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExecutionFilter {
    /// Those of this test.
    pub test: Option<TestId>,
    /// Those of this workflow.
    pub workflow: Option<WorkflowId>,
    /// Those that ended so: `passed` or `failed`.
    pub status: Option<&'static str>,
}

/// What tests are asked. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Trials {
    views: Views,
    positions: Positions,
}

impl Trials {
    /// Asks these views.
    pub fn new(views: Views, positions: Positions) -> Self {
        Self { views, positions }
    }

    /// The tests of an organization, the latest first.
    pub async fn tests(
        &self,
        organization: OrganizationId,
        filter: &TestFilter,
        paging: &Paging,
    ) -> Result<Page<Test>, Error> {
        let position = self.positions.of(Projector::NAME).await?;
        let mut reader = self.views.of(organization).await?;
        let items = sqlx::query_as!(
            Test,
            r#"select test_id as "test_id!", name as "name!", description, kind as "kind!",
                      target_id, case_count as "case_count!", last_sequence as "record_version!",
                      created_by as "created_by!", created_at as "created_at!",
                      updated_by as "updated_by!", updated_at as "updated_at!"
                 from view_tests
                where organization_id = $1 and not deleted
                  and ($2::text is null or target_id = $2)
                  and ($3::text is null or strpos(lower(name), lower($3)) > 0 or strpos(test_id, $3) > 0)
                  and ($4::text is null or test_id < $4)
                order by test_id desc limit $5 offset $6"#,
            organization.to_string(),
            filter.workflow.map(|workflow| workflow.to_string()),
            filter.text.as_deref().map(|text| Text::from(text).to_string()),
            paging.after.as_ref().map(Cursor::key),
            paging.fetched(),
            paging.offset,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("listing tests"))?;
        Ok(Page::of(items, paging, position, |row| row.test_id.clone()))
    }

    /// The executions of an organization, the latest first.
    pub async fn executions(
        &self,
        organization: OrganizationId,
        filter: &ExecutionFilter,
        paging: &Paging,
    ) -> Result<Page<Execution>, Error> {
        let position = self.positions.of(Projector::NAME).await?;
        let mut reader = self.views.of(organization).await?;
        let items = sqlx::query_as!(
            Execution,
            r#"select execution_id as "execution_id!", test_id as "test_id!",
                      test_version as "test_version!", workflow_id, workflow_version,
                      status as "status!", passed as "passed!", failed as "failed!",
                      triggered_by as "triggered_by!", started_at as "started_at!", completed_at
                 from view_test_executions
                where organization_id = $1
                  and ($2::text is null or test_id = $2)
                  and ($3::text is null or workflow_id = $3)
                  and ($4::text is null or status = $4)
                  and ($5::text is null or execution_id < $5)
                order by execution_id desc limit $6 offset $7"#,
            organization.to_string(),
            filter.test.map(|test| test.to_string()),
            filter.workflow.map(|workflow| workflow.to_string()),
            filter.status,
            paging.after.as_ref().map(Cursor::key),
            paging.fetched(),
            paging.offset,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("listing the executions of tests"))?;
        Ok(Page::of(items, paging, position, |row| row.execution_id.clone()))
    }

    /// The last execution of each of these tests that was ever executed, by test.
    pub async fn last_executions(
        &self,
        organization: OrganizationId,
        tests: &[String],
    ) -> Result<HashMap<String, Execution>, Error> {
        let mut reader = self.views.of(organization).await?;
        let last = sqlx::query_as!(
            Execution,
            r#"select e.execution_id as "execution_id!", e.test_id as "test_id!",
                      e.test_version as "test_version!", e.workflow_id, e.workflow_version,
                      e.status as "status!", e.passed as "passed!", e.failed as "failed!",
                      e.triggered_by as "triggered_by!", e.started_at as "started_at!", e.completed_at
                 from unnest($2::text[]) wanted (test_id)
                cross join lateral (select * from view_test_executions
                                     where organization_id = $1 and test_id = wanted.test_id
                                     order by execution_id desc limit 1) e"#,
            organization.to_string(),
            tests,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("looking for the last executions of tests"))?;
        Ok(last.into_iter().map(|execution| (execution.test_id.clone(), execution)).collect())
    }
}
