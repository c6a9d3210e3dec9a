use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::IntoParams;

use super::order;
use super::record::{self, Record};
use crate::access::Principal;
use crate::aggregates::connector::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{IdempotencyKey, Params};
use crate::http::idempotency::Turn;
use crate::http::problem::{Code, Detail, Document, Problem};
use crate::primitives::ConnectorId;

/// How many of the workflows that use it are named.
const NAMED: usize = 20;

/// How sure the caller is.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Sure {
    /// Disconnect it although live workflows use it; they will fail where they do.
    force: Option<bool>,
}

/// Takes a connector away, for good: what was sealed for it is forgotten.
#[utoipa::path(
    delete,
    operation_id = "disconnect",
    path = "/v1/connectors/{id}",
    tag = "connectors",
    params(
        ("id" = String, Path, description = "The connector"),
        Sure,
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    responses(
        (status = 200, description = "Disconnected; this is what it was", body = Envelope<Record>),
        (status = 404, description = "No such connector", body = Document),
        (status = 409, description = "Live workflows use it: `details` names them", body = Document),
    ),
)]
pub async fn disconnect(
    api: Data<Api>,
    who: Principal,
    id: Path<ConnectorId>,
    query: Params<Sure>,
    key: IdempotencyKey,
) -> Result<Answer<Record>, Problem> {
    let forced = query.0.force == Some(true);
    let fingerprint = format!("disconnect {id} {forced}");
    let done = match Turn::take(&api, &who, key, &fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            order::load(&api, &who, *id).await?;
            if !forced {
                unused(&api, &who, *id)?;
            }
            order::execute(&api, &who, &ticket, *id, Order::Disconnect).await?
        }
    };
    let connector = api.connectors.store().load(&done.stream.aggregate_id).await?.aggregate;
    // Also when this is a replay: the first time may have been cut off here.
    api.connectors.forget_older(who.organization, &connector).await?;
    let written = api.written(&done.stream, done.sequence).await;
    Ok(Answer::ok(record::of(&connector)?).written(written).replayed(done.replayed))
}

/// Refuses while live workflows name the connector.
fn unused(api: &Api, who: &Principal, id: ConnectorId) -> Result<(), Problem> {
    let users = api.index.users_of(who.organization, &id.to_string());
    if users.is_empty() {
        return Ok(());
    }
    let detail = |workflow| Detail::new("id", format!("the live version of {workflow} uses it"));
    let details = users.iter().take(NAMED).map(detail).collect();
    let count = users.len();
    Err(Problem::new(Code::ConnectorInUse)
        .because(format_args!(
            "{count} live workflows use this connector: change them first, or disconnect it with \
             `?force=true`"
        ))
        .with_details(details))
}
