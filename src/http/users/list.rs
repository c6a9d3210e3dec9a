use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;

use super::record::Record;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{MinPosition, Paging, Params};
use crate::http::problem::{Document, Problem};
use crate::projections::users::Projector;

/// Which users are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Those in whose address or name this occurs.
    search: Option<String>,
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

/// The users of the installation, the newest first.
#[utoipa::path(
    get,
    operation_id = "list_users",
    path = "/v1/users",
    tag = "users",
    params(Wanted),
    responses(
        (status = 200, description = "The users", body = Envelope<Page<Record>>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn list(api: Data<Api>, query: Params<Wanted>) -> Result<Answer<Page<Record>>, Problem> {
    let Params(Wanted { search, limit, offset, cursor, min_position }) = query;
    let paging = Paging::of(limit, offset, cursor)?;
    api.view_at(Projector::NAME, min_position).await?;
    let found = api.user_list().list(search.as_deref(), &paging.of_view()?).await?;
    let now = api.clock.now();
    paging.answer(found, |user| Ok(Record::listed(user, now)))
}
