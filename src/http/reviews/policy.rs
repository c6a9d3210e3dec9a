use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::record;
use crate::access::Principal;
use crate::aggregates::policy::{Command, Order};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, Freshness, IdempotencyKey, Params};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::journal::StreamId;

/// What an organization wants of a draft before it goes live.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PublicationPolicy {
    /// Whether somebody else has to approve a draft before it is published.
    review_required: bool,
}

/// What the organization wants of a draft before it goes live.
#[utoipa::path(
    get,
    operation_id = "get_publication_policy",
    path = "/v1/organization/publication-policy",
    tag = "reviews",
    params(Freshness),
    responses((status = 200, description = "The policy", body = Envelope<PublicationPolicy>)),
)]
pub async fn get_policy(
    api: Data<Api>,
    who: Principal,
    query: Params<Freshness>,
) -> Result<Answer<PublicationPolicy>, Problem> {
    let position = api.ledger_at(query.0.min_position).await?;
    let review_required = record::required(&api, &who).await?;
    Ok(Answer::ok(PublicationPolicy { review_required }).at(position))
}

/// Says whether drafts have to be approved before they are published. It holds for the next
/// publication; what is live stays.
#[utoipa::path(
    put,
    operation_id = "set_publication_policy",
    path = "/v1/organization/publication-policy",
    tag = "reviews",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = PublicationPolicy,
    responses(
        (status = 200, description = "Done", body = Envelope<PublicationPolicy>),
        (status = 422, description = "The body has the wrong shape", body = Document),
    ),
)]
pub async fn set_policy(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<PublicationPolicy>,
) -> Result<Answer<PublicationPolicy>, Problem> {
    let review_required = body.content.review_required;
    let stream = StreamId::policy(who.organization);
    let done = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let order = if review_required { Order::RequireReview } else { Order::WaiveReview };
            let command = Command { by: who.to_string(), at: api.clock.now(), order };
            ticket.execute(&api, &who, &api.policies, stream, command).await?
        }
    };
    let written = api.written(&done.stream, done.sequence).await;
    let policy = PublicationPolicy { review_required };
    Ok(Answer::ok(policy).written(written).replayed(done.replayed))
}
