use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::access::Principal;
use crate::aggregates::event_definition::Status;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{MinPosition, Paging, Params};
use crate::http::problem::{Document, Problem};
use crate::projections::happenings::{DefinitionFilter, DefinitionSummary, Projector};

/// Which definitions are wanted: all that is given must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Those of events of this name.
    name: Option<String>,
    /// Those that are so.
    status: Option<Status>,
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

/// A version of a definition in a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EventDefinitionSummary)]
pub struct Line {
    /// The id of the definition, of all its versions.
    id: String,
    /// The name of the events.
    name: String,
    /// The version.
    version: String,
    /// What they mean.
    description: Option<String>,
    /// From what kinds of sources they come; any when empty.
    source_types: Vec<String>,
    /// Whether it holds.
    status: String,
    /// When it was added.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When it last changed.
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
}

impl From<DefinitionSummary> for Line {
    fn from(it: DefinitionSummary) -> Self {
        Self {
            id: it.definition_id,
            name: it.name,
            version: it.version,
            description: it.description,
            source_types: it.source_types,
            status: it.status,
            created_at: it.created_at,
            updated_at: it.updated_at,
        }
    }
}

/// The definitions of events of the organization, by name and version.
#[utoipa::path(
    get,
    operation_id = "list_event_definitions",
    path = "/v1/event-definitions",
    tag = "events",
    params(Wanted),
    responses(
        (status = 200, description = "The definitions", body = Envelope<Page<Line>>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    query: Params<Wanted>,
) -> Result<Answer<Page<Line>>, Problem> {
    let Params(Wanted { name, status, limit, offset, cursor, min_position }) = query;
    let paging = Paging::of(limit, offset, cursor)?;
    api.view_at(Projector::NAME, min_position).await?;
    let filter = DefinitionFilter { name, status };
    let list = api.event_definition_list();
    let found = list.list(who.organization, &filter, &paging.of_view()?).await?;
    paging.answer(found, |definition| Ok(definition.into()))
}
