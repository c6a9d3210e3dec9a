use actix_web::web::Data;

use super::record::BalanceRecord;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Freshness, Params};
use crate::http::problem::{Document, Problem};
use crate::projections::usage::Projector;

/// What the organization has left.
#[utoipa::path(
    get,
    operation_id = "get_usage_balance",
    path = "/v1/usage/balance",
    tag = "usage",
    params(Freshness),
    responses(
        (status = 200, description = "The balance", body = Envelope<BalanceRecord>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn balance(
    api: Data<Api>,
    who: Principal,
    query: Params<Freshness>,
) -> Result<Answer<BalanceRecord>, Problem> {
    api.view_at(Projector::NAME, query.0.min_position).await?;
    let found = api.usage().balance(who.organization).await?;
    Ok(Answer::ok(BalanceRecord::of(found.value, api.clock.now())).at(found.position))
}
