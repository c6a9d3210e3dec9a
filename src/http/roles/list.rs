use actix_web::web::Data;

use super::record::{self, Record};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{Nothing, Params};
use crate::http::organizations::order;
use crate::http::problem::Problem;

/// The roles of the organization, all of them: those that every organization has, and at most 50 of
/// its own.
#[utoipa::path(
    get,
    operation_id = "list_roles",
    path = "/v1/organization/roles",
    tag = "organizations",
    responses((status = 200, description = "The roles", body = Envelope<Page<Record>>)),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    _: Params<Nothing>,
) -> Result<Answer<Page<Record>>, Problem> {
    let own = order::own(&api, &who).await?;
    let items = record::all(&own.aggregate)?;
    let limit = i64::try_from(items.len()).unwrap_or_default();
    Ok(Answer::ok(Page { items, limit, offset: 0, has_more: false, cursor: None }))
}
