use actix_web::web::Data;

use super::order;
use super::record::Record;
use crate::access::Principal;
use crate::aggregates::ui_component::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::interfaces::Component;
use crate::primitives::UiComponentId;

/// Creates an interface with its first version.
#[utoipa::path(
    post,
    operation_id = "create_ui_component",
    path = "/v1/ui-components",
    tag = "interfaces",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = Component,
    responses(
        (status = 201, description = "Created", body = Envelope<Record>),
        (status = 422, description = "It cannot be used: `details` lists why", body = Document),
    ),
)]
pub async fn create(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<Component>,
) -> Result<Answer<Record>, Problem> {
    let done = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let component = order::checked(body.content)?;
            let create = Order::Create { organization: who.organization, component };
            order::execute(&api, &who, &ticket, UiComponentId::generate(), create).await?
        }
    };
    let place = format!("/v1/ui-components/{}", done.stream.aggregate_id);
    let (record, written) = order::shown(&api, &who, &done).await?;
    Ok(Answer::created(record, place).written(written).replayed(done.replayed))
}
