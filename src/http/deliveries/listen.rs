use actix_web::web::{Data, Path};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::deliveries::LISTENING;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey, Nothing};
use crate::http::problem::{Document, Problem};
use crate::http::workflows::must_belong;
use crate::primitives::WorkflowId;

/// An open ear.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Listening {
    /// Until when.
    #[serde(with = "time::serde::rfc3339")]
    until: OffsetDateTime,
    /// Where deliveries are heard. It holds a secret.
    webhook_url: String,
}

/// Lets a workflow that is not live hear deliveries for ten minutes, so that its author sees what a
/// sender sends. They start nothing, and their signatures are not looked at.
#[utoipa::path(
    post,
    operation_id = "listen_for_deliveries",
    path = "/v1/workflows/{id}/listen",
    tag = "webhooks",
    params(("id" = String, Path, description = "The workflow")),
    responses(
        (status = 200, description = "It listens", body = Envelope<Listening>),
        (status = 404, description = "No such workflow", body = Document),
    ),
)]
pub async fn listen(
    api: Data<Api>,
    who: Principal,
    id: Path<WorkflowId>,
    _: IdempotencyKey,
    _: Body<Nothing>,
) -> Result<Answer<Listening>, Problem> {
    must_belong(&api, &who, *id).await?;
    let until = api.clock.now() + LISTENING;
    api.deliveries.listen(who.organization, *id, until).await?;
    let secret = api.webhook_secrets.secret_of(*id);
    let webhook_url = format!("{}/v1/webhooks/{secret}", api.public_url);
    Ok(Answer::ok(Listening { until, webhook_url }))
}
