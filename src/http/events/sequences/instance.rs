use actix_web::web::{Data, Path};

use super::instance_record::{InstanceRecord, Place, load};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::{Document, Problem};

/// An instance of a sequence, with the events that came for each step.
#[utoipa::path(
    get,
    operation_id = "get_sequence_instance",
    path = "/v1/event-sequences/{name}/instances/{id}",
    tag = "events",
    params(
        ("name" = String, Path, description = "The sequence"),
        ("id" = String, Path, description = "The instance"),
    ),
    responses(
        (status = 200, description = "The instance", body = Envelope<InstanceRecord>),
        (status = 404, description = "No such instance", body = Document),
    ),
)]
pub async fn instance(
    api: Data<Api>,
    who: Principal,
    place: Path<Place>,
) -> Result<Answer<InstanceRecord>, Problem> {
    Ok(Answer::ok(load(&api, &who, &place).await?))
}
