use actix_web::web::{Data, Path};
use serde::Serialize;
use utoipa::ToSchema;

use super::record::carry_out;
use crate::access::Principal;
use crate::aggregates::signing_policy::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::IdempotencyKey;
use crate::http::problem::{Document, Problem};

/// Of what the change was withdrawn.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PolicyChangeWithdrawn)]
pub struct Withdrawn {
    /// The policy, which stands as before.
    #[schema(example = "suppliers")]
    name: String,
}

/// Withdraws the change of a policy that waits: the policy stands as it did.
#[utoipa::path(
    post,
    operation_id = "withdraw_policy_change",
    path = "/v1/policies/{name}/withdraw",
    tag = "policies",
    params(
        ("name" = String, Path, description = "The policy's name"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    responses(
        (status = 200, description = "It is withdrawn", body = Envelope<Withdrawn>),
        (status = 404, description = "There is none of this name", body = Document),
        (status = 409, description = "Nothing waits", body = Document),
    ),
)]
pub async fn withdraw(
    api: Data<Api>,
    who: Principal,
    name: Path<String>,
    key: IdempotencyKey,
) -> Result<Answer<Withdrawn>, Problem> {
    let name = name.into_inner();
    let order = Order::Withdraw { name: name.clone() };
    let fingerprint = format!("withdraw the change of the policy {name}");
    let done = carry_out(&api, &who, (key, &fingerprint), order).await?;
    let written = api.written(&done.stream, done.sequence).await;
    Ok(Answer::ok(Withdrawn { name }).written(written).replayed(done.replayed))
}
