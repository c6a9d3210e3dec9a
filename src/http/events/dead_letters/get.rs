use actix_web::web::{Data, Path};

use super::record::{self, Id, Record};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::{Document, Problem};

/// A dead letter, with what was tried.
#[utoipa::path(
    get,
    operation_id = "get_dead_letter",
    path = "/v1/dead-letters/{id}",
    tag = "events",
    params(("id" = String, Path, description = "The dead letter, as `event-triggers@4711`")),
    responses(
        (status = 200, description = "The dead letter", body = Envelope<Record>),
        (status = 404, description = "No such dead letter", body = Document),
    ),
)]
pub async fn get(api: Data<Api>, who: Principal, id: Path<Id>) -> Result<Answer<Record>, Problem> {
    Ok(Answer::ok(record::find(&api, &who, &id).await?.into()))
}
