use actix_web::web::{Data, Path};

use super::record::Record;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::{Code, Document, Problem};
use crate::primitives::HookDeliveryId;

/// What an endpoint was told, with what it answered and when it is told again.
#[utoipa::path(
    get,
    operation_id = "get_execution_webhook_delivery",
    path = "/v1/execution-webhooks/deliveries/{id}",
    tag = "execution webhooks",
    params(("id" = String, Path, description = "The delivery")),
    responses(
        (status = 200, description = "The delivery", body = Envelope<Record>),
        (status = 404, description = "No such delivery", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    id: Path<HookDeliveryId>,
) -> Result<Answer<Record>, Problem> {
    let found = api.hook_log.get(who.organization, *id).await?;
    let found = found.ok_or_else(|| Problem::new(Code::HookDeliveryNotFound))?;
    Ok(Answer::ok(found.into()))
}
