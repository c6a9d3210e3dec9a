use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;

use super::record::BalanceRecord;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{MinPosition, Params};
use crate::http::problem::{Document, Problem};
use crate::projections::usage::Projector;

/// How current the answer has to be.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Waits up to 5 seconds until this position is reached.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

/// What the organization has left.
#[utoipa::path(
    get,
    operation_id = "get_usage_balance",
    path = "/v1/usage/balance",
    tag = "usage",
    params(Wanted),
    responses(
        (status = 200, description = "The balance", body = Envelope<BalanceRecord>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn balance(
    api: Data<Api>,
    who: Principal,
    query: Params<Wanted>,
) -> Result<Answer<BalanceRecord>, Problem> {
    api.view_at(Projector::NAME, query.0.min_position).await?;
    let found = api.usage().balance(who.organization).await?;
    Ok(Answer::ok(BalanceRecord::of(found.value, api.clock.now())).at(found.position))
}
