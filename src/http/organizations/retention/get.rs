use actix_web::web::Data;

use super::record::Record;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::Problem;

/// What the organization keeps and for how long, and what may not be deleted.
#[utoipa::path(
    get,
    operation_id = "get_retention",
    path = "/v1/retention",
    tag = "retention",
    responses((status = 200, description = "What is kept", body = Envelope<Record>)),
)]
pub async fn get(api: Data<Api>, who: Principal) -> Result<Answer<Record>, Problem> {
    Ok(Answer::ok(Record::load(&api, &who).await?))
}
