use actix_web::web::{Data, Path};

use super::record::{self, Record};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::{Document, Problem};
use crate::primitives::UserId;

/// A user.
#[utoipa::path(
    get,
    operation_id = "get_user",
    path = "/v1/users/{id}",
    tag = "users",
    params(("id" = String, Path, description = "The user")),
    responses(
        (status = 200, description = "The user", body = Envelope<Record>),
        (status = 404, description = "No such user", body = Document),
    ),
)]
pub async fn get(api: Data<Api>, id: Path<UserId>) -> Result<Answer<Record>, Problem> {
    Ok(Answer::ok(record::of(&api, &id.to_string()).await?))
}
