use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::record::known;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, Nothing};
use crate::http::problem::{Code, Document, Problem};
use crate::projections::orders;

/// What is wanted of a view now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProjectionOrder {
    /// The view.
    #[schema(example = "run_history")]
    name: String,
    /// Whether it is to rest.
    is_paused: bool,
    /// How many events a second it is to take at most; as many as it can when absent.
    per_second: Option<i32>,
}

/// How fast a view may go.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Throttle {
    /// How many events a second it takes at most; as many as it can when absent.
    #[schema(minimum = 1, example = 5_000)]
    per_second: Option<i32>,
}

/// Lets a view rest: it falls behind until it is told to go on. Its runner sees that within half a second.
#[utoipa::path(
    post,
    operation_id = "pause_projection",
    path = "/v1/projections/{name}/pause",
    tag = "projections",
    params(("name" = String, Path, description = "The view")),
    responses(
        (status = 200, description = "It rests", body = Envelope<ProjectionOrder>),
        (status = 404, description = "No such view", body = Document),
    ),
)]
pub async fn pause(
    api: Data<Api>,
    _: Principal,
    name: Path<String>,
    _: Body<Nothing>,
) -> Result<Answer<ProjectionOrder>, Problem> {
    rest(&api, &name, true).await
}

/// Lets a view go on that rests.
#[utoipa::path(
    post,
    operation_id = "resume_projection",
    path = "/v1/projections/{name}/resume",
    tag = "projections",
    params(("name" = String, Path, description = "The view")),
    responses(
        (status = 200, description = "It goes on", body = Envelope<ProjectionOrder>),
        (status = 404, description = "No such view", body = Document),
    ),
)]
pub async fn resume(
    api: Data<Api>,
    _: Principal,
    name: Path<String>,
    _: Body<Nothing>,
) -> Result<Answer<ProjectionOrder>, Problem> {
    rest(&api, &name, false).await
}

/// Bounds how many events a second a view takes, so that others have the database.
#[utoipa::path(
    put,
    operation_id = "throttle_projection",
    path = "/v1/projections/{name}/throttle",
    tag = "projections",
    params(("name" = String, Path, description = "The view")),
    request_body = Throttle,
    responses(
        (status = 200, description = "It is bounded, or not any more", body = Envelope<ProjectionOrder>),
        (status = 404, description = "No such view", body = Document),
        (status = 422, description = "The bound is none", body = Document),
    ),
)]
pub async fn throttle(
    api: Data<Api>,
    _: Principal,
    name: Path<String>,
    body: Body<Throttle>,
) -> Result<Answer<ProjectionOrder>, Problem> {
    let name = known(&name)?.name();
    let most = most(body.content.per_second)?;
    orders::throttle(api.journal.pool(), name, most, api.clock.now()).await?;
    ordered(&api, name).await
}

/// A bound that can be kept to.
pub(super) fn most(per_second: Option<i32>) -> Result<Option<i32>, Problem> {
    if per_second.is_some_and(|most| most < 1) {
        let message = "must be 1 or more events a second; leave it out for as many as it can";
        return Err(Problem::new(Code::InvalidBody).at("/perSecond", message));
    }
    Ok(per_second)
}

async fn rest(api: &Api, name: &str, is_paused: bool) -> Result<Answer<ProjectionOrder>, Problem> {
    let name = known(name)?.name();
    orders::pause(api.journal.pool(), name, is_paused, api.clock.now()).await?;
    ordered(api, name).await
}

async fn ordered(api: &Api, name: &str) -> Result<Answer<ProjectionOrder>, Problem> {
    let orders = orders::list(api.journal.pool()).await?;
    let order = orders.into_iter().find(|(of, _)| of == name).map(|(_, order)| order);
    let order = order.unwrap_or_default();
    let name = name.to_owned();
    Ok(Answer::ok(ProjectionOrder {
        name,
        is_paused: order.is_paused,
        per_second: order.per_second,
    }))
}
