use actix_web::web::Data;

use super::record::{self, NodeTypeRecord, Wanted};
use crate::access::Principal;
use crate::catalog::Role;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::Params;
use crate::http::problem::Problem;

/// What can start a run, by name.
#[utoipa::path(
    get,
    operation_id = "list_triggers",
    path = "/v1/triggers",
    tag = "catalog",
    params(Wanted),
    responses((status = 200, description = "The node types", body = Envelope<Page<NodeTypeRecord>>)),
)]
pub async fn triggers(
    api: Data<Api>,
    _: Principal,
    query: Params<Wanted>,
) -> Result<Answer<Page<NodeTypeRecord>>, Problem> {
    record::list(&api, &[Role::Trigger], query.0)
}
