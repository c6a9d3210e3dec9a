use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::record::{Record, carry_out, mode_of};
use crate::access::Principal;
use crate::aggregates::signing_policy::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Document, Problem};

/// How a policy is to be applied.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ApplyPolicy {
    /// `enforce`, `monitor` (it decides, that is recorded, and nothing is stopped) or `off`.
    #[schema(example = "monitor")]
    mode: String,
}

/// Applies a policy in another way. What lets more through than before counts after the delay.
#[utoipa::path(
    post,
    operation_id = "apply_policy",
    path = "/v1/policies/{name}/mode",
    tag = "policies",
    params(
        ("name" = String, Path, description = "The policy's name"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = ApplyPolicy,
    responses(
        (status = 200, description = "It is so, or waits", body = Envelope<Record>),
        (status = 404, description = "There is none of this name", body = Document),
        (status = 409, description = "It does not count yet", body = Document),
        (status = 422, description = "The body has the wrong shape", body = Document),
    ),
)]
pub async fn apply(
    api: Data<Api>,
    who: Principal,
    name: Path<String>,
    key: IdempotencyKey,
    body: Body<ApplyPolicy>,
) -> Result<Answer<Record>, Problem> {
    let order = Order::Apply { name: name.clone(), mode: mode_of(&body.content.mode)? };
    let done = carry_out(&api, &who, (key, &body.fingerprint), order).await?;
    let written = api.written(&done.stream, done.sequence).await;
    let record = Record::load(&api, &who, &name).await?;
    Ok(Answer::ok(record).written(written).replayed(done.replayed))
}
