//! The questions to `view_workflows` and `view_workflow_versions`.

use time::OffsetDateTime;

use super::Projector;
use crate::primitives::{OrganizationId, WorkflowId};
use crate::projections::error::while_doing;
use crate::projections::page::{Cursor, Page, Paging, Reflecting};
use crate::projections::text::Text;
use crate::projections::{Error, Positions, Views};

pub use crate::aggregates::workflow::Status;

/// A workflow as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Its id.
    pub workflow_id: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Where it stands: `draft`, `active`, `paused`, `archived`.
    pub status: String,
    /// Why it is paused.
    pub pause_reason: Option<String>,
    /// Whether it has edits that are not published.
    pub has_draft: bool,
    /// The number of the version that triggers run.
    pub live_version: Option<i32>,
    /// The number of the record: what `expectedVersion` is compared with.
    pub record_version: i64,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: OffsetDateTime,
    /// When it last changed.
    pub updated_at: OffsetDateTime,
}

/// A workflow as it is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workflow {
    /// Its id.
    pub workflow_id: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Where it stands: `draft`, `active`, `paused`, `archived`.
    pub status: String,
    /// Why it is paused.
    pub pause_reason: Option<String>,
    /// The edits that are not published: JSON text.
    pub draft: Option<String>,
    /// The number of the version that triggers run.
    pub live_version: Option<i32>,
    /// That version's definition: JSON text.
    pub live_definition: Option<String>,
    /// The number of the record: what `expectedVersion` is compared with.
    pub record_version: i64,
    /// Who made it.
    pub created_by: String,
    /// Who changed it last.
    pub updated_by: String,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it last changed.
    pub updated_at: OffsetDateTime,
}

/// A version that was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its number.
    pub version: i32,
    /// What it does: JSON text.
    pub definition: String,
    /// The version whose content it brought back.
    pub restored_version: Option<i32>,
    /// Who published it.
    pub published_by: String,
    /// When.
    pub published_at: OffsetDateTime,
}

/// Which workflows are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those that stand here; without it, all but the archived.
    pub status: Option<Status>,
    /// Only those whose id or name contains this, in whatever case.
    pub text: Option<String>,
    /// Only those with this tag.
    pub tag: Option<String>,
    /// None of these, by id: they are private to others.
    pub hidden: Vec<String>,
}

/// What a list of workflows is asked. Cheap to clone.
#[derive(Debug, Clone)]
pub struct WorkflowCatalog {
    views: Views,
    positions: Positions,
}

impl WorkflowCatalog {
    /// Asks these views.
    pub fn new(views: Views, positions: Positions) -> Self {
        Self { views, positions }
    }

    /// The workflows of an organization, the latest first.
    pub async fn list(
        &self,
        organization: OrganizationId,
        filter: &Filter,
        paging: &Paging,
    ) -> Result<Page<Summary>, Error> {
        let position = self.positions.of(Projector::NAME).await?;
        let mut reader = self.views.of(organization).await?;
        let items = sqlx::query_as!(
            Summary,
            r#"select workflow_id as "workflow_id!", name as "name!", description,
                      status as "status!", pause_reason, draft is not null as "has_draft!",
                      live_version, last_sequence as "record_version!",
                      created_by as "created_by!", created_at as "created_at!",
                      updated_at as "updated_at!"
                 from view_workflows
                where organization_id = $1
                  and (status = $2 or $2::text is null and status <> 'archived')
                  and ($3::text is null or strpos(lower(name), lower($3)) > 0 or strpos(workflow_id, $3) > 0)
                  and ($4::text is null or workflow_id < $4) and workflow_id <> all ($7)
                  and ($8::text is null or exists (
                        select from view_workflow_words w
                         where w.workflow_id = view_workflows.workflow_id and $8 = any (w.tags)))
                order by workflow_id desc limit $5 offset $6"#,
            organization.to_string(),
            filter.status.map(name_of),
            filter.text.as_deref().map(|text| Text::from(text).to_string()),
            paging.after.as_ref().map(Cursor::key),
            paging.fetched(),
            paging.offset,
            &filter.hidden,
            filter.tag,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("listing workflows"))?;
        Ok(Page::of(items, paging, position, |row| row.workflow_id.clone()))
    }

    /// One workflow; `None` where the organization has none of that id.
    pub async fn get(
        &self,
        organization: OrganizationId,
        workflow: WorkflowId,
    ) -> Result<Reflecting<Option<Workflow>>, Error> {
        let position = self.positions.of(Projector::NAME).await?;
        let mut reader = self.views.of(organization).await?;
        let value = sqlx::query_as!(
            Workflow,
            r#"select w.workflow_id as "workflow_id!", w.name as "name!", w.description,
                      w.status as "status!", w.pause_reason, w.draft::text as draft, w.live_version,
                      v.definition::text as live_definition, w.last_sequence as "record_version!",
                      w.created_by as "created_by!", w.updated_by as "updated_by!",
                      w.created_at as "created_at!", w.updated_at as "updated_at!"
                 from view_workflows w
                 left join view_workflow_versions v
                        on v.workflow_id = w.workflow_id and v.version = w.live_version
                where w.workflow_id = $1 and w.organization_id = $2"#,
            workflow.to_string(),
            organization.to_string(),
        )
        .fetch_optional(reader.rows())
        .await
        .map_err(while_doing("opening a workflow"))?;
        Ok(Reflecting { value, position })
    }

    /// The versions of a workflow, the latest first.
    pub async fn versions(
        &self,
        organization: OrganizationId,
        workflow: WorkflowId,
        paging: &Paging,
    ) -> Result<Page<Version>, Error> {
        let position = self.positions.of(Projector::NAME).await?;
        let before = match &paging.after {
            Some(cursor) => Some(cursor.key().parse::<i32>().map_err(|_| Error::Cursor)?),
            None => None,
        };
        let mut reader = self.views.of(organization).await?;
        let items = sqlx::query_as!(
            Version,
            r#"select version as "version!", definition::text as "definition!", restored_version,
                      published_by as "published_by!", published_at as "published_at!"
                 from view_workflow_versions
                where workflow_id = $1 and organization_id = $2 and ($3::integer is null or version < $3)
                order by version desc limit $4 offset $5"#,
            workflow.to_string(),
            organization.to_string(),
            before,
            paging.fetched(),
            paging.offset,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("listing the versions of a workflow"))?;
        Ok(Page::of(items, paging, position, |row| row.version.to_string()))
    }

    /// The definition of one version: JSON text.
    pub async fn definition(
        &self,
        organization: OrganizationId,
        workflow: WorkflowId,
        version: i32,
    ) -> Result<Option<String>, Error> {
        let mut reader = self.views.of(organization).await?;
        sqlx::query_scalar!(
            r#"select definition::text as "definition!" from view_workflow_versions
                where workflow_id = $1 and organization_id = $2 and version = $3"#,
            workflow.to_string(),
            organization.to_string(),
            version,
        )
        .fetch_optional(reader.rows())
        .await
        .map_err(while_doing("reading the definition of a version"))
    }
}

const fn name_of(status: Status) -> &'static str {
    match status {
        Status::Draft => "draft",
        Status::Active => "active",
        Status::Paused => "paused",
        Status::Archived => "archived",
    }
}
