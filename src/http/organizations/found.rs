use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::order;
use super::record::{self, Record};
use crate::access::Principal;
use crate::aggregates::organization::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::{Done, Ticket, Turn};
use crate::http::problem::{Document, Problem};
use crate::journal::StreamId;
use crate::primitives::OrganizationId;

/// A new organization.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct FoundOrganization {
    /// Its name: 1 to 100 characters.
    name: String,
}

/// Founds an organization. Only the holder of the installation's admin key may. Nobody belongs to
/// it yet: invite an owner, or make a service account, with `X-Org-ID`.
#[utoipa::path(
    post,
    operation_id = "found_organization",
    path = "/v1/organizations",
    tag = "organizations",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = FoundOrganization,
    responses(
        (status = 201, description = "Founded", body = Envelope<Record>),
        (status = 422, description = "The name is none", body = Document),
    ),
)]
pub async fn found(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<FoundOrganization>,
) -> Result<Answer<Record>, Problem> {
    let done = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => carry_out(&api, &who, &ticket, body.content.name).await?,
    };
    let id: OrganizationId = done.stream.aggregate_id.parse().map_err(Problem::internal)?;
    let carried = order::carried(&api, id, done).await?;
    let record = record::of(id, &carried.organization.aggregate);
    let created = Answer::created(record, format!("/v1/organizations/{id}"));
    Ok(created.written(carried.written).replayed(carried.replayed))
}

async fn carry_out(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    name: String,
) -> Result<Done, Problem> {
    let id = OrganizationId::generate();
    let stream = StreamId::organization(id);
    let command = order::command(api, who, id, Order::Found { name, owner: None });
    let mut context = ticket.context(who, &stream);
    // The event is the new organization's, whoever founds it from wherever.
    context.metadata.organization = id;
    match api.organizations.execute(&stream.aggregate_id, command, context).await {
        Ok(executed) => Ok(Done { stream, sequence: executed.last, replayed: false }),
        Err(error) => ticket.refused(api, error).await,
    }
}
