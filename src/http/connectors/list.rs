use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;

use super::record::{self, Record};
use crate::access::{Actor, Principal};
use crate::aggregates::connector::Status;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{MinPosition, Paging, Params};
use crate::http::problem::{Document, Problem};
use crate::projections::connectors::{Filter, Projector};

/// Which connectors are wanted: all that is given must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Those of this type.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// Those that stand so: `pending`, `connected`, `failing` or `expired`.
    #[param(value_type = Option<String>)]
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

/// The connectors of the organization that the caller may use, in the order in which they were
/// connected.
#[utoipa::path(
    get,
    operation_id = "list_connectors",
    path = "/v1/connectors",
    tag = "connectors",
    params(Wanted),
    responses(
        (status = 200, description = "The connectors", body = Envelope<Page<Record>>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    query: Params<Wanted>,
) -> Result<Answer<Page<Record>>, Problem> {
    let Params(Wanted { kind, status, limit, offset, cursor, min_position }) = query;
    let paging = Paging::of(limit, offset, cursor)?;
    api.view_at(Projector::NAME, min_position).await?;
    let filter = Filter {
        kind,
        status: status.map(|status| status.name().to_owned()),
        seen_by: (who.actor != Actor::Admin).then(|| record::known_as(&who)),
    };
    let view = api.connectors.view();
    let found = view.list(who.organization, &filter, &paging.of_view()?).await?;
    paging.answer(found, record::listed)
}
