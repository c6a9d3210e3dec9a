use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::access::Principal;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{MinPosition, Paging, Params};
use crate::http::problem::{Document, Problem};
use crate::projections::schemas::{Filter, Projector, Summary};

/// Which schemas are wanted: all that is given must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Those of this namespace.
    namespace: Option<String>,
    /// Those of this name.
    name: Option<String>,
    /// Those of this owner.
    owner: Option<String>,
    /// Those with this tag.
    tag: Option<String>,
    /// Those that are, or are not, deprecated as a whole.
    is_deprecated: Option<bool>,
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

/// A schema in a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DataSchemaSummary)]
pub struct SummaryRecord {
    /// Its id.
    id: String,
    /// Its namespace.
    namespace: String,
    /// Its name.
    name: String,
    /// Its latest version.
    version: String,
    /// How many versions it has.
    versions: i32,
    /// What it is for.
    description: Option<String>,
    /// Who answers for it.
    owner: Option<String>,
    /// What it is found by.
    tags: Vec<String>,
    /// What its versions promise to one another.
    compatibility: String,
    /// Whether somebody advises against it.
    is_deprecated: bool,
    /// When it was registered.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When it last changed.
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
}

impl From<Summary> for SummaryRecord {
    fn from(it: Summary) -> Self {
        Self {
            id: it.schema_id,
            namespace: it.namespace,
            name: it.name,
            version: it.version,
            versions: it.versions,
            description: it.description,
            owner: it.owner,
            tags: it.tags,
            compatibility: it.compatibility,
            is_deprecated: it.deprecated,
            created_at: it.created_at,
            updated_at: it.updated_at,
        }
    }
}

/// The schemas of the organization, by namespace and name.
#[utoipa::path(
    get,
    operation_id = "list_schemas",
    path = "/v1/validation/schemas",
    tag = "validation",
    params(Wanted),
    responses(
        (status = 200, description = "The schemas", body = Envelope<Page<SummaryRecord>>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    query: Params<Wanted>,
) -> Result<Answer<Page<SummaryRecord>>, Problem> {
    let Params(Wanted {
        namespace,
        name,
        owner,
        tag,
        is_deprecated,
        limit,
        offset,
        cursor,
        min_position,
    }) = query;
    let paging = Paging::of(limit, offset, cursor)?;
    api.view_at(Projector::NAME, min_position).await?;
    let filter = Filter { namespace, name, owner, tag, deprecated: is_deprecated };
    let found = api.schema_list().list(who.organization, &filter, &paging.of_view()?).await?;
    paging.answer(found, |schema| Ok(schema.into()))
}
