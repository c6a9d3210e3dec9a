//! From the events of documents to rows.

use futures::future::BoxFuture;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::passages::passages;
use crate::aggregates::document::{Content, Event};
use crate::journal::Recorded;
use crate::projections::Error;
use crate::projections::concern;
use crate::projections::error::while_doing;
use crate::projections::facts;
use crate::projections::projection::Projection;
use crate::projections::text::Text;

/// The projection behind `view_documents` and `view_passages`.
#[derive(Debug, Clone, Copy)]
pub struct Projector;

impl Projector {
    /// Its name.
    pub const NAME: &'static str = "knowledge";
}

impl Projection for Projector {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn version(&self) -> i32 {
        1
    }

    fn concerns(&self, event: &Recorded) -> bool {
        concern::is_of(event, &[concern::DOCUMENT])
    }

    fn write<'a>(
        &'a self,
        connection: &'a mut PgConnection,
        events: &'a [&'a Recorded],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            for (event, change) in facts::of_documents(events)? {
                match change {
                    Event::Added { content, at, .. } | Event::Revised { content, at, .. } => {
                        keep(connection, event, &content, at).await?;
                    }
                    Event::Removed { .. } => forget(connection, &event.aggregate_id).await?,
                }
            }
            Ok(())
        })
    }
}

/// Writes a version of a document; they are few.
async fn keep(
    connection: &mut PgConnection,
    event: &Recorded,
    content: &Content,
    at: OffsetDateTime,
) -> Result<(), Error> {
    let id = &event.aggregate_id;
    let organization = event.organization.to_string();
    let title = Text::from(&*content.title).to_string();
    let text = Text::from(&*content.text).to_string();
    let tags: Vec<String> = content.tags.iter().map(|tag| Text::from(&**tag).to_string()).collect();
    let source = content.source.as_deref().map(|source| Text::from(source).to_string());
    sqlx::query!(
        "insert into documents (document_id, organization_id, title, tags, source, version, bytes,
                                created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
             on conflict (document_id) do update
            set title = excluded.title, tags = excluded.tags, source = excluded.source,
                version = excluded.version, bytes = excluded.bytes, updated_at = excluded.updated_at",
        id,
        organization,
        title,
        &tags,
        source,
        event.sequence,
        i64::try_from(text.len()).unwrap_or(i64::MAX),
        at,
    )
    .execute(&mut *connection)
    .await
    .map_err(while_doing("writing a document"))?;
    forget_passages(connection, id).await?;
    let cut = passages(&text);
    let parts: Vec<i32> = (0..).take(cut.len()).collect();
    sqlx::query!(
        "insert into passages (document_id, part, organization_id, title, body)
         select $1, part, $2, $3, body from unnest($4::integer[], $5::text[]) p (part, body)",
        id,
        organization,
        title,
        &parts,
        &cut as _,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("writing passages"))
}

async fn forget(connection: &mut PgConnection, id: &str) -> Result<(), Error> {
    forget_passages(connection, id).await?;
    sqlx::query!("delete from documents where document_id = $1", id)
        .execute(connection)
        .await
        .map(drop)
        .map_err(while_doing("removing a document"))
}

async fn forget_passages(connection: &mut PgConnection, id: &str) -> Result<(), Error> {
    sqlx::query!("delete from passages where document_id = $1", id)
        .execute(connection)
        .await
        .map(drop)
        .map_err(while_doing("removing passages"))
}
