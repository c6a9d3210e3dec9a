use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::record::{carry_out, load};
use crate::access::Principal;
use crate::aggregates::signing_policy::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Document, Problem};

/// How long changes are to wait.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PolicyDelay {
    /// Seconds, up to 30 days; 0 is not at all.
    #[schema(example = 86400)]
    seconds: u32,
}

/// Lets changes wait that let more through than before, so that somebody may withdraw them. A shorter
/// delay waits as long as the one before it; the answer says which one counts now.
#[utoipa::path(
    post,
    operation_id = "set_policy_delay",
    path = "/v1/policies/delay",
    tag = "policies",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = PolicyDelay,
    responses(
        (status = 200, description = "The delay that counts now", body = Envelope<PolicyDelay>),
        (status = 422, description = "The body has the wrong shape", body = Document),
    ),
)]
pub async fn delay(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<PolicyDelay>,
) -> Result<Answer<PolicyDelay>, Problem> {
    let order = Order::Delay { seconds: body.content.seconds };
    let done = carry_out(&api, &who, (key, &body.fingerprint), order).await?;
    let written = api.written(&done.stream, done.sequence).await;
    let seconds = load(&api, &who).await?.delay(api.clock.now());
    Ok(Answer::ok(PolicyDelay { seconds }).written(written).replayed(done.replayed))
}
