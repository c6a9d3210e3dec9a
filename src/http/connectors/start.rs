use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::order;
use crate::access::Principal;
use crate::aggregates::connector::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Code, Document, Problem};
use crate::primitives::ConnectorId;

/// Where providers send people back to.
const CALLBACK: &str = "/v1/oauth/callback";

/// Whose access is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct StartOAuth {
    /// A connector of a type with OAuth.
    #[schema(value_type = String)]
    connector_id: ConnectorId,
}

/// What was begun.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConnectorAuthorization)]
pub struct Started {
    /// The connector.
    #[schema(value_type = String)]
    connector_id: ConnectorId,
    /// Where somebody grants access; the provider then sends him back here.
    authorization_url: String,
    /// Until when.
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
}

/// Begins to ask a provider for access. What was begun before for the same connector is void.
#[utoipa::path(
    post,
    operation_id = "start_oauth",
    path = "/v1/connectors/oauth/start",
    tag = "connectors",
    params(("Idempotency-Key" = Option<String>, Header, description = "Begins once; what was begun is told once, too")),
    request_body = StartOAuth,
    responses(
        (status = 200, description = "Begun: open `authorizationUrl`", body = Envelope<Started>),
        (status = 404, description = "No such connector", body = Document),
        (status = 409, description = "Its type has no OAuth, nobody is registered with the provider, or this key has begun one before", body = Document),
    ),
)]
pub async fn start(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<StartOAuth>,
) -> Result<Answer<Started>, Problem> {
    let id = body.content.connector_id;
    match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(_) => Err(Problem::new(Code::ConnectorRefuses).because(
            "this key has begun an authorization, whose address is told once: take another key",
        )),
        Turn::Fresh(ticket) => {
            let connector = order::load(&api, &who, id).await?;
            let redirect = format!("{}{CALLBACK}", api.public_url);
            let begun = api.connectors.begin(who.organization, &connector, &redirect).await?;
            let order = Order::StartAuthorization {
                state_hash: begun.state_hash,
                expires_at: begun.expires_at,
            };
            let done = order::execute(&api, &who, &ticket, id, order).await?;
            let started = Started {
                connector_id: id,
                authorization_url: begun.url,
                expires_at: begun.expires_at,
            };
            Ok(Answer::ok(started).written(api.written(&done.stream, done.sequence).await))
        }
    }
}
