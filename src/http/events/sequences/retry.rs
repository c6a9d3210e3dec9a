use actix_web::web::{Data, Path};

use super::instance_record::{InstanceRecord, Place, order};
use crate::access::Principal;
use crate::aggregates::sequence_instance::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::IdempotencyKey;
use crate::http::problem::{Document, Problem};

/// Lets an instance that failed go on where it stopped, with its whole time and with what came
/// meanwhile.
#[utoipa::path(
    post,
    operation_id = "retry_sequence_instance",
    path = "/v1/event-sequences/{name}/instances/{id}/retry",
    tag = "events",
    params(
        ("name" = String, Path, description = "The sequence"),
        ("id" = String, Path, description = "The instance"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    responses(
        (status = 200, description = "It goes on", body = Envelope<InstanceRecord>),
        (status = 404, description = "No such instance", body = Document),
        (status = 409, description = "It did not fail, or was undone", body = Document),
    ),
)]
pub async fn retry(
    api: Data<Api>,
    who: Principal,
    place: Path<Place>,
    key: IdempotencyKey,
) -> Result<Answer<InstanceRecord>, Problem> {
    let fingerprint = format!("retry {}", place.id);
    order(&api, &who, key, (&fingerprint, &place), Order::Retry).await
}
