use actix_web::web::Data;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::record::{self, Record};
use super::{data, order};
use crate::access::Principal;
use crate::aggregates::connector::{Order, Owner, Visibility};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Code, Document, Problem};
use crate::primitives::ConnectorId;
use crate::secrets::Mask;

/// A new connector.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Connect {
    /// What people call it.
    name: String,
    /// Its type.
    #[serde(rename = "type")]
    #[schema(example = "slack")]
    kind: String,
    /// What it is for.
    description: Option<String>,
    /// Its data, as the type's schema wants them. What is secret is sealed at once, and never shown.
    #[serde(default)]
    #[schema(value_type = Object)]
    data: Map<String, Value>,
    /// Who else may see and use it; everybody in the organization when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "organization")]
    visibility: Visibility,
}

/// Connects a provider. What needs OAuth is `pending` until somebody has granted access.
#[utoipa::path(
    post,
    operation_id = "connect",
    path = "/v1/connectors",
    tag = "connectors",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = Connect,
    responses(
        (status = 201, description = "Connected", body = Envelope<Record>),
        (status = 422, description = "The data do not fit the type", body = Document),
    ),
)]
pub async fn connect(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<Connect>,
) -> Result<Answer<Record>, Problem> {
    let Connect { name, kind, description, data, visibility } = body.content;
    let kind = data::kind(&kind)?;
    let parts = data::parts(kind, data)?;
    // As long as the secrets are here, the log does not show them.
    let _mask = Mask::of(parts.secrets.iter().map(|secret| secret.as_bytes()));
    let said = description.as_deref().unwrap_or_default();
    let what = ["connect", &name, &kind.kind, said, visibility.name()];
    let fingerprint = data::fingerprint(&what, Some(&parts));
    let done = match Turn::take(&api, &who, key, &fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let owner = record::known_as(&who);
            if visibility == Visibility::Private && owner == Owner::Organization {
                let message = "can be `private` only for a person or a program with an account";
                return Err(Problem::new(Code::InvalidBody).at("/visibility", message));
            }
            let id = ConnectorId::generate();
            let organization = who.organization;
            let data = api.connectors.seal(organization, id, ticket.command, parts).await?;
            let order = Order::Connect {
                id,
                organization,
                kind: kind.kind.clone(),
                name,
                description,
                owner,
                visibility,
                data,
                needs_authorization: kind.oauth.is_some(),
            };
            match order::execute(&api, &who, &ticket, id, order).await {
                Ok(done) => done,
                Err(problem) => {
                    // Nothing names what was sealed: it goes again.
                    api.connectors.forget(organization, id).await?;
                    return Err(problem);
                }
            }
        }
    };
    let connector = api.connectors.store().load(&done.stream.aggregate_id).await?.aggregate;
    let written = api.written(&done.stream, done.sequence).await;
    let location = format!("/v1/connectors/{}", done.stream.aggregate_id);
    let created = Answer::created(record::of(&connector)?, location);
    Ok(created.written(written).replayed(done.replayed))
}
