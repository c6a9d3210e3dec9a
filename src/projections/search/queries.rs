//! The questions to `view_workflow_words` and `view_runs`.

use super::Projector;
use super::wanted::{Kind, Words};
use crate::primitives::OrganizationId;
use crate::projections::error::while_doing;
use crate::projections::page::Reflecting;
use crate::projections::{Error, Positions, Views};

/// How many of the last runs, and of the last failed ones, are looked through.
const LOOKED_THROUGH: i64 = 10_000;

/// Something that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The id: of the workflow, of the node in it, or of the run.
    pub id: String,
    /// The workflow to which it belongs.
    pub workflow_id: String,
    /// What it is called.
    pub title: String,
    /// What is said of it.
    pub text: Option<String>,
    /// How well it fits, among those of its kind.
    pub score: f32,
}

/// What a search is asked. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Search {
    views: Views,
    positions: Positions,
}

impl Search {
    /// Asks these views.
    pub fn new(views: Views, positions: Positions) -> Self {
        Self { views, positions }
    }

    /// The best matches of one kind, none of them of the `hidden` workflows.
    pub async fn of_kind(
        &self,
        organization: OrganizationId,
        kind: Kind,
        words: &Words,
        hidden: &[String],
        limit: i64,
    ) -> Result<Reflecting<Vec<Found>>, Error> {
        let position = self.positions.of(Projector::NAME).await?;
        let value = match kind {
            Kind::Workflow => self.workflows(organization, words, hidden, limit).await?,
            Kind::Node => self.nodes(organization, words, hidden, limit).await?,
            Kind::Run => self.runs(organization, words, hidden, limit).await?,
            Kind::Error => self.errors(organization, words, hidden, limit).await?,
        };
        Ok(Reflecting { value, position })
    }

    async fn workflows(
        &self,
        organization: OrganizationId,
        words: &Words,
        hidden: &[String],
        limit: i64,
    ) -> Result<Vec<Found>, Error> {
        let mut reader = self.views.of(organization).await?;
        sqlx::query_as!(
            Found,
            r#"select workflow_id as "id!", workflow_id as "workflow_id!", name as "title!",
                      description as text, ts_rank(words, q) as "score!"
                 from view_workflow_words, to_tsquery('simple', $2) q
                where organization_id = $1 and not archived and workflow_id <> all ($3) and words @@ q
                order by 5 desc, workflow_id desc limit $4"#,
            organization.to_string(),
            words.query("ABC"),
            hidden,
            limit,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("searching workflows"))
    }

    async fn nodes(
        &self,
        organization: OrganizationId,
        words: &Words,
        hidden: &[String],
        limit: i64,
    ) -> Result<Vec<Found>, Error> {
        let mut reader = self.views.of(organization).await?;
        sqlx::query_as!(
            Found,
            r#"select n.id as "id!", w.workflow_id as "workflow_id!",
                      coalesce(n.title, n.type, '') || ' in ' || w.name as "title!",
                      n.description as text, ts_rank(n.words, q) as "score!"
                 from view_workflow_words w, to_tsquery('simple', $2) d, to_tsquery('simple', $5) q,
                      lateral (
                        select r.*, to_tsvector('simple', concat_ws(' ', r.id, r.type, r.title, r.description)) as words
                          from json_to_recordset(coalesce(w.draft_nodes, w.live_nodes))
                               r (id text, type text, title text, description text)) n
                where w.organization_id = $1 and not w.archived and w.workflow_id <> all ($3)
                  and w.words @@ d and n.words @@ q
                order by 5 desc, w.workflow_id desc, n.id limit $4"#,
            organization.to_string(),
            words.query("D"),
            hidden,
            limit,
            words.query(""),
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("searching nodes"))
    }

    async fn runs(
        &self,
        organization: OrganizationId,
        words: &Words,
        hidden: &[String],
        limit: i64,
    ) -> Result<Vec<Found>, Error> {
        let mut reader = self.views.of(organization).await?;
        sqlx::query_as!(
            Found,
            r#"select r.run_id as "id!", r.workflow_id as "workflow_id!",
                      r.status || ', set off by ' || r.trigger_kind as "title!",
                      r.triggered_by as text, 1::real as "score!"
                 from (select run_id, workflow_id, status, trigger_kind, trigger_source, triggered_by
                         from view_runs where organization_id = $1 order by run_id desc limit $5) r,
                      to_tsquery('simple', $2) q
                where r.workflow_id <> all ($3)
                  and to_tsvector('simple', concat_ws(' ', replace(r.run_id, '_', ' '), r.status,
                                  r.trigger_kind, r.trigger_source, r.triggered_by)) @@ q
                order by r.run_id desc limit $4"#,
            organization.to_string(),
            words.query(""),
            hidden,
            limit,
            LOOKED_THROUGH,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("searching runs"))
    }

    async fn errors(
        &self,
        organization: OrganizationId,
        words: &Words,
        hidden: &[String],
        limit: i64,
    ) -> Result<Vec<Found>, Error> {
        let mut reader = self.views.of(organization).await?;
        sqlx::query_as!(
            Found,
            r#"select r.run_id as "id!", r.workflow_id as "workflow_id!",
                      concat_ws(' at ', r.failure_code, r.failed_node_id) as "title!",
                      r.failure_message as text, ts_rank(r.words, q) as "score!"
                 from (select run_id, workflow_id, failure_code, failure_message, failed_node_id,
                              to_tsvector('simple', concat_ws(' ', replace(failure_code, '_', ' '),
                                          left(failure_message, 20000), failed_node_id)) as words
                         from view_runs where organization_id = $1 and status = 'failure'
                        order by run_id desc limit $5) r,
                      to_tsquery('simple', $2) q
                where r.workflow_id <> all ($3) and r.words @@ q
                order by r.run_id desc limit $4"#,
            organization.to_string(),
            words.query(""),
            hidden,
            limit,
            LOOKED_THROUGH,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("searching errors"))
    }
}
