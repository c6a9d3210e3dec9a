use actix_web::web::{Data, Path};
use serde::Serialize;
use utoipa::ToSchema;

use super::order::give;
use super::record::event_at;
use crate::access::Principal;
use crate::aggregates::execution_hooks::{Event, Order};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey, Nothing};
use crate::http::problem::{Code, Document, Problem};
use crate::primitives::{ExecutionHookId, HookDeliveryId};

/// A delivery that is about to be sent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExecutionHookDeliveryOrdered)]
pub struct Ordered {
    /// The delivery: `GET /v1/execution-webhooks/deliveries/{id}` shows what becomes of it.
    #[schema(value_type = String, example = "hdl_01h455vb4pex5vsknk084sn02q")]
    pub(super) delivery_id: HookDeliveryId,
}

/// Sends an endpoint a `hook.test`, signed as everything else and tried once.
#[utoipa::path(
    post,
    operation_id = "test_execution_webhook",
    path = "/v1/execution-webhooks/{id}/test",
    tag = "execution webhooks",
    params(
        ("id" = String, Path, description = "The endpoint"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    responses(
        (status = 202, description = "It is sent", body = Envelope<Ordered>),
        (status = 404, description = "No such endpoint", body = Document),
        (status = 409, description = "It is disabled", body = Document),
    ),
)]
pub async fn test(
    api: Data<Api>,
    who: Principal,
    id: Path<ExecutionHookId>,
    key: IdempotencyKey,
    body: Body<Nothing>,
) -> Result<Answer<Ordered>, Problem> {
    let order = Order::Test(HookDeliveryId::generate());
    let done = give(&api, &who, (key, &body.fingerprint), (*id, order)).await?;
    let Event::TestOrdered { delivery_id, .. } =
        event_at(&api, &done.stream, done.sequence).await?
    else {
        return Err(Problem::new(Code::ExecutionHookNotFound));
    };
    let written = api.written(&done.stream, done.sequence).await;
    Ok(Answer::accepted(Ordered { delivery_id }).written(written).replayed(done.replayed))
}
