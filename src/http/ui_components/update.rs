use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::IntoParams;

use super::order;
use super::record::Record;
use crate::access::Principal;
use crate::aggregates::ui_component::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey, Params};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::interfaces::Component;
use crate::primitives::UiComponentId;

/// What the author saw.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Seen {
    /// The version that the author saw: another one now is a conflict.
    expected_version: Option<u64>,
}

/// Adds a version to an interface. What was published with an earlier one keeps it.
#[utoipa::path(
    put,
    operation_id = "update_ui_component",
    path = "/v1/ui-components/{id}",
    tag = "interfaces",
    params(
        ("id" = String, Path, description = "The interface"),
        Seen,
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = Component,
    responses(
        (status = 200, description = "It has another version", body = Envelope<Record>),
        (status = 404, description = "No such interface", body = Document),
        (status = 409, description = "Somebody else changed it, or it was retired", body = Document),
        (status = 422, description = "It cannot be used: `details` lists why", body = Document),
    ),
)]
pub async fn update(
    api: Data<Api>,
    who: Principal,
    id: Path<UiComponentId>,
    query: Params<Seen>,
    key: IdempotencyKey,
    body: Body<Component>,
) -> Result<Answer<Record>, Problem> {
    let done = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            order::load(&api, &who, *id).await?;
            let expected_version = query.0.expected_version;
            let revise =
                Order::Revise { expected_version, component: order::checked(body.content)? };
            order::execute(&api, &who, &ticket, *id, revise).await?
        }
    };
    let (record, written) = order::shown(&api, &who, &done).await?;
    Ok(Answer::ok(record).written(written).replayed(done.replayed))
}
