use actix_web::web::{Data, Path};

use crate::access::Principal;
use crate::aggregates::execution_hooks::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey, Nothing};
use crate::http::hooks::order::give;
use crate::http::hooks::test::Ordered;
use crate::http::problem::{Code, Document, Problem};
use crate::primitives::{ExecutionHookId, HookDeliveryId};

/// Sends a delivery again, under its id and with the schedule from its beginning, however it stands.
#[utoipa::path(
    post,
    operation_id = "replay_execution_webhook_delivery",
    path = "/v1/execution-webhooks/deliveries/{id}/replay",
    tag = "execution webhooks",
    params(
        ("id" = String, Path, description = "The delivery"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    responses(
        (status = 202, description = "It is sent again", body = Envelope<Ordered>),
        (status = 404, description = "No such delivery, or its endpoint was removed", body = Document),
        (status = 409, description = "Its endpoint is disabled", body = Document),
    ),
)]
pub async fn replay(
    api: Data<Api>,
    who: Principal,
    id: Path<HookDeliveryId>,
    key: IdempotencyKey,
    body: Body<Nothing>,
) -> Result<Answer<Ordered>, Problem> {
    let found = api.hook_log.get(who.organization, *id).await?;
    let found = found.ok_or_else(|| Problem::new(Code::HookDeliveryNotFound))?;
    let endpoint = found.endpoint_id.parse::<ExecutionHookId>().map_err(Problem::internal)?;
    let order = Order::Redeliver(*id);
    let done = give(&api, &who, (key, &body.fingerprint), (endpoint, order)).await?;
    let written = api.written(&done.stream, done.sequence).await;
    Ok(Answer::accepted(Ordered { delivery_id: *id }).written(written).replayed(done.replayed))
}
