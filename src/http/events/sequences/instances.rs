use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::record::load;
use crate::access::Principal;
use crate::aggregates::sequence_instance::Status;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{MinPosition, Paging, Params};
use crate::http::problem::{Document, Problem};
use crate::projections::sequences::{Filter, Projector, Summary};

/// Which instances are wanted: all that is given must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Those that stand here: `created`, `in_progress`, `completed`, `failed`, `abandoned`.
    #[param(value_type = Option<String>)]
    status: Option<Status>,
    /// The one of this key.
    correlation_key: Option<String>,
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

/// An instance in a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SequenceInstanceSummary)]
pub struct Line {
    /// Its id.
    #[schema(example = "seq_01h455vb4pex5vsknk084sn02q")]
    id: String,
    /// The version by which it is followed.
    version: String,
    /// What tells it from other instances.
    correlation_key: String,
    /// Where it stands.
    status: String,
    /// How many events it expects.
    steps: i32,
    /// How many have counted.
    processed: i32,
    /// How often it was begun again.
    attempts: i32,
    /// Why it failed the last time.
    failure: Option<String>,
    /// When it fails unless it is complete.
    #[serde(with = "time::serde::rfc3339::option")]
    due_at: Option<OffsetDateTime>,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    opened_at: OffsetDateTime,
    /// When something happened the last time.
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
    /// When it ended, or failed.
    #[serde(with = "time::serde::rfc3339::option")]
    ended_at: Option<OffsetDateTime>,
}

impl From<Summary> for Line {
    fn from(it: Summary) -> Self {
        Self {
            id: it.instance_id,
            version: it.version,
            correlation_key: it.key,
            status: it.status,
            steps: it.steps,
            processed: it.processed,
            attempts: it.attempts,
            failure: it.failure,
            due_at: it.due_at,
            opened_at: it.opened_at,
            updated_at: it.updated_at,
            ended_at: it.ended_at,
        }
    }
}

/// The instances of a sequence, the latest first.
#[utoipa::path(
    get,
    operation_id = "list_sequence_instances",
    path = "/v1/event-sequences/{name}/instances",
    tag = "events",
    params(("name" = String, Path, description = "The sequence"), Wanted),
    responses(
        (status = 200, description = "The instances", body = Envelope<Page<Line>>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 404, description = "No such sequence", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn instances(
    api: Data<Api>,
    who: Principal,
    name: Path<String>,
    query: Params<Wanted>,
) -> Result<Answer<Page<Line>>, Problem> {
    let Params(Wanted { status, correlation_key, limit, offset, cursor, min_position }) = query;
    let paging = Paging::of(limit, offset, cursor)?;
    let filter = Filter { status, key: correlation_key };
    load(&api, &who, &name).await?;
    api.view_at(Projector::NAME, min_position).await?;
    let wanted = (name.as_str(), &filter);
    let found = api.sequences().list(who.organization, wanted, &paging.of_view()?).await?;
    paging.answer(found, |instance| Ok(instance.into()))
}
