use actix_web::web::{Data, Path};

use super::record::{self, NodeTypeRecord};
use crate::access::Principal;
use crate::catalog::Role;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::{Document, Problem};

/// One of the things that nodes below the root can do.
#[utoipa::path(
    get,
    operation_id = "get_action",
    path = "/v1/actions/{type}",
    tag = "catalog",
    params(("type" = String, Path, description = "What a node names in its `type`")),
    responses(
        (status = 200, description = "The node type", body = Envelope<NodeTypeRecord>),
        (status = 404, description = "No such node type", body = Document),
    ),
)]
pub async fn action(
    api: Data<Api>,
    _: Principal,
    kind: Path<String>,
) -> Result<Answer<NodeTypeRecord>, Problem> {
    record::one(&api, &[Role::Logic, Role::Action], &kind)
}
