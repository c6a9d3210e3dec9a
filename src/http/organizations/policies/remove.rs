use actix_web::web::{Data, Path};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::record::{carry_out, load};
use crate::access::Principal;
use crate::aggregates::signing_policy::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::IdempotencyKey;
use crate::http::problem::{Document, Problem};

/// What is gone, or will be.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PolicyRemoved)]
pub struct Removed {
    /// The policy.
    #[schema(example = "suppliers")]
    name: String,
    /// From when on it is gone; null where it is.
    #[serde(with = "time::serde::rfc3339::option")]
    counts_from: Option<OffsetDateTime>,
}

/// Removes a policy, after the delay if the organization set one. What it allowed is denied from then on,
/// and what it denied may be allowed by others.
#[utoipa::path(
    delete,
    operation_id = "remove_policy",
    path = "/v1/policies/{name}",
    tag = "policies",
    params(
        ("name" = String, Path, description = "The policy's name"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    responses(
        (status = 200, description = "It is gone, or will be", body = Envelope<Removed>),
        (status = 404, description = "There is none of this name", body = Document),
        (status = 409, description = "It does not count yet", body = Document),
    ),
)]
pub async fn remove(
    api: Data<Api>,
    who: Principal,
    name: Path<String>,
    key: IdempotencyKey,
) -> Result<Answer<Removed>, Problem> {
    let name = name.into_inner();
    let order = Order::Remove { name: name.clone() };
    let fingerprint = format!("remove the policy {name}");
    let done = carry_out(&api, &who, (key, &fingerprint), order).await?;
    let written = api.written(&done.stream, done.sequence).await;
    let (all, at) = (load(&api, &who).await?, api.clock.now());
    let waiting = all.policy(&name, at).and_then(|it| it.waiting(at));
    let removed = Removed { counts_from: waiting.map(|it| it.counts_from), name };
    Ok(Answer::ok(removed).written(written).replayed(done.replayed))
}
