use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use super::record::{Record, load};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Freshness, Params};
use crate::http::problem::Problem;

/// The policies of an organization.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SigningPolicies)]
pub struct Policies {
    /// The policies, by name.
    items: Vec<Record>,
    /// How many seconds a change waits that lets more through than before.
    delay_seconds: u32,
}

/// The policies that say what the keys of the organization may sign.
#[utoipa::path(
    get,
    operation_id = "list_policies",
    path = "/v1/policies",
    tag = "policies",
    params(Freshness),
    responses((status = 200, description = "The policies", body = Envelope<Policies>)),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    query: Params<Freshness>,
) -> Result<Answer<Policies>, Problem> {
    let position = api.ledger_at(query.0.min_position).await?;
    let (all, at) = (load(&api, &who).await?, api.clock.now());
    let items = all.policies(at).map(|(name, policy)| Record::of(name, policy, at));
    let policies =
        Policies { items: items.collect::<Result<_, _>>()?, delay_seconds: all.delay(at) };
    Ok(Answer::ok(policies).at(position))
}
