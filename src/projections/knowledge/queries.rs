//! What the knowledge of an organization is asked.

use time::OffsetDateTime;

use super::fold::Projector;
use crate::primitives::OrganizationId;
use crate::projections::error::while_doing;
use crate::projections::page::{Cursor, Page, Paging};
use crate::projections::{Error, Positions, Views};

/// A document as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Its id.
    pub document_id: String,
    /// What it is called.
    pub title: String,
    /// What it is found by.
    pub tags: Vec<String>,
    /// Where it is from.
    pub source: Option<String>,
    /// How often it changed.
    pub version: i64,
    /// How many bytes its text has.
    pub bytes: i64,
    /// When it was added.
    pub created_at: OffsetDateTime,
    /// When it changed last.
    pub updated_at: OffsetDateTime,
}

/// The best place of a document in which something is said.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The document.
    pub document_id: String,
    /// What it is called.
    pub title: String,
    /// What it is found by.
    pub tags: Vec<String>,
    /// Where it is from.
    pub source: Option<String>,
    /// Its version.
    pub version: i64,
    /// Which passage of it, from 0.
    pub part: i32,
    /// How well it fits; more is better.
    pub rank: f32,
    /// Words around what was asked for, which stands between `**`.
    pub snippet: String,
    /// The whole passage.
    pub passage: String,
}

/// The knowledge of organizations. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Knowledge {
    views: Views,
    positions: Positions,
}

impl Knowledge {
    /// Asks these views.
    pub fn new(views: Views, positions: Positions) -> Self {
        Self { views, positions }
    }

    /// The documents of an organization, the newest first.
    pub async fn list(
        &self,
        organization: OrganizationId,
        tag: Option<&str>,
        paging: &Paging,
    ) -> Result<Page<Summary>, Error> {
        let position = self.positions.of(Projector::NAME).await?;
        let mut reader = self.views.of(organization).await?;
        let items = sqlx::query_as!(
            Summary,
            r#"select document_id as "document_id!", title as "title!", tags as "tags!", source,
                      version as "version!", bytes as "bytes!", created_at as "created_at!",
                      updated_at as "updated_at!"
                 from view_documents
                where organization_id = $1 and ($2::text is null or $2 = any (tags))
                  and ($3::text is null or document_id < $3)
                order by document_id desc limit $4 offset $5"#,
            organization.to_string(),
            tag,
            paging.after.as_ref().map(Cursor::key),
            paging.fetched(),
            paging.offset,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("listing documents"))?;
        Ok(Page::of(items, paging, position, |it| it.document_id.clone()))
    }

    /// How many documents an organization has, and how many bytes their texts have.
    pub async fn size(&self, organization: OrganizationId) -> Result<(i64, i64), Error> {
        let mut reader = self.views.of(organization).await?;
        let size = sqlx::query!(
            r#"select count(*) as "count!", coalesce(sum(bytes), 0)::bigint as "bytes!"
                 from view_documents where organization_id = $1"#,
            organization.to_string(),
        )
        .fetch_one(reader.rows())
        .await
        .map_err(while_doing("counting documents"))?;
        Ok((size.count, size.bytes))
    }

    /// The documents that say something about what is asked, the best first, and how far the view
    /// has come. What is asked is written as for a search engine: words, `"phrases"`, `or`, `-not`.
    pub async fn search(
        &self,
        organization: OrganizationId,
        asked: &str,
        tag: Option<&str>,
        limit: i64,
    ) -> Result<(i64, Vec<Found>), Error> {
        let position = self.positions.of(Projector::NAME).await?;
        let mut reader = self.views.of(organization).await?;
        let found = sqlx::query_as!(
            Found,
            r#"with asked as (select websearch_to_tsquery('english', $2) as words),
                    fitting as (
                 select p.document_id, p.part, ts_rank_cd(p.words, a.words) as rank
                   from view_passages p, asked a
                  where p.organization_id = $1 and p.words @@ a.words),
                    best as (
                 select distinct on (f.document_id) f.document_id, f.part, f.rank
                   from fitting f join view_documents d on d.document_id = f.document_id
                  where d.organization_id = $1 and ($3::text is null or $3 = any (d.tags))
                  order by f.document_id, f.rank desc, f.part),
                    first as (select * from best order by rank desc, document_id limit $4)
               select d.document_id as "document_id!", d.title as "title!", d.tags as "tags!", d.source,
                      d.version as "version!", f.part as "part!", f.rank as "rank!",
                      ts_headline('english', p.body, a.words,
                                  'StartSel=**, StopSel=**, MaxFragments=2, MaxWords=30, MinWords=12') as "snippet!",
                      p.body as "passage!"
                 from first f join view_documents d on d.document_id = f.document_id
                 join view_passages p on p.document_id = f.document_id and p.part = f.part
                cross join asked a
                where d.organization_id = $1 and p.organization_id = $1
                order by f.rank desc, d.document_id"#,
            organization.to_string(),
            asked,
            tag,
            limit,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("searching documents"))?;
        Ok((position, found))
    }
}
