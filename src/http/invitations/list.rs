use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;

use super::record::{self, Record};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{Paging, Params};
use crate::http::organizations::order;
use crate::http::problem::{Document, Problem};

/// Which part of the list is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// How many at most: 1 to 100, 20 when absent.
    limit: Option<i64>,
    /// How many to pass over, at most 10,000.
    offset: Option<i64>,
    /// Where to go on, from the last answer; instead of `offset`.
    cursor: Option<String>,
}

/// The invitations that can be accepted at this moment.
#[utoipa::path(
    get,
    operation_id = "list_invitations",
    path = "/v1/organization/invitations",
    tag = "organizations",
    params(Wanted),
    responses(
        (status = 200, description = "The invitations", body = Envelope<Page<Record>>),
        (status = 400, description = "A parameter is wrong", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    query: Params<Wanted>,
) -> Result<Answer<Page<Record>>, Problem> {
    let Params(Wanted { limit, offset, cursor }) = query;
    let paging = Paging::of(limit, offset, cursor)?;
    let own = order::own(&api, &who).await?;
    let invitations = own.aggregate.open_invitations(api.clock.now());
    let invitations = invitations.map(|(id, it)| record::of(&own.aggregate, *id, it));
    Ok(Answer::ok(paging.of_all(invitations, |it| it.id.clone())?))
}
