use actix_web::web::{Data, Path};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::record::Record;
use super::{data, order};
use crate::access::Principal;
use crate::aggregates::connector::{Change, Order, Owner, Visibility};
use crate::connectors::Parts;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Code, Document, Problem};
use crate::primitives::ConnectorId;
use crate::secrets::Mask;

/// What is to be different; absent is as before.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct UpdateConnector {
    /// The `version` that was seen: another one now is a conflict.
    expected_version: Option<u64>,
    /// What people call it.
    name: Option<String>,
    /// What it is for.
    description: Option<String>,
    /// Who answers for it: `organization`, a user or a service account.
    owner: Option<String>,
    /// Who else may see and use it.
    #[schema(value_type = Option<String>, example = "private")]
    visibility: Option<Visibility>,
    /// All its data anew, secrets included: what is left out is not as before, so that nobody sends
    /// a secret that he does not know to a host of his own. No workflow has to change.
    #[schema(value_type = Option<Object>)]
    data: Option<Map<String, Value>>,
}

/// Changes a connector, or replaces its credentials.
#[utoipa::path(
    put,
    operation_id = "update_connector",
    path = "/v1/connectors/{id}",
    tag = "connectors",
    params(
        ("id" = String, Path, description = "The connector"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = UpdateConnector,
    responses(
        (status = 200, description = "Changed", body = Envelope<Record>),
        (status = 404, description = "No such connector", body = Document),
        (status = 409, description = "Somebody else has changed it", body = Document),
        (status = 422, description = "The data do not fit the type", body = Document),
    ),
)]
pub async fn update(
    api: Data<Api>,
    who: Principal,
    id: Path<ConnectorId>,
    key: IdempotencyKey,
    body: Body<UpdateConnector>,
) -> Result<Answer<Record>, Problem> {
    let UpdateConnector { expected_version, name, description, owner, visibility, data } =
        body.content;
    let connector = order::load(&api, &who, *id).await?;
    let owner = owner.map(|owner| owner.parse::<Owner>()).transpose();
    let owner = owner.map_err(|error| Problem::new(Code::InvalidBody).at("/owner", error))?;
    let parts = match data {
        Some(data) => Some(data::parts(data::kind(&connector.kind)?, data)?),
        None => None,
    };
    // As long as the secrets are here, the log does not show them.
    let secrets = parts.iter().flat_map(|parts: &Parts| parts.secrets.iter());
    let _mask = Mask::of(secrets.map(|secret| secret.as_bytes()));
    let what =
        format!("{id} {expected_version:?} {name:?} {description:?} {owner:?} {visibility:?}");
    let fingerprint = data::fingerprint(&["update", &what], parts.as_ref());
    let done = match Turn::take(&api, &who, key, &fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let data = match parts {
                Some(parts) => {
                    let organization = who.organization;
                    Some(api.connectors.seal(organization, *id, ticket.command, parts).await?)
                }
                None => None,
            };
            let change = Change { expected_version, name, description, owner, visibility, data };
            let done = order::execute(&api, &who, &ticket, *id, Order::Change(change)).await;
            // What was sealed before goes when it was replaced, and what was sealed now when it
            // was not.
            let now = api.connectors.store().load(&id.to_string()).await?.aggregate;
            api.connectors.forget_older(who.organization, &now).await?;
            done?
        }
    };
    order::answer(&api, done).await
}
