use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::instance_record::{InstanceRecord, Place, order};
use crate::access::Principal;
use crate::aggregates::sequence_instance::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Document, Problem};

/// Why it is given up.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct AbandonSequenceInstance {
    /// In the words of the one who does, 500 bytes at most.
    reason: Option<String>,
}

/// Gives an instance up, for good: no event counts any more, and nothing is undone.
#[utoipa::path(
    post,
    operation_id = "abandon_sequence_instance",
    path = "/v1/event-sequences/{name}/instances/{id}/abandon",
    tag = "events",
    params(
        ("name" = String, Path, description = "The sequence"),
        ("id" = String, Path, description = "The instance"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = Option<AbandonSequenceInstance>,
    responses(
        (status = 200, description = "It is given up", body = Envelope<InstanceRecord>),
        (status = 404, description = "No such instance", body = Document),
        (status = 409, description = "It has ended", body = Document),
    ),
)]
pub async fn abandon(
    api: Data<Api>,
    who: Principal,
    place: Path<Place>,
    key: IdempotencyKey,
    body: Body<AbandonSequenceInstance>,
) -> Result<Answer<InstanceRecord>, Problem> {
    let fingerprint = format!("abandon {} {}", place.id, body.fingerprint);
    let reason = body.content.reason;
    order(&api, &who, key, (&fingerprint, &place), Order::Abandon { reason }).await
}
