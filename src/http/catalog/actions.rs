use actix_web::web::Data;

use super::record::{self, NodeTypeRecord, Wanted};
use crate::access::Principal;
use crate::catalog::Role;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::Params;
use crate::http::problem::Problem;

/// What nodes below the root can do, by name.
#[utoipa::path(
    get,
    operation_id = "list_actions",
    path = "/v1/actions",
    tag = "catalog",
    params(Wanted),
    responses((status = 200, description = "The node types", body = Envelope<Page<NodeTypeRecord>>)),
)]
pub async fn actions(
    api: Data<Api>,
    _: Principal,
    query: Params<Wanted>,
) -> Result<Answer<Page<NodeTypeRecord>>, Problem> {
    record::list(&api, &[Role::Logic, Role::Action], query.0)
}
