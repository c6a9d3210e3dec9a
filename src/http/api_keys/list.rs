use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;

use super::record::Record;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{MinPosition, Paging, Params};
use crate::http::problem::{Document, Problem};
use crate::primitives::ServiceAccountId;
use crate::projections::access::{KeyFilter, Projector};

/// Which keys are wanted: all that is given must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Those of this service account.
    #[param(value_type = Option<String>)]
    service_account_id: Option<ServiceAccountId>,
    /// Those that were, or were not, revoked.
    is_revoked: Option<bool>,
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

/// The keys of the organization, the newest first; those that were revoked, too.
#[utoipa::path(
    get,
    operation_id = "list_api_keys",
    path = "/v1/api-keys",
    tag = "keys",
    params(Wanted),
    responses(
        (status = 200, description = "The keys", body = Envelope<Page<Record>>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    query: Params<Wanted>,
) -> Result<Answer<Page<Record>>, Problem> {
    let Params(Wanted { service_account_id, is_revoked, limit, offset, cursor, min_position }) =
        query;
    let paging = Paging::of(limit, offset, cursor)?;
    api.view_at(Projector::NAME, min_position).await?;
    let owner = service_account_id.map(|account| account.to_string());
    let filter = KeyFilter { owner, revoked: is_revoked };
    let found = api.access().keys(who.organization, &filter, &paging.of_view()?).await?;
    paging.answer(found, |key| Ok(key.into()))
}
