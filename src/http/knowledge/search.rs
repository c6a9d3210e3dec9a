use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{MinPosition, Params};
use crate::http::problem::{Code, Document, Problem};
use crate::projections::knowledge::{Found, Projector};

/// How many bytes a question has at most.
const MAX_ASKED: usize = 1_000;
/// How many documents are found when nothing is said, and at most.
const LIMIT: i64 = 10;
const MAX_LIMIT: i64 = 50;

/// What is asked.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Words, as for a search engine: all of them are wanted; `"a phrase"`, `or` and `-not` are
    /// understood.
    q: String,
    /// Only documents with this tag.
    tag: Option<String>,
    /// How many documents at most: 1 to 50, 10 when absent.
    limit: Option<i64>,
    /// Waits up to 5 seconds until this position is reached.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

/// What was found, the best first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KnowledgeFound)]
pub struct Results {
    /// A place in each document that says something about it.
    items: Vec<FoundRecord>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = KnowledgePlace)]
struct FoundRecord {
    /// The document.
    document_id: String,
    /// What it is called.
    title: String,
    /// What it is found by.
    tags: Vec<String>,
    /// Where it is from.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    /// Its version.
    version: i64,
    /// Which passage of it, from 0.
    part: i32,
    /// How well it fits; more is better.
    rank: f32,
    /// Words around what was asked for, which stands between `**`.
    snippet: String,
    /// The whole passage.
    passage: String,
}

impl From<Found> for FoundRecord {
    fn from(it: Found) -> Self {
        Self {
            document_id: it.document_id,
            title: it.title,
            tags: it.tags,
            source: it.source,
            version: it.version,
            part: it.part,
            rank: it.rank,
            snippet: it.snippet,
            passage: it.passage,
        }
    }
}

/// Searches the documents of the organization.
#[utoipa::path(
    get,
    operation_id = "search_knowledge",
    path = "/v1/knowledge/search",
    tag = "knowledge",
    params(Asked),
    responses(
        (status = 200, description = "What was found", body = Envelope<Results>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn search(
    api: Data<Api>,
    who: Principal,
    query: Params<Asked>,
) -> Result<Answer<Results>, Problem> {
    let Params(Asked { q, tag, limit, min_position }) = query;
    let wrong = |place: &str, message: &str| Problem::new(Code::InvalidQuery).at(place, message);
    if q.trim().is_empty() || q.len() > MAX_ASKED {
        return Err(wrong("q", "has 1 to 1000 bytes"));
    }
    let limit = limit.unwrap_or(LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(wrong("limit", "must be between 1 and 50"));
    }
    api.view_at(Projector::NAME, min_position).await?;
    let knowledge = api.knowledge();
    let found = knowledge.search(who.organization, &q, tag.as_deref(), limit).await?;
    let (position, items) = found;
    let items = items.into_iter().map(FoundRecord::from).collect();
    Ok(Answer::ok(Results { items }).at(position))
}
