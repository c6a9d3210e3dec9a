use actix_web::web::{Data, Path};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::order;
use crate::access::Principal;
use crate::aggregates::connector::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey, Nothing};
use crate::http::idempotency::{Ticket, Turn};
use crate::http::problem::{Document, Problem};
use crate::primitives::ConnectorId;

/// What a test has found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConnectorTest)]
pub struct Tested {
    /// How the connector stands: `connected`, `failing` or `expired`.
    status: &'static str,
    /// Why, unless it is good.
    status_reason: Option<String>,
    /// When it was tried.
    #[serde(with = "time::serde::rfc3339")]
    checked_at: OffsetDateTime,
}

/// Tries a connector with one small request to its provider, which takes 10 seconds at most.
#[utoipa::path(
    post,
    operation_id = "test_connector",
    path = "/v1/connectors/{id}/test",
    tag = "connectors",
    params(
        ("id" = String, Path, description = "The connector"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    responses(
        (status = 200, description = "What was found", body = Envelope<Tested>),
        (status = 404, description = "No such connector", body = Document),
        (status = 409, description = "It cannot be tested: it was not authorized, or names nothing to try", body = Document),
    ),
)]
pub async fn test(
    api: Data<Api>,
    who: Principal,
    id: Path<ConnectorId>,
    key: IdempotencyKey,
    body: Body<Nothing>,
) -> Result<Answer<Tested>, Problem> {
    let done = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            order::load(&api, &who, *id).await?;
            return fresh(&api, &who, &ticket, *id).await;
        }
    };
    let connector = order::load(&api, &who, *id).await?;
    let tested = Tested {
        status: connector.status().name(),
        status_reason: connector.check.as_ref().and_then(|check| check.reason.clone()),
        checked_at: connector.checked_at.unwrap_or_else(|| api.clock.now()),
    };
    Ok(Answer::ok(tested).written(api.written(&done.stream, done.sequence).await).replayed(true))
}

async fn fresh(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    id: ConnectorId,
) -> Result<Answer<Tested>, Problem> {
    let check = api.connectors.test(who.organization, id).await?;
    let tested = Tested {
        status: check.status.name(),
        status_reason: check.reason.clone(),
        checked_at: api.clock.now(),
    };
    let done = order::execute(api, who, ticket, id, Order::Note(check)).await?;
    Ok(Answer::ok(tested).written(api.written(&done.stream, done.sequence).await))
}
