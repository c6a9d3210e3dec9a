use actix_web::web::{Data, Path};

use super::order;
use super::record::{self, Record};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::{Document, Problem};
use crate::primitives::ConnectorId;

/// A connector, without what is secret of it.
#[utoipa::path(
    get,
    operation_id = "get_connector",
    path = "/v1/connectors/{id}",
    tag = "connectors",
    params(("id" = String, Path, description = "The connector")),
    responses(
        (status = 200, description = "The connector", body = Envelope<Record>),
        (status = 404, description = "No such connector", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    id: Path<ConnectorId>,
) -> Result<Answer<Record>, Problem> {
    let connector = order::load(&api, &who, *id).await?;
    Ok(Answer::ok(record::of(&connector)?))
}
