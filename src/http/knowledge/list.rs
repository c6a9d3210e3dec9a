use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::access::Principal;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{MinPosition, Paging, Params};
use crate::http::problem::{Document, Problem};
use crate::projections::knowledge::{Projector, Summary};

/// Which documents are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct WantedDocuments {
    /// Those with this tag.
    tag: Option<String>,
    /// How many at most: 1 to 100, 20 when absent.
    limit: Option<i64>,
    /// How many to pass over, at most 10,000.
    offset: Option<i64>,
    /// Where to go on, from the last answer; instead of `offset`.
    cursor: Option<String>,
    /// Waits up to 5 seconds until this position is reached.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

/// A document in a list, without its text.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = KnowledgeDocumentSummary)]
pub struct SummaryRecord {
    /// Its id.
    id: String,
    /// What it is called.
    title: String,
    /// What it is found by.
    tags: Vec<String>,
    /// Where it is from.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    /// How often it changed.
    version: i64,
    /// How many bytes its text has.
    bytes: i64,
    /// When it was added.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When it changed last.
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
}

impl From<Summary> for SummaryRecord {
    fn from(it: Summary) -> Self {
        Self {
            id: it.document_id,
            title: it.title,
            tags: it.tags,
            source: it.source,
            version: it.version,
            bytes: it.bytes,
            created_at: it.created_at,
            updated_at: it.updated_at,
        }
    }
}

/// The documents of the organization, the newest first.
#[utoipa::path(
    get,
    operation_id = "list_documents",
    path = "/v1/knowledge/documents",
    tag = "knowledge",
    params(WantedDocuments),
    responses(
        (status = 200, description = "The documents", body = Envelope<Page<SummaryRecord>>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    query: Params<WantedDocuments>,
) -> Result<Answer<Page<SummaryRecord>>, Problem> {
    let Params(WantedDocuments { tag, limit, offset, cursor, min_position }) = query;
    let paging = Paging::of(limit, offset, cursor)?;
    api.view_at(Projector::NAME, min_position).await?;
    let knowledge = api.knowledge();
    let found = knowledge.list(who.organization, tag.as_deref(), &paging.of_view()?).await?;
    paging.answer(found, |document| Ok(document.into()))
}
