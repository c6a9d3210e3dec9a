use actix_web::web::{Data, Path};

use super::record::{Record, find};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::{Document, Problem};
use crate::http::workflows::must_belong;
use crate::primitives::{DeliveryId, WorkflowId};

/// A delivery with its headers and its body, as its sender sent it. What holds secrets was not kept.
#[utoipa::path(
    get,
    operation_id = "get_delivery",
    path = "/v1/workflows/{id}/deliveries/{deliveryId}",
    tag = "webhooks",
    params(
        ("id" = String, Path, description = "The workflow"),
        ("deliveryId" = String, Path, description = "The delivery"),
    ),
    responses(
        (status = 200, description = "The delivery", body = Envelope<Record>),
        (status = 404, description = "No such workflow or delivery", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    path: Path<(WorkflowId, DeliveryId)>,
) -> Result<Answer<Record>, Problem> {
    let (id, delivery) = path.into_inner();
    must_belong(&api, &who, id).await?;
    Ok(Answer::ok(find(&api.deliveries, who.organization, id, delivery).await?.into()))
}
